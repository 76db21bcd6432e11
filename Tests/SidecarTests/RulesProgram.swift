import Foundation
import Processes

/// The built program, run with a home of its own.
struct RulesProgram {
  /// Stands for the user's home and configuration; files of the runs are written here, too.
  let home: URL

  init() throws {
    home = FileManager.default.temporaryDirectory.appending(path: "outrider-rules-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
  }

  func remove() { try? FileManager.default.removeItem(at: home) }

  var environment: [String: String] {
    ProcessInfo.processInfo.environment.merging([
      "HOME": home.path, "XDG_CONFIG_HOME": home.appending(path: "config").path,
      "XDG_RUNTIME_DIR": home.appending(path: "run").path,
    ]) { _, new in new }
  }

  /// Starts it; what it writes goes to `NAME.out` and `NAME.err` in the home.
  func start(_ name: String, _ arguments: [String], in folder: URL = Fixtures.root) throws -> Process {
    let process = Process()
    process.executableURL = URL(filePath: LiveStage.program("outrider"))
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.environment = environment
    let files = ["out", "err"].map { home.appending(path: "\(name).\($0)") }
    for file in files { try Data().write(to: file) }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: files[0])
    process.standardError = try FileHandle(forWritingTo: files[1])
    try process.start()
    return process
  }

  func text(_ file: String) -> String {
    (try? String(contentsOf: home.appending(path: file), encoding: .utf8)) ?? ""
  }

  func run(_ arguments: String..., in folder: URL = Fixtures.root) async throws -> Run {
    try await outrider(arguments, in: folder, environment: environment)
  }

  /// Runs a test with a home that is gone afterwards.
  static func with(_ body: (RulesProgram) async throws -> Void) async throws {
    let program = try RulesProgram()
    defer { program.remove() }
    try await body(program)
  }
}
