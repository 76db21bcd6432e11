import Foundation
import Processes
import Rulebook
import Senses
import Sidecar
import Support
import Synchronization
import Testing

/// A stand-in for an agent that runs what it is told by a shell, watched programs that write down that they ran, and
/// a watch beside it. All gone when `with` returns.
final class ExecStage: Sendable {
  private static let count = Atomic(0)

  let folder: URL
  let watch: ExecWatch
  private let agent: Process
  private let orders: FileHandle
  private let found = Mutex<[ExecWatch.Finding]>([])
  private let count = Atomic(0)

  private init(_ rulebook: Rulebook, _ settings: ExecWatch.Settings) throws {
    let number = Self.count.add(1, ordering: .relaxed).newValue
    folder = FileManager.default.temporaryDirectory.appending(path: "outrider-exec-\(getpid())-\(number)")
    try Self.furnish(folder)
    let pipe = Pipe()
    agent = Process()
    agent.executableURL = URL(filePath: "/bin/bash")
    // Each order is a shell of its own, as agents run their commands.
    agent.arguments = [
      "-c", "while read -r number file; do bash \"$file\" >\"$file.out\" 2>&1; echo $? >\"$file.done\"; done",
    ]
    agent.environment = [
      "PATH": "\(folder.path)/bin:/usr/local/bin:/usr/bin:/bin",
      "MARKS": folder.appending(path: "marks").path,
      "HOME": folder.path,
    ]
    agent.currentDirectoryURL = folder
    agent.standardInput = pipe
    agent.standardError = FileHandle.nullDevice
    try agent.start()
    orders = pipe.fileHandleForWriting
    watch = ExecWatch(rulebook, clock: LiveClock(), settings: settings)
  }

  /// Programs that say in a file of marks that they ran, and how.
  static func furnish(_ folder: URL) throws {
    let bin = folder.appending(path: "bin")
    try FileManager.default.createDirectory(at: bin, withIntermediateDirectories: true)
    for name in ["kubectl", "terraform"] {
      let path = bin.appending(path: name).path
      try "#!/bin/sh\necho \"\(name) $*\" >> \"$MARKS\"\necho \"did $*\"\n".write(
        toFile: path, atomically: true, encoding: .utf8)
      chmod(path, 0o755)
    }
    // One that is no script: what touch is asked to make tells that it ran.
    try FileManager.default.copyItem(atPath: "/usr/bin/touch", toPath: bin.appending(path: "helm").path)
    try "".write(to: folder.appending(path: "marks"), atomically: true, encoding: .utf8)
  }

  static func with(
    _ rulebook: Rulebook = Fixtures.library.rulebook, _ settings: ExecWatch.Settings = .init(),
    _ body: (ExecStage) async throws -> Void
  ) async throws {
    let stage = try ExecStage(rulebook, settings)
    let collecting = Task {
      for await batch in stage.watch.findings { stage.found.withLock { $0 += batch } }
    }
    stage.watch.follow(stage.agent.processIdentifier, agent: "%1")
    // A first program tells that the tree is followed.
    do {
      let deadline = ContinuousClock.now + .seconds(20)
      while stage.facts.isEmpty, ContinuousClock.now < deadline { _ = try await stage.run("/bin/true") }
      try await body(stage)
    } catch {
      stage.end(collecting)
      throw error
    }
    stage.end(collecting)
  }

  private func end(_ collecting: Task<Void, Never>) {
    watch.end()
    collecting.cancel()
    try? orders.close()
    agent.terminate()
    try? FileManager.default.removeItem(at: folder)
  }

  var agentProcess: Int32 { agent.processIdentifier }

  /// Begins a script in the agent; returns the name of what it will leave.
  func begin(_ script: String) throws -> String {
    let number = count.add(1, ordering: .relaxed).newValue
    let file = folder.appending(path: "order\(number)")
    try script.write(to: file, atomically: true, encoding: .utf8)
    try orders.write(contentsOf: Data("\(number) \(file.path)\n".utf8))
    return file.path
  }

  /// Runs a script in the agent: its exit code and what it printed.
  @discardableResult
  func run(_ script: String) async throws -> (status: Int, output: String) {
    try await outcome(of: begin(script))
  }

  func outcome(of name: String) async throws -> (status: Int, output: String) {
    try await eventually("\(name) has ended") { FileManager.default.fileExists(atPath: name + ".done") }
    var status = ""
    try await eventually("\(name) has said how it ended") {
      status = ((try? String(contentsOfFile: name + ".done", encoding: .utf8)) ?? "")
        .trimmingCharacters(in: .whitespacesAndNewlines)
      return !status.isEmpty
    }
    return (Int(status) ?? -1, (try? String(contentsOfFile: name + ".out", encoding: .utf8)) ?? "")
  }

  /// What the watched programs have written down.
  var marks: [String] {
    ((try? String(contentsOf: folder.appending(path: "marks"), encoding: .utf8)) ?? "")
      .split(separator: "\n").map(String.init)
  }

  var facts: [Fact] {
    found.withLock { $0 }.flatMap { finding -> [Fact] in
      if case .facts(let facts, _, _) = finding { facts } else { [] }
    }
  }

  var holds: [ExecWatch.Hold] {
    found.withLock { $0 }.compactMap { if case .facts(_, _, let hold?) = $0 { hold } else { nil } }
  }

  var findings: [ExecWatch.Finding] { found.withLock { $0 } }

  /// Rules of a test's own, in place of the shipped ones.
  static func rulebook(_ yaml: String) throws -> Rulebook {
    let loaded = Rulebook.load(
      [RuleFile(yaml, name: "own.yaml")], programs: Fixtures.library.rulebook.programs)
    try #require(loaded.errors.isEmpty, "\(loaded.errors)")
    return loaded.rulebook
  }
}
