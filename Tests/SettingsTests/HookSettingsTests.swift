import Foundation
import Testing

@testable import Settings

private let claude = HookPlan(agent: .claudeCode, program: "/opt/it's here/outrider")
private let codex = HookPlan(agent: .codex, program: "/usr/bin/outrider")

private func installed(_ text: String, _ plan: HookPlan = codex) throws -> String {
  String(decoding: try HookSettings.installing(plan, in: Array(text.utf8)), as: UTF8.self)
}

private func uninstalled(_ text: String) throws -> String {
  String(decoding: try HookSettings.uninstalling(from: Array(text.utf8)), as: UTF8.self)
}

@Suite("Hooks in settings")
struct HookSettingsTests {
  @Test("installed and taken out again, settings are the same byte for byte")
  func roundTrip() async throws {
    try await Seeds.each(150, roundTrip)
  }

  private func roundTrip(_ seed: Int) throws {
    var samples = JSONSamples(seed: seed, hasEmpty: false)
    let before = samples.settings()
    for plan in [claude, codex] {
      let after = try installed(before, plan)
      #expect(after != before)
      #expect(try uninstalled(after) == before, "\(after)")
    }
  }

  @Test("installing twice is installing once")
  func twice() async throws {
    try await Seeds.each(100, twice)
  }

  private func twice(_ seed: Int) throws {
    var samples = JSONSamples(seed: seed, hasEmpty: true)
    let once = try installed(samples.settings(), claude)
    #expect(try installed(once, claude) == once)
  }

  @Test("every event is there, and every byte of every other key stays")
  func others() async throws {
    try await Seeds.each(100, others)
  }

  private func others(_ seed: Int) throws {
    var samples = JSONSamples(seed: seed, hasEmpty: true)
    let before = try HookSettings(Array(samples.settings().utf8))
    let after = try HookSettings(try HookSettings.installing(claude, in: before.text.bytes))
    #expect(after.entries.map(\.event).sorted() == HookAgent.claudeCode.events.map(\.name).sorted())
    #expect(rawOthers(after) == rawOthers(before))
    let removed = try HookSettings(try HookSettings.uninstalling(from: after.text.bytes))
    #expect(removed.entries.isEmpty)
    #expect(rawOthers(removed).filter { !$0.isEmpty } == rawOthers(before).filter { !$0.isEmpty })
  }

  /// What is not Outrider's, as it is written: the other keys, and other people's groups.
  private func rawOthers(_ settings: HookSettings) -> [String] {
    func raw(_ range: Range<Int>) -> String { String(decoding: settings.text.bytes[range], as: UTF8.self) }
    let members = settings.text.root.members.filter { $0.name != "hooks" }.map { raw($0.range) }
    let groups = (settings.text.root.value("hooks")?.members ?? []).flatMap { event in
      event.value.elements.map { raw($0.range) }.filter {
        !$0.contains("/outrider' hook") && !$0.contains("--agent")
      }
      .map { "\(event.name) \($0)" }
    }
    return members + groups
  }

  @Test("no text whatever makes it trap, and what it accepts it keeps sound")
  func fuzz() async throws {
    try await Seeds.each(250, fuzz)
  }

  private func fuzz(_ seed: Int) throws {
    var samples = JSONSamples(seed: seed, hasEmpty: true)
    var bytes = Array(samples.settings().utf8)
    if Bool.random(using: &samples.random) {
      bytes = (try? HookSettings.installing(claude, in: bytes)) ?? bytes
    }
    for _ in 0..<Int.random(in: 1...4, using: &samples.random) {
      let at = Int.random(in: bytes.indices, using: &samples.random)
      switch Int.random(in: 0..<3, using: &samples.random) {
      case 0: bytes[at] = UInt8.random(in: 0...255, using: &samples.random)
      case 1: bytes.remove(at: at)
      default: bytes.insert(contentsOf: bytes[at...].prefix(20), at: at)
      }
      if bytes.isEmpty { bytes = [0x7B] }
    }
    if let after = try? HookSettings.installing(codex, in: bytes) {
      #expect(try HookSettings(after).entries.count >= HookAgent.codex.events.count)
    }
    if let after = try? HookSettings.uninstalling(from: bytes), (try? JSONText(after)) != nil {
      #expect(try HookSettings(after).entries.isEmpty)
    }
    _ = try? StatusLineProgram.installing(claude, in: bytes)
    _ = try? StatusLineProgram.uninstalling(from: bytes)
    _ = try? ContextItem.installing(in: bytes)
  }

  @Test("a file that is missing, empty or blank is written whole", arguments: [nil, "", " \n", "{}\n"])
  func missing(_ text: String?) throws {
    let after = try HookSettings.installing(codex, in: text.map { Array($0.utf8) })
    let expected = """
      {
        "hooks": {
          "PreToolUse": [
            {
              "matcher": "*",
              "hooks": [
                {
                  "type": "command",
                  "command": "/usr/bin/outrider hook --agent codex",
                  "timeout": 10
                }
              ]
            }
          ],
      """
    let written = String(decoding: after, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    #expect(written.hasPrefix(expected), "\(written)")
    let rest = try HookSettings.uninstalling(from: after)
    #expect(HookSettings.saysNothing(rest))
  }

  @Test("what is added looks like the rest: tabs, one line, CRLF")
  func style() throws {
    let tabs = try installed("{\n\t\"hooks\": {\n\t\t\"Stop\": []\n\t}\n}\n")
    #expect(
      tabs.contains("\n\t\t\"Stop\": [\n\t\t\t{\n\t\t\t\t\"hooks\": [\n\t\t\t\t\t{\n\t\t\t\t\t\t\"type\""))
    let line = try installed(#"{"a":1,"hooks":{"Stop":[{"hooks":[]}]}}"#)
    #expect(!line.contains("\n"))
    #expect(line.contains(#"[{"hooks":[]},{"hooks":[{"type":"command","command":"/usr/bin"#))
    let windows = try installed("{\r\n  \"a\": 1\r\n}\r\n")
    #expect(!windows.contains("\n" as Character), "a bare line feed")
  }

  @Test("an entry of a program that has moved gets the new path and keeps the rest")
  func moved() throws {
    let old =
      #"{"hooks": {"Stop": [{"hooks": [{"timeout": 3, "command": "'\/old\u0020x/outrider' hook --agent codex --rules /r"}, {"command": "mine"}]}]}}"#
    let after = try installed(old)
    #expect(
      after.hasPrefix(
        #"{"hooks": {"Stop": [{"hooks": [{"timeout": 3, "command": "/usr/bin/outrider hook --agent codex --rules /r"}, {"command": "mine"}]}]"#
      ))
    #expect(after.components(separatedBy: #""Stop""#).count == 2)
    let moved = try installed(after, HookPlan(agent: .codex, program: "/a b/outrider"))
    #expect(!moved.contains("/usr/bin/outrider"))
    #expect(moved.replacing("'/a b/outrider'", with: "/usr/bin/outrider") == after)
  }

  @Test(
    "only a program named outrider followed by hook is ours",
    arguments: [
      ("/usr/bin/outrider hook --agent codex", true), ("'/a b/outrider' hook", true),
      ("outrider hook", true), ("\"/x/outrider\"  hook", true), ("A=1 B='2 3' /x/outrider hook", true),
      (#"/it\'s/outrider hook"#, true), ("'/it'\\''s/outrider' hook", true),
      ("outrider watch", false), ("outriders hook", false), ("/x/outrider/hook", false),
      ("echo outrider hook", false), ("outrider; hook", false), ("$X/outrider hook", false),
      ("outrider 'hook", false), ("outrider hooks", false), ("", false), ("# outrider hook", false),
      ("/x/outrider/ hook", false),
    ])
  func recognition(_ command: String, _ isOurs: Bool) {
    #expect((HookCommand(command) != nil) == isOurs)
  }

  @Test("only what is ours is taken out: others of the group, others of the event, others of the file stay")
  func partly() throws {
    let ours = #"{"command": "outrider hook"}"#
    #expect(
      try uninstalled(
        #"{"hooks": {"A": [{"hooks": [\#(ours), {"command": "b"}]}], "B": [{"hooks": [\#(ours)]}]}}"#)
        == #"{"hooks": {"A": [{"hooks": [{"command": "b"}]}]}}"#)
    #expect(
      try uninstalled(
        #"{"hooks": {"A": [{"hooks": [\#(ours)]} , {"x": 1}, {"hooks": [\#(ours), \#(ours)]}], "E": []}, "z": 0}"#
      )
        == #"{"hooks": {"A": [{"x": 1}], "E": []}, "z": 0}"#)
    #expect(try uninstalled(#"{"hooks": {"A": [{"hooks": [\#(ours)]}]}, "z": 0}"#) == #"{"z": 0}"#)
    #expect(
      try uninstalled(#"{"a": {"hooks": {}}, "hooks": {"A": []}}"#)
        == #"{"a": {"hooks": {}}, "hooks": {"A": []}}"#)
  }

  @Test(
    "settings of another shape are refused with their place",
    arguments: [
      ("[]", "1:1: the settings are an object; begin with { and end with }"),
      ("{\"hooks\": []}", "1:11: 'hooks' is an object of events, not a list; write \"hooks\": {}"),
      ("{\"hooks\": {\n\"Stop\": {}}}", "2:9: the hooks of an event are a list, not an object; write []"),
      (
        "{\"hooks\": {},\n \"hooks\": {}}",
        "2:2: the key 'hooks' stands here a second time and only this one counts; make one of the two"
      ),
      (
        "{\"hooks\": {\"A\": [], \"A\": []}}",
        "1:21: the key 'A' stands here a second time and only this one counts; make one of the two"
      ),
    ])
  func shapes(_ text: String, _ message: String) {
    #expect { try installed(text) } throws: { "\($0)" == message }
    #expect { try uninstalled(text) } throws: { "\($0)" == message }
  }

  @Test("tells for which tools an entry is, where it stands, and that hooks are switched off")
  func reading() throws {
    let settings = try HookSettings(
      Array(
        #"{"disableAllHooks": true, "hooks": {"A": [{}, {"matcher": "Bash", "hooks": [{}, {"command": "/x/outrider hook"}]}], "B": [{"matcher": "", "hooks": [{"command": "/x/outrider hook"}]}]}}"#
          .utf8))
    #expect(settings.areDisabled)
    #expect(settings.entries.map(\.event) == ["A", "B"])
    #expect(settings.entries.map(\.matcher) == ["Bash", nil])
    #expect(settings.entries[0].place == (1, 1))
    #expect(settings.entries[0].command.program == "/x/outrider")
  }
}

@Suite("Claude Code's status line")
struct StatusLineTests {
  private func installed(_ text: String) throws -> String {
    String(decoding: try StatusLineProgram.installing(claude, in: Array(text.utf8)), as: UTF8.self)
  }

  private func uninstalled(_ text: String) throws -> String {
    String(decoding: try StatusLineProgram.uninstalling(from: Array(text.utf8)), as: UTF8.self)
  }

  @Test(
    "a program of the user's is run as well, and comes back with the very bytes it had",
    arguments: [
      #"{"a": 1}"#, #"{"statusLine": {"type": "command", "command": "~/bin/line.sh", "padding": 0}}"#,
      #"{"statusLine": {"command": "echo 'it''s' \"$(x)\" \\ \u0027\/\u00e9\ud83d\ude00 \n"}, "b": 2}"#,
      #"{"statusLine": {"command": ""}}"#, #"{"statusLine": {"command": "'"}}"#,
    ])
  func roundTrip(_ text: String) throws {
    let after = try installed(text)
    #expect(after != text)
    #expect(try installed(after) == after)
    #expect(try uninstalled(after) == text)
    let both = try HookSettings.installing(claude, in: Array(after.utf8))
    let hooksGone = try HookSettings.uninstalling(from: both)
    #expect(try uninstalled(String(decoding: hooksGone, as: UTF8.self)) == text)
  }

  @Test("the shell gives the old command back as it was")
  func quoting() throws {
    let old = #"printf '%s' "it's $HOME \\ é" | cat"#
    let text = String(decoding: JSONString.encoded(old), as: UTF8.self)
    let after = try HookSettings(Array(try installed("{\"statusLine\": {\"command\": \(text)}}").utf8))
    let command = try #require(StatusLineProgram.command(in: after))
    #expect(command.isStatusLine)
    #expect(command.then == old)
    #expect(command.arguments == ["--agent", "claude-code", "--status-line", "--then", old])
  }

  @Test("what is no program is refused; somebody else's is left alone")
  func others() throws {
    #expect { try installed("{\"statusLine\": null}") } throws: {
      "\($0)".hasPrefix("1:16: 'statusLine' has no 'command'")
    }
    let theirs = #"{"statusLine": {"command": "x"}}"#
    #expect(try uninstalled(theirs) == theirs)
  }
}
