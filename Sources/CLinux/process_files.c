#define _GNU_SOURCE
#include "process_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { LONGEST = 4096 };

static int place(char path[LONGEST], pid_t process, const char *name) {
  int length = snprintf(path, LONGEST, "/proc/%d/%s", (int)process, name);
  return length < LONGEST ? 0 : -ENAMETOOLONG;
}

int process_read(pid_t process, const char *name, uint8_t *buffer, int capacity) {
  char path[LONGEST];
  int result = place(path, process, name);
  if (result != 0) return result;
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return -errno;
  int filled = 0;
  while (filled < capacity) {
    ssize_t size = read(fd, buffer + filled, capacity - filled);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) {
      int error = errno;
      close(fd);
      return -error;
    }
    if (size == 0) break;
    filled += size;
  }
  close(fd);
  return filled;
}

int process_link(pid_t process, const char *name, uint8_t *buffer, int capacity) {
  char path[LONGEST];
  int result = place(path, process, name);
  if (result != 0) return result;
  ssize_t size = readlink(path, (char *)buffer, capacity);
  return size < 0 ? -errno : (int)size;
}

int process_file_identity(pid_t process, const char *name, struct file_identity *identity) {
  char path[LONGEST];
  int result = place(path, process, name);
  if (result != 0) return result;
  struct stat status;
  if (stat(path, &status) != 0) return -errno;
  *identity = (struct file_identity){status.st_dev, status.st_ino, (uint64_t)status.st_size};
  return 0;
}

static int64_t reading(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return now.tv_sec * 1000000000LL + now.tv_nsec;
}

int64_t time_asleep(void) { return reading(CLOCK_BOOTTIME) - reading(CLOCK_MONOTONIC); }

uint64_t monotonic_time(void) { return (uint64_t)reading(CLOCK_MONOTONIC); }
