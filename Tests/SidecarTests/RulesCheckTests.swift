import Foundation
import Rulebook
import Testing

@testable import Sidecar

@Suite("Checking rule files")
struct RulesCheckTests {
  static let folder = Fixtures.root.appending(path: "fixtures/broken-rules")
  static let broken: [String] = {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }.sorted()
  }()

  @Test("there are ten broken files")
  func ten() {
    #expect(Self.broken.count >= 10)
  }

  @Test("says of each broken file what its golden file says; OUTRIDER_RECORD=1 writes it", arguments: broken)
  func golden(_ name: String) async throws {
    try await RulesProgram.with { program in
      let run = try await program.run(
        "rules", "check", "--no-user-rules", "fixtures/broken-rules/\(name).yaml")
      #expect(run.errors.isEmpty)
      #expect(run.status == (name == "poor-but-sound" ? 1 : 2))
      // Where a shipped rule stands is not what is tested.
      let output = run.output.replacing(#/ (rules/\w+\.yaml):\d+/#) { " \($0.1):LINE" }
      let file = Self.folder.appending(path: "\(name).txt")
      if ProcessInfo.processInfo.environment["OUTRIDER_RECORD"] == "1" {
        try Data(output.utf8).write(to: file)
      }
      #expect(try output == String(contentsOf: file, encoding: .utf8))
    }
  }

  @Test("writes each problem as JSON, one a line")
  func json() async throws {
    try await RulesProgram.with { program in
      let run = try await program.run(
        "rules", "check", "--json", "--no-user-rules", "fixtures/broken-rules/taken-ids.yaml")
      #expect(run.status == 2)
      let lines = try run.output.split(separator: "\n").map { line in
        try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
      }
      #expect(lines.map { $0["line"] as? Int } == [11, 19])
      #expect(lines.allSatisfy { $0["kind"] as? String == "error" })
    }
  }

  @Test("finds nothing broken in the shipped rules")
  func shipped() {
    #expect(RuleCheck(Fixtures.library).errorCount == 0)
  }

  @Test("checks a dialect of the author's own, too")
  func dialect() async throws {
    try await RulesProgram.with { program in
      let folder = program.home.appending(path: "agents")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      let file = folder.appending(path: "mine.yaml")
      let shipped = Fixtures.root.appending(path: "rules/agents/codex.yaml")
      let text = try String(contentsOf: shipped, encoding: .utf8)
      try Data(text.replacing("agent: codex", with: "agent: mine").utf8).write(to: file)
      let sound = try await program.run("rules", "check", "--no-user-rules", file.path)
      #expect(sound.output == "0 rules in 1 file: sound\n")
      try Data(text.replacing("interrupt: ", with: "interupt: ").utf8).write(to: file)
      let broken = try await program.run("rules", "check", "--no-user-rules", file.path)
      #expect(broken.status == 2)
      #expect(broken.output.contains("unknown key 'interupt'; did you mean 'interrupt'?"))
    }
  }

  /// A rule and its lint checks.
  static let lintTable: [(String, Set<LintFinding.Check>)] = [
    (#"match: '^ship (?:\w+\s?)+$'"#, [.backtracking]),
    (#"match: '^ship (?:\w+ )*+web$'"#, []),
    (#"match: '^ship (?:[a-z]+-?)+;$'"#, [.backtracking]),
    (#"match: '^ship (?:(?:a|aa)+)+$'"#, [.backtracking]),
    (#"match: '^ship \S+(?: \S+)*'"#, []),
    (#"match: '^s\w+'"#, [.literal]),
    (#"match: '^ship\b', except: ['--never']"#, [.unreached]),
    (#"match: '^ship\b', when: program == ship"#, [.unreached]),
    (#"match: '^ship\b', when: phase != asked and not progam == x"#, [.unreached, .field]),
    (#"match: '^ship\b', instead: 'Use `ship --slow web`.'"#, [.advice]),
    (#"match: '^ship\b', instead: 'First sail, then ship web on Monday.'"#, [.advice]),
    (#"match: '^ship\b', instead: 'Wait for the ship.'"#, []),
    (#"match: '^ship (?<what>\w+)', instead: 'Leave {what} alone.'"#, []),
    (#"match: '^ship\b', prompt: 'Run `ship --slow web`.'"#, [.advice]),
  ]

  @Test("lints what its author would want to know, and no more", arguments: lintTable)
  func lint(_ body: String, _ expected: Set<LintFinding.Check>) throws {
    let text = """
      rules:
        - {id: ship, on: command, severity: info, why: Because., do: [escalate], \(body),
           fires: [ship web, ship aa], silent: [git status]}
      """
    let file = RuleFile(text, name: "test.yaml")
    #expect(file.errors.map(\.description) == [])
    let rules = file.rules
    let book = Rulebook(rules: rules, lists: [:], programs: Fixtures.library.rulebook.programs)
    #expect(Set(book.lint().map(\.check)) == expected)
  }
}
