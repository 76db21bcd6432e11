#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

// What other threads have open without close-on-exec is not the new program's: a pipe of theirs would stay open, and
// whoever waits for its end would wait for this program's.
static void keep_to_itself(void) {
  if (close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) == 0) return;
  struct rlimit most;
  rlim_t end = getrlimit(RLIMIT_NOFILE, &most) == 0 && most.rlim_cur < 65536 ? most.rlim_cur : 65536;
  for (rlim_t fd = 3; fd < end; fd++) fcntl((int)fd, F_SETFD, FD_CLOEXEC);
}

static void become(
    char *const argv[], char *const environment[], const char *directory, const int streams[3], pid_t parent) {
  // Only what is safe between fork and exec in a program with threads.
  sigset_t none;
  sigemptyset(&none);
  for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
  sigprocmask(SIG_SETMASK, &none, NULL);
  setpgid(0, 0);
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent) return;
  // Moved out of the way first, in case one of them is among 0, 1 and 2.
  int moved[3];
  for (int i = 0; i < 3; i++) {
    if ((moved[i] = fcntl(streams[i], F_DUPFD_CLOEXEC, 3)) < 0) return;
  }
  for (int i = 0; i < 3; i++) {
    if (dup2(moved[i], i) < 0) return;
  }
  keep_to_itself();
  if (directory != NULL && chdir(directory) != 0) return;
  execvpe(argv[0], argv, environment);
}

pid_t spawn_tethered(
    char *const argv[], char *const environment[], const char *directory, int input, int output, int diagnostics) {
  int report[2];
  if (pipe2(report, O_CLOEXEC) != 0) return -errno;
  // Above 2, or the child's own streams would take its place.
  int failure = fcntl(report[1], F_DUPFD_CLOEXEC, 3);
  close(report[1]);
  const int streams[3] = {input, output, diagnostics};
  pid_t parent = getpid();
  pid_t child = failure < 0 ? -1 : fork();
  if (child == 0) {
    become(argv, environment, directory, streams, parent);
    int code = errno;
    ssize_t written = write(failure, &code, sizeof code);
    (void)written;
    _exit(127);
  }
  int code = child < 0 ? errno : 0;
  if (failure >= 0) close(failure);
  if (child > 0) {
    // The end of the pipe means that exec has closed it; otherwise it says why not.
    while (read(report[0], &code, sizeof code) < 0 && errno == EINTR) {
    }
    if (code != 0) {
      while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {
      }
    }
  }
  close(report[0]);
  return code != 0 ? -code : child;
}

int private_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC) == 0 ? 0 : -errno; }

extern char **environ;

pid_t spawn_apart(char *const argv[], int *input) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return -errno;
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  sigset_t all, none;
  sigfillset(&all);
  sigemptyset(&none);
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[0], 0);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addclosefrom_np(&actions, 3);
  posix_spawn_file_actions_addchdir_np(&actions, "/");
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  pid_t child = 0;
  int failure = posix_spawn(&child, argv[0], &actions, &attributes, argv, environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[0]);
  if (failure != 0) {
    close(ends[1]);
    return -failure;
  }
  *input = ends[1];
  return child;
}
