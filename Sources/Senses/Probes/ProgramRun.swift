import Foundation
import Glibc
import Processes
import Synchronization

/// One run of a program that may hang, print without end or not be there: it has a deadline and a bound.
public struct ProgramRun: Sendable {
  /// How it ended, and what it printed.
  public struct Result: Sendable, Equatable {
    public let status: Int32
    public let output: [UInt8]
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

  /// The program, by its name or its whole path, and its arguments. No shell is asked.
  public var words: [String]
  public var directory: String
  public var environment: [String: String]
  /// After that it is ended.
  public var limit: Duration
  /// Bytes that are read of each of its outputs.
  public var most = 1 << 20

  public init(
    _ words: [String], in directory: String,
    environment: [String: String] = ProcessInfo.processInfo.environment, limit: Duration
  ) {
    (self.words, self.directory, self.environment) = (words, directory, environment)
    self.limit = limit
  }

  /// The file that a name stands for. Relative folders of `PATH` are left out: whoever can write into a worktree
  /// could put a program there.
  public static func find(_ name: String, in environment: [String: String]) -> String? {
    if name.hasPrefix("/") { return access(name, X_OK) == 0 ? name : nil }
    guard !name.isEmpty, !name.contains("/") else { return nil }
    return (environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin").split(separator: ":")
      .filter { $0.hasPrefix("/") }.map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 }
  }

  /// Runs it with nothing on its standard input; nobody's thread waits for it.
  ///
  /// Cancelling the task ends the program.
  public func result() async throws(Failure) -> Result {
    let isCancelled = Flag()
    let outcome: Swift.Result<Result, Failure> = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        DispatchQueue.global().async { continuation.resume(returning: run(until: isCancelled)) }
      }
    } onCancel: {
      isCancelled.set()
    }
    return try outcome.get()
  }

  private func run(until isCancelled: Flag) -> Swift.Result<Result, Failure> {
    guard let name = words.first, let file = Self.find(name, in: environment) else {
      return .failure(.missing(words.first ?? ""))
    }
    let process = Process()
    process.executableURL = URL(filePath: file)
    process.arguments = Array(words.dropFirst())
    process.currentDirectoryURL = URL(filePath: directory, directoryHint: .isDirectory)
    process.environment = environment
    process.standardInput = FileHandle.nullDevice
    let output = Pipe()
    let complaints = Pipe()
    process.standardOutput = output
    process.standardError = complaints
    let ended = DispatchSemaphore(value: 0)
    process.terminationHandler = { _ in ended.signal() }
    do {
      try process.start()
    } catch {
      return .failure(.notStarted("'\(file)' cannot be run in \(directory): \(error)"))
    }
    let deadline = ContinuousClock.now + limit
    var streams = [output, complaints].map { OpenStream($0.fileHandleForReading.fileDescriptor, most: most) }
    while streams.contains(where: \.isOpen), !streams.contains(where: \.isFull) {
      guard ContinuousClock.now < deadline, !isCancelled.isSet else { break }
      OpenStream.wait(for: &streams)
    }
    let isFull = streams.contains(where: \.isFull)
    let isOpen = streams.contains(where: \.isOpen)
    let left = isOpen || isFull ? .zero : max(.zero, deadline - .now)
    let hasEnded = ended.wait(timeout: .now() + left.inSeconds) == .success
    if !hasEnded { Self.end(process, ended) }
    if isCancelled.isSet { return .failure(.cancelled) }
    if isFull { return .failure(.tooMuch(name)) }
    guard hasEnded, !isOpen else { return .failure(.tooLong(name, limit)) }
    return .success(
      Result(
        status: process.terminationStatus, output: streams[0].bytes,
        complaints: String(decoding: streams[1].bytes, as: UTF8.self)))
  }

  private static func end(_ process: Process, _ ended: DispatchSemaphore) {
    process.terminate()
    guard ended.wait(timeout: .now() + 0.5) != .success else { return }
    ProcessIdentity(process.processIdentifier)?.signal(SIGKILL)
    _ = ended.wait(timeout: .now() + 2)
  }
}

/// Set once, seen by another thread.
private final class Flag: Sendable {
  private let value = Atomic(false)

  var isSet: Bool { value.load(ordering: .relaxed) }

  func set() {
    value.store(true, ordering: .relaxed)
  }
}

/// One of a program's outputs while it is read.
private struct OpenStream {
  private let descriptor: Int32
  private let most: Int
  private(set) var bytes: [UInt8] = []
  private(set) var isOpen = true

  var isFull: Bool { bytes.count >= most }

  init(_ descriptor: Int32, most: Int) {
    self.descriptor = descriptor
    self.most = most
    _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
  }

  /// Reads what is there, or waits a moment for it.
  static func wait(for streams: inout [OpenStream]) {
    var waiting = streams.map {
      pollfd(fd: $0.isOpen ? $0.descriptor : -1, events: Int16(POLLIN), revents: 0)
    }
    guard poll(&waiting, nfds_t(waiting.count), 50) > 0 else { return }
    for index in streams.indices where waiting[index].revents != 0 { streams[index].read() }
  }

  private mutating func read() {
    var buffer = [UInt8](repeating: 0, count: 16_384)
    while isOpen, !isFull {
      let count = Glibc.read(descriptor, &buffer, min(buffer.count, most - bytes.count))
      if count > 0 {
        bytes += buffer[..<count]
      } else {
        isOpen = count < 0 && (errno == EAGAIN || errno == EINTR)
        return
      }
    }
  }
}
