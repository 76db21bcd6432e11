#ifndef COUTRIDER_BELL_H
#define COUTRIDER_BELL_H

/// A descriptor that becomes readable when it is rung, for threads that wait in poll(2). Negative errno.
int bell_open(void);
void bell_ring(int bell);
/// Makes it unreadable until it is rung again.
void bell_still(int bell);

/// Names the calling thread for ps and top; at most 15 letters.
void name_thread(const char *name);

#endif
