import CLinux
import Foundation
import Glibc
import Rulebook

/// A program that is run for a while: it is given its input, and ended with all that it started when its time
/// is over, when nobody waits for it any more, and when this program ends, however that comes.
public struct Errand: Sendable {
  /// The program, looked for in PATH, and its arguments. Everybody on the machine can read them.
  public var words: [String]
  public var input: [UInt8]
  public var environment: [String: String]
  public var limit: Duration

  /// Bytes that are kept of what it prints.
  static let mostOutput = 65_536

  /// How it went.
  public struct Ending: Sendable, Equatable {
    public enum How: Sendable, Equatable {
      /// By itself; 128 and the signal's number stand for a death by signal.
      case status(Int32)
      case late
      case cancelled
      /// It could not be started, for this `errno`.
      case notStarted(Int32)
    }

    public var how: How
    /// Its standard output, cut to 64 KiB.
    public var output: [UInt8] = []
    /// What it said on its standard error, in one line of 300 characters at most.
    public var said = ""
  }

  public init(
    _ words: [String], input: [UInt8] = [],
    environment: [String: String] = ProcessInfo.processInfo.environment, limit: Duration
  ) {
    precondition(!words.isEmpty, "an errand names a program")
    self.words = words
    self.input = input
    self.environment = environment
    self.limit = limit
  }

  /// Runs it on a thread of its own.
  ///
  /// - Parameter line: Told of each line that it prints, as it comes, on that thread.
  public func run(line: (@Sendable (String) -> Void)? = nil) async -> Ending {
    let leash = Leash()
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let thread = Thread { continuation.resume(returning: self.carryOut(leash, line)) }
        thread.stackSize = 512 << 10
        thread.start()
      }
    } onCancel: {
      leash.pull()
    }
  }

  private func carryOut(_ leash: Leash, _ line: (@Sendable (String) -> Void)?) -> Ending {
    // A program that does not read its input must not end us.
    var pipes = sigset_t()
    sigemptyset(&pipes)
    sigaddset(&pipes, SIGPIPE)
    pthread_sigmask(SIG_BLOCK, &pipes, nil)
    guard let input = Channel(), let output = Channel(), let errors = Channel() else {
      return Ending(how: .notStarted(errno))
    }
    let child = withCStrings(words) { words in
      withCStrings(environment.map { "\($0.key)=\($0.value)" }) { environment in
        spawn_tethered(words, environment, input.reading, output.writing, errors.writing)
      }
    }
    guard child > 0 else { return Ending(how: .notStarted(-child)) }
    input.closeReading()
    output.closeWriting()
    errors.closeWriting()
    var course = Course(child, input: input, output: output, errors: errors)
    return course.follow(self.input, within: limit, leash, line)
  }
}

/// Ends an errand early.
private final class Leash: Sendable {
  let bell = bell_open()

  func pull() { if bell >= 0 { bell_ring(bell) } }

  deinit { if bell >= 0 { close(bell) } }
}

/// A pipe whose ends are closed with it, and not inherited.
private final class Channel {
  private(set) var reading: Int32 = -1
  private(set) var writing: Int32 = -1

  init?() {
    var ends: [Int32] = [-1, -1]
    guard private_pipe(&ends) == 0 else { return nil }
    (reading, writing) = (ends[0], ends[1])
  }

  func closeReading() {
    if reading >= 0 { close(reading) }
    reading = -1
  }

  func closeWriting() {
    if writing >= 0 { close(writing) }
    writing = -1
  }

  deinit {
    closeReading()
    closeWriting()
  }
}

/// One run of a program, on the thread that started it.
private struct Course {
  private let child: pid_t
  private let input: Channel
  private let output: Channel
  private let errors: Channel
  private var kept: [UInt8] = []
  private var said: [UInt8] = []
  private var line: [UInt8] = []

  init(_ child: pid_t, input: Channel, output: Channel, errors: Channel) {
    (self.child, self.input, self.output, self.errors) = (child, input, output, errors)
    for end in [input.writing, output.reading, errors.reading] {
      _ = fcntl(end, F_SETFL, fcntl(end, F_GETFL) | O_NONBLOCK)
    }
  }

  mutating func follow(
    _ text: [UInt8], within limit: Duration, _ leash: Leash, _ tell: (@Sendable (String) -> Void)?
  ) -> Errand.Ending {
    let process = process_descriptor(child)
    defer { if process >= 0 { close(process) } }
    let end = ContinuousClock.now + limit
    var rest = text[...]
    if rest.isEmpty { input.closeWriting() }
    while true {
      let left = end - ContinuousClock.now
      guard left > .zero else { return ended(.late) }
      var polled = [process, leash.bell, output.reading, errors.reading].map {
        pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
      }
      polled.append(pollfd(fd: input.writing, events: Int16(POLLOUT), revents: 0))
      // Without a descriptor of the process it is looked at now and then.
      let most: Int64 = process < 0 ? 20 : 60_000
      let milliseconds = min(most, left.components.seconds * 1000 + 1000)
      poll(&polled, nfds_t(polled.count), Int32(clamping: min(milliseconds, Self.milliseconds(left))))
      if polled[1].revents != 0 { return ended(.cancelled) }
      if polled[4].revents != 0 { give(&rest) }
      read(output, keeping: true, tell)
      read(errors, keeping: false, nil)
      if let status = finished() {
        read(output, keeping: true, tell)
        read(errors, keeping: false, nil)
        return ending(.status(status))
      }
    }
  }

  private static func milliseconds(_ left: Duration) -> Int64 {
    left.components.seconds * 1000 + left.components.attoseconds / 1_000_000_000_000_000 + 1
  }

  private func give(_ rest: inout ArraySlice<UInt8>) {
    let count = rest.withUnsafeBytes { write(input.writing, $0.baseAddress, min($0.count, 65_536)) }
    if count < 0, errno == EAGAIN || errno == EINTR { return }
    rest = count < 0 ? [] : rest.dropFirst(count)
    if rest.isEmpty { input.closeWriting() }
  }

  private mutating func read(_ channel: Channel, keeping: Bool, _ tell: (@Sendable (String) -> Void)?) {
    var buffer = [UInt8](repeating: 0, count: 16_384)
    // What is printed without an end must not keep us from the deadline.
    for _ in 0..<16 {
      guard channel.reading >= 0 else { return }
      let count = Glibc.read(channel.reading, &buffer, buffer.count)
      if count < 0 { return }
      if count == 0 {
        channel.closeReading()
        return
      }
      if keeping {
        kept += buffer[..<min(count, Errand.mostOutput - kept.count)]
        if let tell { split(buffer[..<count], tell) }
      } else {
        said += buffer[..<min(count, 4096 - said.count)]
      }
    }
  }

  private mutating func split(_ bytes: ArraySlice<UInt8>, _ tell: (String) -> Void) {
    for byte in bytes {
      if byte == UInt8(ascii: "\n") {
        tell(String(decoding: line, as: UTF8.self))
        line = []
      } else if line.count < 4096 {
        line.append(byte)
      }
    }
  }

  /// The program's exit status; nil while it runs.
  private func finished() -> Int32? {
    var status: Int32 = 0
    let result = waitpid(child, &status, WNOHANG)
    if result == 0 || (result < 0 && errno == EINTR) { return nil }
    guard result == child else { return 0 }
    return status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + (status & 0x7F)
  }

  /// Ends it, with the group that it leads.
  private func ended(_ how: Errand.Ending.How) -> Errand.Ending {
    kill(-child, SIGKILL)
    while waitpid(child, nil, 0) < 0, errno == EINTR {}
    return ending(how)
  }

  private func ending(_ how: Errand.Ending.How) -> Errand.Ending {
    let words = said.split { $0 <= 0x20 }.joined(separator: [0x20])
    let text = String(decoding: Array(words), as: UTF8.self)
    return Errand.Ending(how: how, output: kept, said: cleaned(text, limit: 300))
  }
}

private func withCStrings<Result>(
  _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
) -> Result {
  var pointers: [UnsafeMutablePointer<CChar>?] = strings.map { strdup($0) }
  defer { for pointer in pointers { free(pointer) } }
  pointers.append(nil)
  return body(pointers)
}
