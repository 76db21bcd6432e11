import Foundation
import Notices
import Testing
import Yams

@testable import Rulebook

@Suite("The published schema of the configuration")
struct ConfigurationSchemaTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  private static func schema() throws -> JSONSchema {
    try JSONSchema(root.appending(path: "rules/config.schema.json"))
  }

  private static func keys(_ schema: Any?) -> Set<String> {
    Set(((schema as? [String: Any])?["properties"] as? [String: Any] ?? [:]).keys)
  }

  private static func property(_ schema: Any?, _ name: String) -> Any? {
    ((schema as? [String: Any])?["properties"] as? [String: Any])?[name]
  }

  @Test("knows the very keys that the reader knows")
  func sameKeys() throws {
    let schema = try Self.schema()
    #expect(Self.keys(schema.root) == Set(ConfigurationGrammar.top))
    let escalations = Self.property(schema.root, "escalations")
    #expect(Self.keys(escalations) == Set(ConfigurationGrammar.escalations))
    #expect(Self.keys(Self.property(escalations, "quiet")) == Set(ConfigurationGrammar.quiet))
    #expect(Self.keys(Self.property(schema.root, "heartbeat")) == Set(ConfigurationGrammar.heartbeat))
    #expect(Self.keys(Self.property(schema.root, "log")) == Set(ConfigurationGrammar.log))
    let notifier = schema.definition("notifier")
    #expect(Self.keys(notifier) == Set(ConfigurationGrammar.notifier))
    let ways = [
      ("terminal", ConfigurationGrammar.terminal), ("tmux", ConfigurationGrammar.tmux), ("desktop", []),
      ("webhook", ConfigurationGrammar.webhook), ("apprise", ConfigurationGrammar.apprise),
      ("alertmanager", ConfigurationGrammar.alertmanager),
    ]
    for (way, keys) in ways { #expect(Self.keys(Self.property(notifier, way)) == Set(keys), "\(way)") }
  }

  @Test("holds for every example of the documentation, and so does the reader")
  func examples() throws {
    let text = try String(contentsOf: Self.root.appending(path: "docs/notifiers.md"), encoding: .utf8)
    let examples = text.components(separatedBy: "```yaml\n").dropFirst().compactMap {
      $0.components(separatedBy: "```").first
    }
    #expect(examples.count >= 5)
    for example in examples {
      #expect(try Self.schema().errors(in: #require(try Yams.load(yaml: example))) == [], "\(example)")
      #expect(Configuration(example, name: "docs/notifiers.md", home: "/home/ada").errors == [], "\(example)")
    }
  }

  @Test(
    "refuses what the reader refuses",
    arguments: [
      "notifier: []", "notifiers: [{desktop: {}}]", "notifiers: [{name: A, desktop: {}}]",
      "escalations: {quiet: {from: '22:00'}}", "escalations: {repeat: [5x]}", "heartbeat: {every: 5}",
      "notifiers: [{name: a, tmux: {popup: x}}]", "notifiers: [{name: a, alertmanager: {}}]",
      "notifiers: [{name: a, desktop: {}, at_least: high}]",
    ])
  func refused(_ text: String) throws {
    #expect(try !Self.schema().errors(in: #require(try Yams.load(yaml: text))).isEmpty)
    #expect(!Configuration(text, name: "c").errors.isEmpty)
  }
}
