import Foundation
import Testing
import Yams

@testable import Rulebook

@Suite("The published schema")
struct SchemaTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "rules")
  private static func rules() throws -> JSONSchema { try JSONSchema(folder.appending(path: "schema.json")) }
  private static func dialects() throws -> JSONSchema {
    try JSONSchema(folder.appending(path: "agents/schema.json"))
  }

  private static func yaml(in folder: URL) -> [URL] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.filter { $0.hasSuffix(".yaml") && !["programs.yaml", "redact.yaml"].contains($0) }.sorted()
      .map {
        folder.appending(path: $0)
      }
  }

  @Test("holds for every shipped file, which names it in its first line", arguments: [false, true])
  func shipped(_ areDialects: Bool) throws {
    let schema = try areDialects ? Self.dialects() : Self.rules()
    let files = Self.yaml(in: areDialects ? Self.folder.appending(path: "agents") : Self.folder)
    #expect(files.count >= 2)
    for file in files {
      let text = try String(contentsOf: file, encoding: .utf8)
      #expect(text.hasPrefix("# yaml-language-server: $schema=schema.json\n"), "\(file.path)")
      let value = try #require(try Yams.load(yaml: text))
      #expect(schema.errors(in: value) == [], "\(file.path)")
    }
  }

  @Test("of the table of programs holds for it, which names it in its first line, and knows the very keys")
  func programs() throws {
    let schema = try JSONSchema(Self.folder.appending(path: "programs.schema.json"))
    let text = try String(contentsOf: Self.folder.appending(path: "programs.yaml"), encoding: .utf8)
    #expect(text.hasPrefix("# yaml-language-server: $schema=programs.schema.json\n"))
    #expect(try schema.errors(in: #require(try Yams.load(yaml: text))) == [])
    #expect(Self.keys(schema.root) == Set(ProgramGrammar.top))
    #expect(Self.keys(schema.definition("program")) == Set(ProgramGrammar.program))
    #expect(Self.keys(schema.definition("wrapper")) == Set(ProgramGrammar.wrapper))
  }

  @Test("of what is redacted holds for it, which names it in its first line, and knows the very keys")
  func redaction() throws {
    let schema = try JSONSchema(Self.folder.appending(path: "redact.schema.json"))
    let text = try String(contentsOf: Self.folder.appending(path: "redact.yaml"), encoding: .utf8)
    #expect(text.hasPrefix("# yaml-language-server: $schema=redact.schema.json\n"))
    #expect(try schema.errors(in: #require(try Yams.load(yaml: text))) == [])
    #expect(Self.keys(schema.root) == Set(RedactionGrammar.top))
    #expect(Self.keys(schema.definition("secret")) == Set(RedactionGrammar.secret))
  }

  @Test("holds for the profiles that are files")
  func profiles() throws {
    let files = Self.yaml(in: Self.folder.appending(path: "profiles"))
    #expect(!files.isEmpty)
    for file in files {
      let text = try String(contentsOf: file, encoding: .utf8)
      #expect(text.hasPrefix("# yaml-language-server: $schema=../schema.json\n"), "\(file.path)")
      #expect(try Self.rules().errors(in: #require(try Yams.load(yaml: text))) == [], "\(file.path)")
    }
  }

  private static func keys(_ schema: [String: Any]?) -> Set<String> {
    Set((schema?["properties"] as? [String: Any] ?? [:]).keys)
  }

  private static func property(_ schema: [String: Any]?, _ name: String) -> [String: Any]? {
    (schema?["properties"] as? [String: Any])?[name] as? [String: Any]
  }

  private static func option(_ schema: [String: Any]?, with key: String) -> [String: Any]? {
    (schema?["anyOf"] as? [[String: Any]])?.first { keys($0).contains(key) }
  }

  @Test("knows the very keys that the reader knows")
  func sameKeys() throws {
    let schema = try Self.rules()
    let rule = schema.definition("rule")
    #expect(Self.keys(schema.root) == Set(RuleGrammar.top))
    #expect(Self.keys(rule) == Set(RuleGrammar.rule))
    #expect(Self.keys(schema.definition("probe")) == Set(RuleGrammar.probe))
    #expect(Self.keys(Self.property(rule, "count")) == Set(RuleGrammar.count))
    #expect(Self.keys(Self.property(rule, "ladder")) == Set(RuleGrammar.ladder))
    #expect(Self.keys(Self.option(Self.property(rule, "stalled"), with: "after")) == Set(RuleGrammar.stalled))
    #expect(
      Self.keys(Self.option(schema.definition("fires"), with: "sequence")) == Set(RuleGrammar.sequenceExample)
    )
    #expect(
      Self.keys(Self.option(schema.definition("fires"), with: "recording"))
        == Set(RuleGrammar.recordingExample))
    let action = Self.option(schema.definition("action"), with: "run")
    #expect(Self.keys(Self.property(action, "hold")) == Set(RuleGrammar.hold))
    #expect(Self.keys(Self.property(action, "restart")) == Set(RuleGrammar.restart))
    let lone = (schema.definition("action")["anyOf"] as? [[String: Any]])?.first?["enum"] as? [String] ?? []
    #expect(Set(lone + ["run"]) == Set(Action.allCases.map(\.rawValue)))
    #expect(schema.definition("severity")["enum"] as? [String] == Severity.allCases.map(\.rawValue))
  }

  @Test("knows the very keys and words of a dialect")
  func dialectKeys() throws {
    let schema = try Self.dialects()
    #expect(Self.keys(schema.root) == Set(DialectGrammar.top))
    #expect(Self.keys(Self.property(schema.root, "keys")) == Set(DialectGrammar.keys))
    #expect(Self.keys(schema.definition("line")) == Set(DialectGrammar.line))
    #expect(Self.keys(schema.definition("state")) == Set(DialectGrammar.state))
    let roles = Self.property(schema.definition("line"), "is")?["enum"] as? [String]
    #expect(roles == Dialect.Role.allCases.map(\.rawValue))
    let states = Self.property(schema.definition("state"), "is")?["enum"] as? [String]
    #expect(states == AgentState.allCases.map(\.rawValue))
  }

  @Test(
    "refuses what the reader refuses",
    arguments: [
      "rule: []", "rules: [{id: X, on: output}]", "raise: {x: high}", "lists: {x: {ad: [y]}}",
      "rules: [{id: x, on: output, match: b, severity: info, why: w, do: [run], fires: [b], silent: [g]}]",
      "rules: [{id: x, on: output, match: b, severity: info, why: w, do: [], fires: [b], silent: [g], cooldown: 5}]",
    ])
  func refused(_ text: String) throws {
    #expect(try !Self.rules().errors(in: #require(try Yams.load(yaml: text))).isEmpty)
    #expect(!RuleFile(text, name: "x.yaml").errors.isEmpty)
  }
}
