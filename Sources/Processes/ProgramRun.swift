import CLinux
import Foundation
import Glibc

/// One run of a program that may hang, print without end or not be there.
///
/// It is given its input. When its time is over, or nobody waits for it any more, it is ended with all that it started
/// in its group; when this process ends, however that comes, the kernel kills it, and what it started goes on.
public struct ProgramRun: Sendable {
  /// The program, by its path or looked for in PATH, and its arguments. No shell is asked; everybody on the machine can
  /// read them.
  public var words: [String]
  /// Where it runs; in our own folder when nil.
  public var directory: String?
  public var input: [UInt8]
  public var environment: [String: String]
  /// After that it is ended.
  public var limit: Duration
  /// Bytes that are kept of each of its outputs; 64 KiB of `run`, 1 MiB of `result` unless it is set.
  public var most: Int?

  /// How it went.
  public struct Ending: Sendable, Equatable {
    public enum How: Sendable, Equatable {
      /// By itself; 128 and the signal's number stand for a death by signal.
      case status(Int32)
      case late
      case cancelled
      /// It could not be started, for this `errno`; `ENOENT` when no folder of PATH has it.
      case notStarted(Int32)
    }

    public var how: How
    /// Its standard output, cut to what is kept.
    public var output: [UInt8] = []
    /// It printed more than that.
    public var isCut = false
    /// What it said on its standard error, cut likewise.
    public var complaints = ""
  }

  public init(
    _ words: [String], in directory: String? = nil, input: [UInt8] = [],
    environment: [String: String] = ProcessInfo.processInfo.environment, limit: Duration
  ) {
    precondition(!words.isEmpty, "a run names a program")
    (self.words, self.directory, self.input) = (words, directory, input)
    (self.environment, self.limit) = (environment, limit)
  }

  /// The file that a name stands for. Relative folders of `PATH` are left out: whoever can write into a worktree could
  /// put a program there.
  public static func find(_ name: String, in environment: [String: String]) -> String? {
    if name.hasPrefix("/") { return access(name, X_OK) == 0 ? name : nil }
    guard !name.isEmpty, !name.contains("/") else { return nil }
    return (environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin").split(separator: ":")
      .filter { $0.hasPrefix("/") }.map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 }
  }

  /// Runs it on a thread of its own. What it prints beyond what is kept is read and dropped.
  ///
  /// - Parameter line: Told of each line that it prints, as it comes, on that thread.
  public func run(line: (@Sendable (String) -> Void)? = nil) async -> Ending {
    await run(keeping: most ?? 1 << 16, endsWhenFull: false, line)
  }

  /// Runs it for the whole of what it prints; more than is kept is a failure, and so is an end that is not its own.
  public func result() async throws(Failure) -> Result {
    let ending = await run(keeping: most ?? 1 << 20, endsWhenFull: true, nil)
    guard !ending.isCut else { throw .tooMuch(words[0]) }
    switch ending.how {
    case .status(let status):
      return Result(status: status, output: ending.output, complaints: ending.complaints)
    case .late: throw .tooLong(words[0], limit)
    case .cancelled: throw .cancelled
    case .notStarted(ENOENT) where Self.find(words[0], in: environment) == nil: throw .missing(words[0])
    case .notStarted(let code):
      throw .notStarted(
        "'\(words[0])' cannot be run in \(directory ?? "."): \(String(cString: strerror(code)))")
    }
  }

  private func run(
    keeping most: Int, endsWhenFull: Bool, _ line: (@Sendable (String) -> Void)?
  ) async -> Ending {
    let leash = Leash()
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let thread = Thread { continuation.resume(returning: carryOut(leash, most, endsWhenFull, line)) }
        thread.stackSize = 512 << 10
        thread.start()
      }
    } onCancel: {
      leash.pull()
    }
  }

  private func carryOut(
    _ leash: Leash, _ most: Int, _ endsWhenFull: Bool, _ line: (@Sendable (String) -> Void)?
  ) -> Ending {
    // A program that does not read its input must not end us.
    var pipes = sigset_t()
    sigemptyset(&pipes)
    sigaddset(&pipes, SIGPIPE)
    pthread_sigmask(SIG_BLOCK, &pipes, nil)
    guard let file = Self.find(words[0], in: environment) else { return Ending(how: .notStarted(ENOENT)) }
    guard let input = Channel(), let output = Channel(), let errors = Channel() else {
      return Ending(how: .notStarted(errno))
    }
    do throws(StartFailure) {
      let child = try startTethered(
        [file] + words.dropFirst(), environment: environment.map { "\($0.key)=\($0.value)" }, in: directory,
        input: input.reading, output: output.writing, errors: errors.writing)
      input.closeReading()
      output.closeWriting()
      errors.closeWriting()
      var course = Course(
        child, input: input, output: output, errors: errors, most, endsWhenFull: endsWhenFull)
      return course.follow(self.input, within: limit, leash, line)
    } catch {
      return Ending(how: .notStarted(error.code))
    }
  }
}

extension ProgramRun {
  /// How it ended by itself, and what it printed.
  public struct Result: Sendable, Equatable {
    public let status: Int32
    public let output: [UInt8]
    /// What it said on its standard error, cut likewise.
    public let complaints: String

    public init(status: Int32, output: [UInt8], complaints: String) {
      (self.status, self.output, self.complaints) = (status, output, complaints)
    }
  }

  public enum Failure: Error, Sendable, Equatable, CustomStringConvertible {
    /// No folder of `PATH` has such a program.
    case missing(String)
    case notStarted(String)
    case tooLong(String, Duration)
    /// It printed more than is read.
    case tooMuch(String)
    case cancelled

    public var description: String {
      switch self {
      case .missing(let name): "there is no program '\(name)' in any folder of PATH"
      case .notStarted(let why): why
      case .tooLong(let name, let limit): "'\(name)' had not ended after \(limit.components.seconds) s"
      case .tooMuch(let name): "'\(name)' printed more than is read"
      case .cancelled: "it was no longer wanted"
      }
    }
  }
}

/// Ends a run early.
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
  private let most: Int
  private let endsWhenFull: Bool
  private var isCut = false

  init(
    _ child: pid_t, input: Channel, output: Channel, errors: Channel, _ most: Int, endsWhenFull: Bool
  ) {
    (self.child, self.input, self.output, self.errors) = (child, input, output, errors)
    (self.most, self.endsWhenFull) = (most, endsWhenFull)
    for end in [input.writing, output.reading, errors.reading] {
      _ = fcntl(end, F_SETFL, fcntl(end, F_GETFL) | O_NONBLOCK)
    }
  }

  mutating func follow(
    _ text: [UInt8], within limit: Duration, _ leash: Leash, _ tell: (@Sendable (String) -> Void)?
  ) -> ProgramRun.Ending {
    let process = process_descriptor(child)
    defer { if process >= 0 { close(process) } }
    let end = ContinuousClock.now + limit
    var rest = text[...]
    if rest.isEmpty { input.closeWriting() }
    while true {
      let left = end - ContinuousClock.now
      guard left > .zero else { return ended(.late, process) }
      var polled = [process, leash.bell, output.reading, errors.reading].map {
        pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
      }
      polled.append(pollfd(fd: input.writing, events: Int16(POLLOUT), revents: 0))
      // Without a descriptor of the process it is looked at now and then.
      let most: Int64 = process < 0 ? 20 : 60_000
      let milliseconds = min(most, left.components.seconds * 1000 + 1000)
      poll(&polled, nfds_t(polled.count), Int32(clamping: min(milliseconds, Self.milliseconds(left))))
      if polled[1].revents != 0 { return ended(.cancelled, process) }
      if polled[4].revents != 0 { give(&rest) }
      read(output, keeping: true, tell)
      read(errors, keeping: false, nil)
      if isCut, endsWhenFull { return ended(.cancelled, process) }
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
        isCut = isCut || count > most - kept.count
        kept += buffer[..<min(count, most - kept.count)]
        if let tell { split(buffer[..<count], tell) }
      } else {
        said += buffer[..<min(count, most - said.count)]
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

  /// Ends it, with the group that it leads: asked first, and killed when that does not help within 500 ms. It keeps its
  /// number until both is done, so that no stranger is hit.
  private func ended(_ how: ProgramRun.Ending.How, _ process: Int32) -> ProgramRun.Ending {
    kill(-child, SIGTERM)
    var polled = [pollfd(fd: process, events: Int16(POLLIN), revents: 0)]
    poll(&polled, 1, 500)
    kill(-child, SIGKILL)
    while waitpid(child, nil, 0) < 0, errno == EINTR {}
    return ending(how)
  }

  private func ending(_ how: ProgramRun.Ending.How) -> ProgramRun.Ending {
    ProgramRun.Ending(
      how: how, output: kept, isCut: isCut, complaints: String(decoding: said, as: UTF8.self))
  }
}
