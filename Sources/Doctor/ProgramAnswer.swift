import Foundation
import Processes

/// What another program says when it is asked something.
enum ProgramAnswer: Sendable, Equatable {
  /// Its standard output, at most 64 KiB.
  case said(String)
  /// It was ended, since it took too long.
  case late
  case failed(String)

  /// Runs a program to its end.
  ///
  /// - Parameter limit: How long it may take; then it is killed.
  static func ask(
    _ path: String, _ arguments: [String], environment: [String: String], within limit: Duration
  ) async -> ProgramAnswer {
    let process = Process()
    process.executableURL = URL(filePath: path)
    process.arguments = arguments
    process.environment = environment
    process.standardInput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    let output = Pipe()
    process.standardOutput = output
    let ends = AsyncStream<Int32> { stream in
      process.terminationHandler = {
        stream.yield($0.terminationStatus)
        stream.finish()
      }
    }
    do {
      try process.start()
    } catch {
      return .failed("it cannot be started")
    }
    let pid = process.processIdentifier
    return await withTaskGroup(of: Bool.self) { group in
      group.addTask {
        guard (try? await Task.sleep(for: limit)) != nil else { return false }
        kill(pid, SIGKILL)
        return true
      }
      var status: Int32 = 0
      for await code in ends { status = code }
      group.cancelAll()
      if await group.next() == true { return .late }
      guard status == 0 else { return .failed("it ended with status \(status)") }
      return .said(text(in: output.fileHandleForReading.fileDescriptor))
    }
  }

  /// What is in a pipe by now. A program of the program may keep it open for ever.
  private static func text(in descriptor: Int32) -> String {
    _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    let count = read(descriptor, &buffer, buffer.count)
    return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
  }
}
