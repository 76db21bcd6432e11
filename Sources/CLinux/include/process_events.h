#ifndef COUTRIDER_PROCESS_EVENTS_H
#define COUTRIDER_PROCESS_EVENTS_H

#include <stdint.h>
#include <sys/types.h>

/// What happened to a process; the kernel's own bits.
#define PROCESS_FORKED 0x00000001u
#define PROCESS_EXECUTED 0x00000002u
#define PROCESS_EXITED 0x80000000u

struct process_event {
  /// One of the bits above.
  uint32_t what;
  /// The process that executed or exited, or the new one of a fork.
  int32_t process;
  /// Of a fork: the parent. 0 otherwise.
  int32_t parent;
  /// Of an exit: the status as wait(2) gives it. 0 otherwise.
  uint32_t status;
  /// Nanoseconds of CLOCK_MONOTONIC.
  uint64_t time;
};

/// Opens a socket on which the kernel tells of processes: only of these events, and never of threads.
///
/// `buffer` is asked for in bytes; without CAP_NET_ADMIN it is cut to net.core.rmem_max. Waits up to 300 ms for
/// the kernel's answer. Returns the descriptor, or -EPERM (a kernel before 6.6 wants CAP_NET_ADMIN), -ENOTSUP
/// (no answer: another pid or user namespace than the machine's own), -ECONNREFUSED (another network
/// namespace), -EPROTONOSUPPORT (a kernel without CONFIG_PROC_EVENTS), or another negative errno.
int process_events_open(uint32_t events, int buffer);

/// Reads what has been told, without waiting: up to `capacity` events, of at most 64.
///
/// Returns how many; 0 when there are none now; -ENOBUFS when events were lost, after which reading goes on.
int process_events_read(int socket, struct process_event *events, int capacity);

/// How soon a thread runs once it is woken.
enum thread_urgency {
  /// Before all ordinary threads: needs CAP_SYS_NICE or a limit on real-time priority above 0.
  THREAD_REAL_TIME = 2,
  /// Rather than at the end of the running thread's slice: Linux 6.12, no privilege.
  THREAD_SHORT_SLICES = 1,
  THREAD_ORDINARY = 0,
};

/// Makes the calling thread as urgent as it may be made, and says how much that is. Of two real-time threads the one of
/// higher rank, 1 to 99, runs first.
enum thread_urgency hurry_thread(int rank);

/// A descriptor that means this process and no later one of the same id, or a negative errno.
int process_descriptor(pid_t process);

/// Sends the signal to the process that the descriptor means. 0, or a negative errno.
int process_signal(int descriptor, int signal);

#endif
