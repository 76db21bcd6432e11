#define _GNU_SOURCE
#include "process_events.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/cn_proc.h>
#include <linux/connector.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stddef.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

// A datagram of the connector is a netlink header, a connector header and the event, with nothing in between.
enum { EVENT = sizeof(struct nlmsghdr) + sizeof(struct cn_msg), LONGEST = 256, BATCH = 64 };

#define FIELD(name) (EVENT + offsetof(struct proc_event, event_data.name))

// Since Linux 6.6 a request says which events it wants, behind the operation; headers of distributions may be
// older.
static int ask(int fd, uint32_t number, uint32_t events, int is_old) {
  const uint32_t words[2] = {PROC_CN_MCAST_LISTEN, events};
  const size_t size = is_old ? sizeof words[0] : sizeof words;
  const struct nlmsghdr header = {.nlmsg_len = EVENT + size, .nlmsg_type = NLMSG_DONE, .nlmsg_seq = number};
  const struct cn_msg message = {
      .id = {CN_IDX_PROC, CN_VAL_PROC}, .seq = number, .ack = number, .len = size};
  char request[EVENT + sizeof words];
  memcpy(request, &header, sizeof header);
  memcpy(request + sizeof header, &message, sizeof message);
  memcpy(request + EVENT, words, size);
  return send(fd, request, header.nlmsg_len, 0) < 0 ? -errno : 0;
}

static int64_t milliseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

// The kernel's answer to the request of this number: 0 or a negative errno; -ENOTSUP when none comes.
static int await_answer(int fd, uint32_t number) {
  int64_t deadline = milliseconds() + 150;
  for (;;) {
    int64_t left = deadline - milliseconds();
    struct pollfd readable = {fd, POLLIN, 0};
    if (left <= 0 || poll(&readable, 1, (int)left) == 0) return -ENOTSUP;
    char datagram[LONGEST];
    ssize_t size = recv(fd, datagram, sizeof datagram, MSG_DONTWAIT);
    if (size < (ssize_t)(EVENT + sizeof(struct proc_event))) continue;
    struct cn_msg message;
    struct proc_event event;
    memcpy(&message, datagram + sizeof(struct nlmsghdr), sizeof message);
    memcpy(&event, datagram + EVENT, sizeof event);
    if ((uint32_t)event.what == PROC_EVENT_NONE && message.ack == number + 1)
      return -(int)event.event_data.ack.err;
  }
}

// Threads come and go as tasks of their process. They are dropped before they take room in the buffer, and so
// are other events where the kernel itself does not sort them out. The filter reads big-endian words.
static int narrow(int fd, uint32_t events) {
  enum { FORK = 4, EXIT = 8, ACCEPT = 12, DROP = 13 };
#define JUMP(place, value, yes, no) \
  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htonl(value), (yes) - (place) - 1, (no) - (place) - 1)
#define LOAD(offset) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset)
  struct sock_filter program[] = {
      LOAD(EVENT + offsetof(struct proc_event, what)),
      JUMP(1, PROCESS_FORKED, events & PROCESS_FORKED ? FORK : DROP, 2),
      JUMP(2, PROCESS_EXECUTED, events & PROCESS_EXECUTED ? ACCEPT : DROP, 3),
      JUMP(3, PROCESS_EXITED, events & PROCESS_EXITED ? EXIT : DROP, DROP),
      LOAD(FIELD(fork.child_pid)),
      BPF_STMT(BPF_MISC | BPF_TAX, 0),
      LOAD(FIELD(fork.child_tgid)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_X, 0, ACCEPT - 8, DROP - 8),
      LOAD(FIELD(exit.process_pid)),
      BPF_STMT(BPF_MISC | BPF_TAX, 0),
      LOAD(FIELD(exit.process_tgid)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_X, 0, ACCEPT - 12, DROP - 12),
      BPF_STMT(BPF_RET | BPF_K, 0xFFFFFFFF),
      BPF_STMT(BPF_RET | BPF_K, 0),
  };
  struct sock_fprog filter = {sizeof program / sizeof program[0], program};
  return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter) != 0 ? -errno : 0;
}

static int subscribe(int fd, uint32_t events) {
  uint32_t number;
  if (getrandom(&number, sizeof number, 0) != sizeof number) return -EIO;
  number &= 0x3FFFFFFF;
  // An answer is itself an event, which only a request for all events lets through.
  const uint32_t everything = 0xE00003FF;
  int result = ask(fd, number, everything, 0);
  if (result == 0) result = await_answer(fd, number);
  if (result == 0) {
    result = ask(fd, number + 2, events, 0);
  } else if (result == -ENOTSUP) {
    // An old kernel passes over the longer request in silence.
    result = ask(fd, number + 4, 0, 1);
    if (result == 0) result = await_answer(fd, number + 4);
  }
  return result != 0 ? result : narrow(fd, events);
}

int process_events_open(uint32_t events, int buffer) {
  int fd = socket(PF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_CONNECTOR);
  if (fd < 0) return -errno;
  if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof buffer) != 0)
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
  struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = CN_IDX_PROC};
  int result = bind(fd, (struct sockaddr *)&address, sizeof address) != 0 ? -errno : subscribe(fd, events);
  if (result == 0) return fd;
  close(fd);
  return result;
}

// False for what is no event of interest: an answer, what was queued before the filter, a forgery.
static int parse(const char *datagram, size_t size, const struct sockaddr_nl *sender, struct process_event *out) {
  struct proc_event event;
  if (size < EVENT + sizeof event || sender->nl_pid != 0) return 0;
  memcpy(&event, datagram + EVENT, sizeof event);
  *out = (struct process_event){.what = (uint32_t)event.what, .time = event.timestamp_ns};
  switch ((uint32_t)event.what) {
  case PROCESS_FORKED:
    out->process = event.event_data.fork.child_tgid;
    out->parent = event.event_data.fork.parent_tgid;
    return event.event_data.fork.child_pid == event.event_data.fork.child_tgid;
  case PROCESS_EXECUTED:
    out->process = event.event_data.exec.process_tgid;
    return 1;
  case PROCESS_EXITED:
    out->process = event.event_data.exit.process_tgid;
    out->status = event.event_data.exit.exit_code;
    return event.event_data.exit.process_pid == event.event_data.exit.process_tgid;
  default: return 0;
  }
}

int process_events_read(int fd, struct process_event *events, int capacity) {
  char datagrams[BATCH][LONGEST];
  struct sockaddr_nl senders[BATCH];
  struct iovec places[BATCH];
  struct mmsghdr messages[BATCH];
  int wanted = capacity < BATCH ? capacity : BATCH;
  for (;;) {
    for (int i = 0; i < wanted; i++) {
      places[i] = (struct iovec){datagrams[i], LONGEST};
      messages[i] = (struct mmsghdr){.msg_hdr = {.msg_name = &senders[i],
                                                 .msg_namelen = sizeof senders[i],
                                                 .msg_iov = &places[i],
                                                 .msg_iovlen = 1}};
    }
    int read = recvmmsg(fd, messages, wanted, MSG_DONTWAIT, NULL);
    if (read < 0 && errno == EINTR) continue;
    if (read < 0) return errno == EAGAIN ? 0 : -errno;
    int count = 0;
    for (int i = 0; i < read; i++)
      count += parse(datagrams[i], messages[i].msg_len, &senders[i], &events[count]);
    // 0 would mean that there is nothing left.
    if (count > 0 || read < wanted) return count;
  }
}

enum thread_urgency hurry_thread(int rank) {
  const struct sched_param place = {.sched_priority = rank};
  if (pthread_setschedparam(pthread_self(), SCHED_RR, &place) == 0) return THREAD_REAL_TIME;
  struct {
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime, deadline, period;
  } wish;
  if (syscall(SYS_sched_getattr, 0, &wish, sizeof wish, 0) != 0) return THREAD_ORDINARY;
  const uint64_t shortest = 100000;
  wish.size = sizeof wish;
  wish.runtime = shortest;
  if (syscall(SYS_sched_setattr, 0, &wish, 0) != 0) return THREAD_ORDINARY;
  if (syscall(SYS_sched_getattr, 0, &wish, sizeof wish, 0) != 0) return THREAD_ORDINARY;
  return wish.runtime == shortest ? THREAD_SHORT_SLICES : THREAD_ORDINARY;
}

int process_descriptor(pid_t process) {
  int fd = (int)syscall(SYS_pidfd_open, process, 0);
  return fd < 0 ? -errno : fd;
}

int process_signal(int descriptor, int signal) {
  return syscall(SYS_pidfd_send_signal, descriptor, signal, NULL, 0) != 0 ? -errno : 0;
}
