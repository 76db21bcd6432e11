#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/close_range.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
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

struct plan {
  char *const *argv;
  char *const *environment;
  const char *directory;
  int streams[3];
  pid_t parent;
  int code;
};

// Runs in the caller's memory while the caller waits: it touches nothing but the plan, and calls only what is safe
// between fork and exec in a program with threads.
static int become(void *argument) {
  struct plan *plan = argument;
  struct sigaction standard = {.sa_handler = SIG_DFL};
  sigset_t none;
  sigemptyset(&none);
  for (int number = 1; number < NSIG; number++) sigaction(number, &standard, NULL);
  setpgid(0, 0);
  // Moved out of the way first, in case one of them is among 0, 1 and 2.
  int moved[3];
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) goto failed;
  errno = ESRCH;
  if (getppid() != plan->parent) goto failed;
  for (int i = 0; i < 3; i++) {
    if ((moved[i] = fcntl(plan->streams[i], F_DUPFD_CLOEXEC, 3)) < 0) goto failed;
  }
  for (int i = 0; i < 3; i++) {
    if (dup2(moved[i], i) < 0) goto failed;
  }
  keep_to_itself();
  if (plan->directory != NULL && chdir(plan->directory) != 0) goto failed;
  sigprocmask(SIG_SETMASK, &none, NULL);
  execvpe(plan->argv[0], plan->argv, plan->environment);
failed:
  plan->code = errno;
  _exit(127);
}

// No fork: that would copy all page tables under a lock that whoever touches new memory waits for, the thread that must
// stop a program before its first line among them.
pid_t spawn_tethered(
    char *const argv[], char *const environment[], const char *directory, int input, int output, int diagnostics) {
  // execvpe puts the path, and for a script the arguments, on the stack.
  size_t count = 0;
  while (argv[count] != NULL) count++;
  size_t size = (65536 + 2 * PATH_MAX + (count + 2) * sizeof *argv + 4095) & ~(size_t)4095;
  char *stack = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
  if (stack == MAP_FAILED) return -errno;
  struct plan plan = {argv, environment, directory, {input, output, diagnostics}, getpid(), 0};
  // No handler of ours may run in the child, in our memory.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pid_t child = clone(become, stack + size, CLONE_VM | CLONE_VFORK | SIGCHLD, &plan);
  int code = child < 0 ? errno : plan.code;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  munmap(stack, size);
  if (child > 0 && code != 0) {
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {
    }
  }
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
