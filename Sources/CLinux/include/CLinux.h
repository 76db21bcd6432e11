#ifndef CSPAWN_H
#define CSPAWN_H

#include <sys/types.h>

#include "bell.h"
#include "connections.h"
#include "passing.h"
#include "process_events.h"
#include "process_files.h"

/// Starts `argv[0]`, searched in PATH, with the given descriptors as its three standard streams, in a process
/// group of its own, with no signal blocked or ignored and nothing else open; in `directory`, or in ours when that is
/// NULL.
///
/// The program is tethered: the kernel kills it when the calling *thread* ends, however it ends. posix_spawn
/// cannot ask for that.
///
/// Returns the process id, or a negative errno when it could not be started.
pid_t spawn_tethered(
    char *const argv[], char *const environment[], const char *directory, int input, int output, int diagnostics);

/// Starts the program `argv[0]`, a path, in a session of its own in `/`, with nothing open but its standard
/// streams: its output goes nowhere, its input is a pipe whose other end is put into `input`.
///
/// It lives on when the caller ends, and then reads the end of its input. Returns the process id, or a negative
/// errno.
pid_t spawn_apart(char *const argv[], int *input);

/// Makes a pipe whose ends no other program inherits: 0, or a negative errno.
int private_pipe(int ends[2]);

/// Who is at the other end of a Unix socket, as the kernel noted when it was connected.
///
/// Returns 0, or -1 with errno set.
int socket_peer(int descriptor, pid_t *process, uid_t *user);

/// A file of that name in memory only, gone with its last descriptor.
///
/// Returns the descriptor, or -1 with errno set.
int memory_file(const char *name);

#endif
