#define _GNU_SOURCE
#include "bell.h"

#include <errno.h>
#include <pthread.h>
#include <sys/eventfd.h>

int bell_open(void) {
  int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  return fd < 0 ? -errno : fd;
}

void bell_ring(int bell) { eventfd_write(bell, 1); }

void bell_still(int bell) {
  eventfd_t count;
  eventfd_read(bell, &count);
}

void name_thread(const char *name) { pthread_setname_np(pthread_self(), name); }
