#define _GNU_SOURCE
#include "passing.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

enum { MOST = 8 };

union control {
  struct cmsghdr header;
  char bytes[CMSG_SPACE(MOST * sizeof(int))];
};

ssize_t receive_passed(int socket, void *bytes, size_t size, int *descriptor) {
  union control control;
  struct iovec place = {bytes, size};
  struct msghdr message = {
      .msg_iov = &place, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  *descriptor = -1;
  ssize_t count;
  do count = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
  while (count < 0 && errno == EINTR);
  if (count < 0) return -errno;
  for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    size_t passed = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t i = 0; i < passed; i++) {
      int fd;
      memcpy(&fd, CMSG_DATA(header) + i * sizeof fd, sizeof fd);
      if (*descriptor < 0) {
        *descriptor = fd;
      } else {
        close(fd);
      }
    }
  }
  return count;
}

int send_passed(int socket, const void *bytes, size_t size, int descriptor) {
  union control control;
  memset(&control, 0, sizeof control);
  while (size > 0) {
    struct iovec place = {(void *)bytes, size};
    struct msghdr message = {.msg_iov = &place, .msg_iovlen = 1};
    if (descriptor >= 0) {
      message.msg_control = &control;
      message.msg_controllen = CMSG_SPACE(sizeof descriptor);
      struct cmsghdr *header = CMSG_FIRSTHDR(&message);
      header->cmsg_level = SOL_SOCKET;
      header->cmsg_type = SCM_RIGHTS;
      header->cmsg_len = CMSG_LEN(sizeof descriptor);
      memcpy(CMSG_DATA(header), &descriptor, sizeof descriptor);
    }
    ssize_t count = sendmsg(socket, &message, MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return -errno;
    descriptor = -1;
    bytes = (const char *)bytes + count;
    size -= (size_t)count;
  }
  return 0;
}

static int unix_socket(const char *path, struct sockaddr_un *address) {
  memset(address, 0, sizeof *address);
  address->sun_family = AF_UNIX;
  if (strlen(path) >= sizeof address->sun_path) return -ENAMETOOLONG;
  strcpy(address->sun_path, path);
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  return fd < 0 ? -errno : fd;
}

static int closing(int fd) {
  int code = errno;
  close(fd);
  return -code;
}

int connect_path(const char *path) {
  struct sockaddr_un address;
  int fd = unix_socket(path, &address);
  if (fd < 0) return fd;
  // One that takes nobody any more, since it hangs, would be waited for.
  struct timeval limit = {.tv_sec = 2};
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  return connect(fd, (struct sockaddr *)&address, sizeof address) == 0 ? fd : closing(fd);
}

int listen_path(const char *path) {
  struct sockaddr_un address;
  int fd = unix_socket(path, &address);
  if (fd < 0) return fd;
  if (bind(fd, (struct sockaddr *)&address, sizeof address) != 0 || chmod(path, 0600) != 0 || listen(fd, 1) != 0) {
    return closing(fd);
  }
  return fd;
}
