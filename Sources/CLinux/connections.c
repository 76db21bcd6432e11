#define _GNU_SOURCE
#include "connections.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST = 512, PATH_SIZE = 64 };

struct own {
  uint32_t inodes[MOST];
  int inode_count;
  struct inet_diag_sockid ids[MOST];
  struct tcp_connection connections[MOST];
  int count;
};

static int find_sockets(pid_t process, struct own *own) {
  char path[PATH_SIZE], target[PATH_SIZE];
  snprintf(path, sizeof path, "/proc/%d/fd", (int)process);
  DIR *folder = opendir(path);
  if (!folder) return -errno;
  struct dirent *entry;
  while (own->inode_count < MOST && (entry = readdir(folder))) {
    ssize_t size = readlinkat(dirfd(folder), entry->d_name, target, sizeof target - 1);
    unsigned inode;
    if (size <= 0) continue;
    target[size] = 0;
    if (sscanf(target, "socket:[%u]", &inode) == 1) own->inodes[own->inode_count++] = inode;
  }
  closedir(folder);
  return 0;
}

struct opening {
  int space, socket;
};

// A socket belongs to the namespace in which it was made, whatever becomes of the thread.
static void *open_inside(void *argument) {
  struct opening *opening = argument;
  if (setns(opening->space, CLONE_NEWNET) != 0) {
    opening->socket = -errno;
    return NULL;
  }
  opening->socket = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
  if (opening->socket < 0) opening->socket = -errno;
  return NULL;
}

static int open_socket(pid_t process) {
  char path[PATH_SIZE];
  struct stat here, there;
  snprintf(path, sizeof path, "/proc/%d/ns/net", (int)process);
  if (stat("/proc/self/ns/net", &here) != 0 || stat(path, &there) != 0) return -errno;
  if (here.st_dev == there.st_dev && here.st_ino == there.st_ino) {
    int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    return fd < 0 ? -errno : fd;
  }
  struct opening opening = {open(path, O_RDONLY | O_CLOEXEC), -EIO};
  if (opening.space < 0) return -errno;
  pthread_t thread;
  if (pthread_create(&thread, NULL, open_inside, &opening) == 0) pthread_join(thread, NULL);
  close(opening.space);
  return opening.socket;
}

static int ask(int fd, uint8_t family) {
  struct {
    struct nlmsghdr header;
    struct inet_diag_req_v2 wish;
  } request = {
      .header = {.nlmsg_len = sizeof request, .nlmsg_type = SOCK_DIAG_BY_FAMILY, .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
      .wish = {.sdiag_family = family,
               .sdiag_protocol = IPPROTO_TCP,
               .idiag_ext = 1 << (INET_DIAG_INFO - 1),
               // Those that something may come in by: TCP_ESTABLISHED, and the two that only this side has closed.
               .idiag_states = 1 << 1 | 1 << 4 | 1 << 5},
  };
  return send(fd, &request, sizeof request, 0) < 0 ? -errno : 0;
}

static void take(const struct nlmsghdr *header, struct own *own) {
  const struct inet_diag_msg *found = NLMSG_DATA(header);
  if (header->nlmsg_len < NLMSG_LENGTH(sizeof *found) || own->count == MOST) return;
  int is_own = 0;
  for (int i = 0; i < own->inode_count && !is_own; i++) is_own = own->inodes[i] == found->idiag_inode;
  if (!is_own) return;
  int left = header->nlmsg_len - NLMSG_LENGTH(sizeof *found);
  for (struct rtattr *part = (struct rtattr *)(found + 1); RTA_OK(part, left); part = RTA_NEXT(part, left)) {
    struct tcp_info info = {0};
    if (part->rta_type != INET_DIAG_INFO) continue;
    memcpy(&info, RTA_DATA(part), RTA_PAYLOAD(part) < sizeof info ? RTA_PAYLOAD(part) : sizeof info);
    own->ids[own->count] = found->id;
    own->connections[own->count++] = (struct tcp_connection){
        (uint64_t)found->id.idiag_cookie[1] << 32 | found->id.idiag_cookie[0], info.tcpi_bytes_received};
  }
}

static int dump(int fd, uint8_t family, struct own *own) {
  int result = ask(fd, family);
  static _Thread_local char buffer[32768] __attribute__((aligned(8)));
  while (result == 0) {
    ssize_t size = recv(fd, buffer, sizeof buffer, 0);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return -errno;
    int left = (int)size;
    for (struct nlmsghdr *header = (struct nlmsghdr *)buffer; NLMSG_OK(header, left);
         header = NLMSG_NEXT(header, left)) {
      if (header->nlmsg_type == NLMSG_DONE) return 0;
      if (header->nlmsg_type == NLMSG_ERROR) return -EIO;
      take(header, own);
    }
  }
  return result;
}

static int is_with_itself(const struct own *own, int index) {
  const struct inet_diag_sockid *id = &own->ids[index];
  for (int i = 0; i < own->count; i++) {
    const struct inet_diag_sockid *other = &own->ids[i];
    if (other->idiag_sport == id->idiag_dport && other->idiag_dport == id->idiag_sport &&
        memcmp(other->idiag_src, id->idiag_dst, sizeof id->idiag_dst) == 0)
      return 1;
  }
  return 0;
}

int tcp_connections(pid_t process, struct tcp_connection *connections, int capacity) {
  struct own *own = calloc(1, sizeof *own);
  if (!own) return -ENOMEM;
  int count = 0, fd = -1;
  int result = find_sockets(process, own);
  if (result == 0 && own->inode_count > 0) result = fd = open_socket(process);
  if (fd >= 0) {
    const struct timeval limit = {.tv_sec = 1};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    result = dump(fd, AF_INET, own);
    if (result == 0) result = dump(fd, AF_INET6, own);
    close(fd);
  }
  for (int i = 0; result == 0 && i < own->count && count < capacity; i++)
    if (!is_with_itself(own, i)) connections[count++] = own->connections[i];
  free(own);
  return result < 0 ? result : count;
}
