#ifndef COUTRIDER_PASSING_H
#define COUTRIDER_PASSING_H

#include <stddef.h>
#include <sys/types.h>

/// Reads what has come on a Unix stream socket, waiting for it, with a descriptor that came along, which is ours then.
///
/// Returns the bytes read, 0 at the end, or a negative errno. `descriptor` is -1 when none came; of several the first is
/// kept and the others are closed.
ssize_t receive_passed(int socket, void *bytes, size_t size, int *descriptor);

/// Writes all of it, with a descriptor along unless that is -1; never a SIGPIPE. Returns 0 or a negative errno.
int send_passed(int socket, const void *bytes, size_t size, int descriptor);

/// A Unix stream socket that is connected to a path, or a negative errno. Waits for two seconds at most, then and
/// whenever it is written to.
int connect_path(const char *path);

/// A Unix stream socket that listens at a path for its owner, or a negative errno.
int listen_path(const char *path);

#endif
