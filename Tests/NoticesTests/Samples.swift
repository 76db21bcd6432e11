import Foundation
import Journal
import Processes
import Rulebook
import Support
import Synchronization
import Testing

@testable import Notices

/// A call about an alert of a critical rule.
func sampleCall(
  _ kind: String = "opened", id: String = "a", text: String = "kubectl apply -f web.yaml",
  rule: String = "kubectl-apply",
  severity: Severity = .critical, at time: WallTime = WallTime(milliseconds: 1_700_000_000_000)
) -> Call {
  var escalations = Escalations()
  let policy = EscalationPolicy(quiet: nil)
  var alert = Alert(
    time: time, id: id, rule: rule, severity: severity,
    agent: Alert.Agent(name: "claude-code", pane: "%1", session: "work"), source: .pane, text: text,
    why: "The cluster changes through git only.", instead: "Open a pull request.", outcome: .escalated)
  escalations.take(alert, cure: .human, at: time, by: policy)
  let opened = escalations.tick(at: time, secondsEast: 0, by: policy)
  switch kind {
  case "repeated":
    return escalations.tick(at: time + .seconds(7200), secondsEast: 0, by: policy)[0]
  case "resolved":
    alert.outcome = .resolved
    return escalations.note(alert, at: time + .seconds(60))[0]
  default: return opened[0]
  }
}

/// A notifier that does what a test tells it.
final class Stub: Notifier {
  let name = "stub"
  private let tries = Mutex<[String]>([])
  private let does: @Sendable (Int) async -> NotifierError?

  /// - Parameter does: Told how many tries there were before; gives the error, if any.
  init(_ does: @escaping @Sendable (Int) async -> NotifierError?) { self.does = does }

  var seen: [String] { tries.withLock { $0 } }

  func deliver(_ call: Call, acknowledge: @escaping Acknowledge) async throws(NotifierError) {
    let number = tries.withLock { tries in
      tries.append("\(call.kind.rawValue) \(call.escalation.id)")
      return tries.count - 1
    }
    if let error = await does(number) { throw error }
  }
}

/// A folder of a test's own, gone when the test ends.
final class Scratch {
  let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "outrider-notices-\(UUID().uuidString)")
    try FileManager.default.createDirectory(
      at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  func path(_ name: String) -> String { folder.appending(path: name).path }

  func text(_ name: String) -> String { (try? String(contentsOfFile: path(name), encoding: .utf8)) ?? "" }

  func write(_ text: String, _ name: String, mode: Int = 0o600) throws {
    try Data(text.utf8).write(to: folder.appending(path: name))
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path(name))
  }

  /// A program, written by another process: a file that somebody may write cannot be run.
  func put(_ name: String, _ script: String) async throws -> String {
    let write = #"printf '%s\n' "$1" > "$2" && chmod 755 "$2""#
    let words = ["sh", "-c", write, "sh", "#!/bin/sh\n\(script)", path(name)]
    #expect(try await ProgramRun(words, limit: .seconds(60)).result().status == 0)
    return path(name)
  }
}
