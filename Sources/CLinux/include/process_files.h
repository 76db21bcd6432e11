#ifndef COUTRIDER_PROCESS_FILES_H
#define COUTRIDER_PROCESS_FILES_H

#include <stdint.h>
#include <sys/types.h>

/// Reads /proc/PID/NAME into the buffer, without allocating: the number of bytes, cut to `capacity`, or a
/// negative errno (-ENOENT and -ESRCH when the process is gone, -EACCES when it is another user's).
int process_read(pid_t process, const char *name, uint8_t *buffer, int capacity);

/// Reads the link /proc/PID/NAME likewise.
int process_link(pid_t process, const char *name, uint8_t *buffer, int capacity);

/// Which file /proc/PID/NAME is, so that it is known under another name.
struct file_identity {
  uint64_t device, inode, size;
};

/// 0, or a negative errno.
int process_file_identity(pid_t process, const char *name, struct file_identity *identity);

/// Nanoseconds of CLOCK_BOOTTIME less those of CLOCK_MONOTONIC: how long the machine has been asleep.
int64_t time_asleep(void);

/// Nanoseconds of CLOCK_MONOTONIC.
uint64_t monotonic_time(void);

#endif
