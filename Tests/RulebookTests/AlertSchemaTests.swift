import Foundation
import Journal
import Rulebook
import Testing

@Suite("The published schema of the alert log")
struct AlertSchemaTests {
  private static let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "docs/alert.schema.json")

  /// The lines of a log that has seen everything: rotation, a kill, lines that were lost, hostile text.
  private func lines() throws -> [[String: Any]] {
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "outrider-schema-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appending(path: "alerts.jsonl").path
    let time = try #require(WallTime(iso8601: "2026-11-23T13:02:11Z"))
    let log = AlertFile(path, rotation: Rotation(limit: 1500, kept: 50))
    func alert(_ text: String) -> Alert {
      Alert(
        time: time, id: "a", rule: "kubectl-apply", severity: .critical, agent: .init(name: "codex"),
        source: .hook, text: text)
    }
    for outcome in [Alert.Outcome.denied, .held, .stopped, .corrected, .resolved] {
      var full = alert("\u{1B}[2J\"\\\u{0}")
      full.agent = .init(name: "claude-code", pane: "%3", session: "main", cwd: "/srv")
      (full.story, full.why, full.instead, full.evidence) = ("1", "w", "i", ["a", "b"])
      let deeds = [Alert.Deed("deny"), Alert.Deed("prompt", result: "would", ms: 31.5)]
      try log.append(full)
      try log.append(full.updated(at: time, outcome: outcome, actions: deeds))
    }
    let handle = try FileHandle(forWritingTo: URL(filePath: path))
    try handle.seekToEnd()
    try handle.write(contentsOf: Data("{\"act".utf8))
    try handle.close()
    try log.append(alert("after a kill"))
    try FileManager.default.removeItem(atPath: path)
    _ = FileManager.default.createFile(atPath: path, contents: nil)
    try log.append(alert("after a loss"))
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter {
      $0.hasPrefix("alerts.jsonl") && $0.last?.isNumber ?? false || $0 == "alerts.jsonl"
    }
    return try names.flatMap { name in
      try String(contentsOf: folder.appending(path: name), encoding: .utf8).split(separator: "\n")
        .compactMap { try? JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] }
    }
  }

  @Test("holds for the lines that are written, and names every field of them")
  func written() throws {
    let schema = try JSONSchema(Self.file)
    let lines = try lines()
    #expect(lines.count >= 8)
    for line in lines { #expect(schema.errors(in: line) == [], "\(line)") }
    let known = Set((schema.root["properties"] as? [String: Any] ?? [:]).keys)
    // Some lines went with the file, the one after the kill among them.
    #expect(Set(lines.flatMap(\.keys)) == known.subtracting(["cut"]))
    #expect(Set(lines.compactMap { $0["chain"] as? String }) == ["start", "continued", "resumed"])
  }

  @Test("has the version that is written, and so has its documentation")
  func version() throws {
    let schema = try JSONSchema(Self.file)
    let version = (schema.root["properties"] as? [String: [String: Any]])?["v"]?["const"]
    #expect(version as? Int == Alert.schemaVersion)
    let text = try String(
      contentsOf: Self.file.deletingLastPathComponent().appending(path: "alert-log.md"), encoding: .utf8)
    for field in (schema.root["properties"] as? [String: Any] ?? [:]).keys {
      #expect(text.contains("`\(field)`"), "\(field)")
    }
    #expect(text.contains("schema version, \(Alert.schemaVersion)"))
  }

  @Test("refuses lines that are none", arguments: ["time", "id", "agent", "seq", "prev", "v"])
  func refused(key: String) throws {
    let schema = try JSONSchema(Self.file)
    var line = try #require(try lines().first)
    line[key] = nil
    #expect(schema.errors(in: line) != [])
    line[key] = ["odd"]
    #expect(schema.errors(in: line) != [])
  }
}
