import Foundation
import Journal
import Processes
import Support
import Testing

@testable import Notices

/// The tests that run real programs, one after the other. They are left out only where the programs could not be
/// fetched, which `scripts/test` says aloud.
@Suite(
  "Beside real notifiers", .serialized,
  .disabled(if: ProcessInfo.processInfo.environment["OUTRIDER_WITHOUT_NOTIFIERS"] != nil))
enum RealNotifiers {}

/// Programs that a test runs beside itself, gone when it ends.
final class RealStage {
  let scratch: Scratch
  private var processes: [Process] = []

  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  init() throws {
    signal(SIGPIPE, SIG_IGN)
    scratch = try Scratch()
  }

  deinit {
    for process in processes where process.isRunning {
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
    }
  }

  /// Starts a program; what it prints goes to `NAME.out`.
  @discardableResult
  func start(_ name: String, _ words: [String], _ environment: [String: String] = [:]) throws -> Process {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = words
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { _, new in new }
    process.currentDirectoryURL = scratch.folder
    try Data().write(to: scratch.folder.appending(path: "\(name).out"))
    let output = try FileHandle(forWritingTo: scratch.folder.appending(path: "\(name).out"))
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = output
    try process.start()
    processes.append(process)
    return process
  }

  /// Runs a program to its end, and gives what it printed.
  func run(_ words: [String], _ environment: [String: String] = [:]) async -> String {
    let whole = ProcessInfo.processInfo.environment.merging(environment) { _, new in new }
    let ending = await ProgramRun(words, environment: whole, limit: .seconds(30)).run()
    return String(decoding: ending.output, as: UTF8.self)
  }

  /// A web server that writes down what it gets: its port.
  func record() async throws -> Int {
    let script = Self.root.appending(path: "scripts/notifiers/recorder.py").path
    try start("recorder", ["python3", script, scratch.path("requests")])
    var port: Int?
    try await eventually("the recorder listens") {
      port = Int(scratch.text("recorder.out").trimmingCharacters(in: .whitespacesAndNewlines))
      return port != nil
    }
    return try #require(port)
  }

  struct Request: Decodable {
    let path: String
    let code: Int
    let headers: [String: String]
    let body: String

    var json: [String: Any] {
      (try? JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any]) ?? [:]
    }
  }

  var requests: [Request] {
    scratch.text("requests").split(separator: "\n").compactMap {
      try? JSONDecoder().decode(Request.self, from: Data($0.utf8))
    }
  }

  /// A port of loopback on which nobody listens now.
  static func freePort() throws -> Int {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
      }
    }
    try #require(isBound)
    return Int(address.sin_port.bigEndian)
  }

  /// Whether any process shows this text among its arguments.
  static func isInArguments(_ text: String) -> Bool {
    ProcessFiles.all().contains {
      String(decoding: ProcessFiles.arguments($0), as: UTF8.self).contains(text)
    }
  }
}

/// One channel of a configuration, as its notifier.
func notifier(_ yaml: String, in folder: String) throws -> any Notifier {
  let read = Configuration("notifiers:\n  - " + yaml, name: folder + "/config.yaml")
  #expect(read.errors == [])
  return try #require(read.notifiers.first?.notifier(server: .init(), host: "box"))
}
