import CLinux
import Glibc
import Processes

/// What a program left behind.
struct FinishedProcess: Sendable {
  var status: Int32
  var output: [UInt8]
  /// Its standard error, cut, on one line.
  var said: String
}

/// A program started with its three streams in our hands.
///
/// One thread starts it, owns it and calls `reap` in the end; should that thread or the whole process die, the
/// kernel kills the program. Without that a `tmux -C` that has output left would linger, and tmux would make
/// the panes' programs wait for it for ever. Its process group is its own, so that Ctrl-C at our terminal is
/// not its business.
struct ChildProcess {
  let pid: pid_t
  // All three are sockets: born close-on-exec, so that a program started by another thread never keeps our
  // streams open, and written to without SIGPIPE.
  let input: Int32
  let output: Int32
  let diagnostics: Int32

  /// - Parameters:
  ///   - host: the prefix, named in the error when the program is not found.
  ///   - tool: the tmux program, named likewise.
  init(_ argv: [String], host: String?, tool: String) throws(TmuxError) {
    var fds: [Int32] = []
    func give(_ code: Int32) -> TmuxError {
      for fd in fds { close(fd) }
      return .cannotStart(program: argv[0], code: code)
    }
    func pair() throws(TmuxError) -> (Int32, Int32) {
      guard let (ours, theirs) = connectedPair() else { throw give(errno) }
      fds += [ours, theirs]
      return (ours, theirs)
    }
    let (ours, theirs) = try pair()
    let (out, outEnd) = try pair()
    let (diagnostic, diagnosticEnd) = try pair()
    // Room for a burst while we are not scheduled; the system may grant less, which is no harm.
    var room: Int32 = 1 << 20
    setsockopt(outEnd, SOL_SOCKET, SO_SNDBUF, &room, socklen_t(MemoryLayout<Int32>.size))

    do throws(StartFailure) {
      pid = try startTethered(
        argv, environment: childEnvironment(), input: theirs, output: outEnd, errors: diagnosticEnd)
    } catch {
      let failure = give(error.code)
      throw error.code == ENOENT
        ? .notInstalled(program: argv[0], host: argv[0] == tool ? nil : host) : failure
    }
    for end in [theirs, outEnd, diagnosticEnd] { close(end) }
    for end in [ours, out, diagnostic] { setNonBlocking(end) }
    (input, output, diagnostics) = (ours, out, diagnostic)
  }

  /// Reads the program to its end; kills it when `limit` is over.
  func collect(within limit: Duration, command: String) throws(TmuxError) -> FinishedProcess {
    shutdown(input, Int32(SHUT_WR))
    let deadline = MonotonicTime.now()
    var kept: [Int32: [UInt8]] = [output: [], diagnostics: []]
    var open: Set<Int32> = [output, diagnostics]
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
    defer { buffer.deallocate() }
    while !open.isEmpty {
      let left = limit - (MonotonicTime.now() - deadline)
      if left <= .zero {
        _ = reap(graceMilliseconds: 0)
        throw .timedOut(command: command)
      }
      var polled = open.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
      wait(for: &polled, milliseconds: Int32(clamping: left.components.seconds * 1000 + 50))
      for each in polled where each.revents != 0 {
        guard let count = readAvailable(each.fd, buffer) else { continue }
        if count == 0 { open.remove(each.fd) }
        let room = (4 << 20) - kept[each.fd, default: []].count
        kept[each.fd]?.append(contentsOf: buffer.prefix(min(count, room)))
      }
    }
    let status = reap(graceMilliseconds: 2000)
    return FinishedProcess(
      status: status, output: kept[output] ?? [], said: oneLine(kept[diagnostics] ?? []))
  }

  /// Closes the streams and takes the program's exit status: given `graceMilliseconds` to end by itself, then
  /// it is killed.
  ///
  /// 128 and the signal's number stand for a death by signal.
  func reap(graceMilliseconds: Int) -> Int32 {
    for end in [input, output, diagnostics] { close(end) }
    var status: Int32 = 0
    for _ in 0..<graceMilliseconds {
      let result = waitpid(pid, &status, WNOHANG)
      if result == pid { return exitCode(status) }
      if result < 0, errno != EINTR { return 0 }
      usleep(1000)
    }
    kill(pid, SIGKILL)
    while waitpid(pid, &status, 0) < 0, errno == EINTR {}
    return exitCode(status)
  }
}

private func exitCode(_ status: Int32) -> Int32 {
  status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + (status & 0x7F)
}

func oneLine(_ bytes: [UInt8]) -> String {
  let words = Array(bytes.split { $0 <= 0x20 }.joined(separator: [0x20]))
  return String(String(decoding: words, as: UTF8.self).prefix(300))
}

/// Ours, without what would make tmux believe that it is nested in the pane we were started from.
private func childEnvironment() -> [String] {
  ownEnvironment().filter { !$0.hasPrefix("TMUX=") && !$0.hasPrefix("TMUX_PANE=") }
}
