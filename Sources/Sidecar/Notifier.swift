import Foundation
import Processes
import Journal

/// Ways in which the human is called.
public protocol Notifier: Sendable {
  /// How it is named in messages.
  var name: String { get }

  /// Tells the human.
  ///
  /// - Throws: When it could not be delivered; the error's description is shown.
  func call(_ alert: Alert) async throws
}

/// A program of the user's, with the alert as JSON on its standard input.
public struct ProgramNotifier: Notifier {
  /// Longer than this no program may take; then it is ended.
  public static let limit: Duration = .seconds(30)

  private let path: String

  public var name: String { path }

  public init(_ path: String) {
    self.path = path
  }

  public func call(_ alert: Alert) async throws {
    let process = Process()
    process.executableURL = URL(filePath: path)
    let input = Pipe()
    process.standardInput = input
    process.standardOutput = FileHandle.nullDevice
    let status = AsyncStream<Int32> { stream in
      process.terminationHandler = {
        stream.yield($0.terminationStatus)
        stream.finish()
      }
    }
    try process.start()
    // A program that does not read must not stop us: what fits into the pipe is enough for an alert.
    let writer = input.fileHandleForWriting
    let descriptor = writer.fileDescriptor
    _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
    try? writer.write(contentsOf: Data((alert.json + "\n").utf8))
    try? writer.close()
    let pid = process.processIdentifier
    let watchdog = Task {
      try await Task.sleep(for: Self.limit)
      kill(pid, SIGTERM)
    }
    defer { watchdog.cancel() }
    for await code in status where code != 0 {
      throw NotifierError(
        message: "\(path) ended with status \(code); try it by hand with an alert on its input")
    }
  }
}

public struct NotifierError: Error, CustomStringConvertible {
  public let message: String

  public var description: String { message }
}
