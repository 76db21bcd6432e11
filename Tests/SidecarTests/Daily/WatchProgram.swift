import Foundation
import Journal
import Notices
import Processes
import Sidecar
import Support
import Testing
import Tmux

/// `outrider watch` as people run it beside a stage, with a home of its own; each start is the next one's
/// predecessor.
final class WatchProgram {
  let stage: LiveStage
  private var process: Process?
  private var number = 0

  init(_ stage: LiveStage) throws {
    self.stage = stage
    for folder in ["run", "config/outrider/rules", "state"] {
      try FileManager.default.createDirectory(
        at: stage.folder.appending(path: folder), withIntermediateDirectories: true,
        attributes: [.posixPermissions: 0o700])
    }
  }

  deinit {
    guard let process, process.isRunning else { return }
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  var environment: [String: String] {
    [
      "HOME": stage.folder.path, "XDG_RUNTIME_DIR": path("run"), "XDG_STATE_HOME": path("state"),
      "XDG_CONFIG_HOME": path("config"), "OUTRIDER_RULES": Fixtures.root.appending(path: "rules").path,
      "TMUX": "", "TMUX_PANE": "",
    ]
  }

  func path(_ file: String) -> String { stage.folder.appending(path: file).path }

  func text(_ file: String) -> String { (try? String(contentsOfFile: path(file), encoding: .utf8)) ?? "" }

  func write(_ text: String, to file: String) throws {
    try Data(text.utf8).write(to: stage.folder.appending(path: file), options: .atomic)
    chmod(path(file), 0o600)
  }

  /// What the newest watch has printed, and what it complained of.
  var output: String { text("watch\(number).out") }
  var errors: String { text("watch\(number).err") }

  /// Starts it and waits until it knows its panes.
  func start(panes: Int = 1, _ options: String...) async throws {
    guard case .named(let name) = stage.server.socket else { fatalError("the server has a name") }
    number += 1
    let process = Process()
    process.executableURL = URL(filePath: LiveStage.program("outrider"))
    process.arguments = ["watch", "-L", name, "--no-tmux-messages"] + options
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { _, new in new }
    for suffix in ["out", "err"] { try write("", to: "watch\(number).\(suffix)") }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: URL(filePath: path("watch\(number).out")))
    process.standardError = try FileHandle(forWritingTo: URL(filePath: path("watch\(number).err")))
    try process.start()
    self.process = process
    try await eventually("the watch knows its panes") { self.health?.panes == panes }
  }

  /// Sends it a signal.
  func signal(_ number: Int32) {
    if let process { kill(process.processIdentifier, number) }
  }

  /// Sends it a signal and waits for its end: its status, negative where a signal ended it.
  func end(_ number: Int32) async throws -> Int32 {
    let process = try #require(process)
    signal(number)
    try await eventually("the watch ends") { !process.isRunning }
    self.process = nil
    return process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
  }

  /// What it says of itself; nil when nobody answers.
  var health: WatchHealth? { health(environment: environment) }

  func health(environment: [String: String]) -> WatchHealth? {
    let client = SidecarClient(folder: RuntimeFolder(environment: environment))
    return (try? client.ask(Message("doctor"), limit: .seconds(5))).flatMap { WatchHealth($0) }
  }

  /// The last state of each alert.
  var alerts: [Alert] {
    var last: [String: Alert] = [:]
    var order: [String] = []
    for line in text("state/outrider/alerts.jsonl").split(separator: "\n") {
      guard let alert = try? JSONDecoder().decode(Alert.self, from: Data(line.utf8)) else { continue }
      if last.updateValue(alert, forKey: alert.id) == nil { order.append(alert.id) }
    }
    return order.compactMap { last[$0] }
  }

  /// The files of what watches keep that are called so.
  func kept(_ name: String) -> [String] {
    StateFolder(path("state/outrider")).watches.map { "\($0.path)/\(name)" }
      .filter { FileManager.default.fileExists(atPath: $0) }
  }
}
