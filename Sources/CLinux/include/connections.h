#ifndef COUTRIDER_CONNECTIONS_H
#define COUTRIDER_CONNECTIONS_H

#include <stdint.h>
#include <sys/types.h>

/// What a TCP connection has received.
struct tcp_connection {
  /// The kernel's name of it, which is not used again.
  uint64_t cookie;
  uint64_t bytes_received;
};

/// The TCP connections of a process, but for those that it has with itself.
///
/// In another network namespace than the caller's only root may look. Returns how many were put into
/// `connections`, at most `capacity`, or a negative errno.
int tcp_connections(pid_t process, struct tcp_connection *connections, int capacity);

#endif
