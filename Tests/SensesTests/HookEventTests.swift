import Foundation
import Rulebook
import Senses
import Shell
import Testing

/// What the real programs wrote to hooks (Claude Code 2.1.330, Codex 0.163.0), an event a line.
enum HookSamples {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "fixtures/hooks")

  static func lines(_ name: String) throws -> [[UInt8]] {
    try Data(contentsOf: folder.appending(path: name + ".jsonl")).split(separator: UInt8(ascii: "\n")).map(
      Array.init)
  }

  static func event(_ json: String) throws -> HookEvent { try HookEvent(json: Array(json.utf8)) }
}

@Suite("A hook's event")
struct HookEventTests {
  @Test(
    "is read as both agents write it, each with its moment and session", arguments: ["claude-code", "codex"])
  func samples(_ agent: String) throws {
    let events = try HookSamples.lines(agent).map { try HookEvent(json: $0) }
    let known: Set<HookEvent.Moment> = [
      .preToolUse, .postToolUse, .permissionRequest, .userPromptSubmit, .stop, .sessionStart, .sessionEnd,
      .preCompact, .postCompact,
    ]
    #expect(known.isSubset(of: events.map(\.moment)))
    #expect(events.allSatisfy { !$0.session.isEmpty && $0.cwd != nil })
    let shell = try #require(events.first { $0.moment == .preToolUse })
    #expect(shell.tool == .command("echo hello", cwd: nil))
    #expect(shell.call != nil)
    let start = try #require(events.first { $0.moment == .sessionStart })
    #expect(start.cause == "startup")
    #expect(events.contains { $0.moment == .sessionStart && $0.cause == "compact" })
    #expect(events.first { $0.moment == .userPromptSubmit }?.text == "Ship it")
  }

  @Test("names the files that a tool writes, whichever tool it is")
  func edits() throws {
    func edited(_ agent: String) throws -> [[String]] {
      try HookSamples.lines(agent).compactMap {
        if case .edit(let paths)? = try HookEvent(json: $0).tool { paths } else { nil }
      }
    }
    let claude = try edited("claude-code")
    #expect(claude.contains(["/home/dev/shop/src/a.py"]) && claude.count >= 4)
    #expect(try edited("codex") == [["src/a.py"], ["src/a.py"]])
    let moved = try HookSamples.event(
      #"{"hook_event_name":"PreToolUse","tool_name":"apply_patch","tool_input":{"command":"*** Begin Patch\n*** Update File: a b.md\n*** Move to: c.md\n@@\n-x\n+*** Add File: no\n*** Delete File: d\n*** End Patch"}}"#
    )
    #expect(moved.tool == .edit(["a b.md", "c.md", "d"]))
  }

  @Test("has the output and the exit status, where the agent tells one")
  func results() throws {
    let events = try HookSamples.lines("claude-code").map { try HookEvent(json: $0) }
    let failed = try #require(events.first { $0.moment == .postToolUseFailure })
    #expect(failed.result == .init(output: ["out", "err"], exit: 3))
    let done = try #require(events.first { $0.moment == .postToolUse })
    #expect(done.result == .init(output: ["hello"], exit: 0))
    let codex = try HookSamples.lines("codex").map { try HookEvent(json: $0) }
    #expect(codex.first { $0.moment == .postToolUse }?.result == .init(output: ["hello"], exit: nil))
  }

  @Test("says so when a sub-agent calls")
  func subagents() throws {
    let events = try HookSamples.lines("claude-code").map { try HookEvent(json: $0) }
    let calls = events.filter { $0.subagent != nil && $0.moment == .preToolUse }
    #expect(calls.map(\.tool) == [.command("echo from-sub", cwd: nil)])
  }

  @Test("keeps the beginning and the end of an endless output")
  func flood() throws {
    let text = (0..<50_000).map { "line \($0)" }.joined(separator: "\\n")
    let event = try HookSamples.event(
      #"{"hook_event_name":"PostToolUse","tool_name":"Bash","tool_input":{"command":"x"},"tool_response":"\#(text)"}"#
    )
    let output = try #require(event.result).output
    #expect(output.count <= 2000)
    #expect(output.first == "line 0" && output.last == "line 49999")
  }

  @Test(
    "that is none is an error with what to do",
    arguments: [
      ("", HookError.notJSON), ("[]", .notJSON), ("{", .notJSON), ("{\"a\":1}", .noMoment),
      ("\u{0}\u{1}", .notJSON),
    ])
  func noEvent(_ text: String, _ error: HookError) {
    #expect(throws: error) { try HookEvent(json: Array(text.utf8)) }
    #expect("\(error)".contains("run this as a hook"))
  }

  @Test("survives fields of other types, names that nobody knows, and any bytes")
  func hostile() throws {
    let odd = try HookSamples.event(
      #"{"hook_event_name":"PreToolUse","session_id":7,"cwd":[],"tool_name":"Bash","tool_input":"ls","tool_use_id":{}}"#
    )
    #expect(odd.tool == .other("Bash") && odd.session.isEmpty && odd.call == nil)
    #expect(try HookSamples.event(#"{"hook_event_name":"Tomorrow"}"#).moment == .other)
    var state: UInt64 = 7
    func random(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    let samples = try HookSamples.lines("claude-code") + HookSamples.lines("codex")
    let programs = ProgramTable()
    for _ in 0..<2000 {
      var bytes = samples[random(samples.count)]
      for _ in 0..<(1 + random(4)) {
        switch random(3) {
        case 0: bytes[random(bytes.count)] = UInt8(random(256))
        case 1: bytes.remove(at: random(bytes.count))
        default: bytes.removeSubrange(random(bytes.count)...)
        }
        if bytes.isEmpty { bytes = [0] }
      }
      guard let event = try? HookEvent(json: bytes) else { continue }
      var reader = HookReader(agent: "a", commands: CommandReader(programs: programs))
      _ = reader.read(event, stories: Stories(), hasPane: false, at: .zero)
    }
  }
}

@Suite("A hook's answer")
struct HookAnswerTests {
  @Test("refuses in the words of the protocol, and with nothing else")
  func refusal() throws {
    let answer = HookAnswer(denial: "No: \"x\"\nInstead: y\u{1B}[2J", context: "not here")
    #expect(
      answer.json(at: .preToolUse)
        == #"{"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"deny","permissionDecisionReason":"No: \"x\"\nInstead: y�[2J"}}"#
    )
    #expect(
      answer.json(at: .permissionRequest)
        == #"{"hookSpecificOutput":{"hookEventName":"PermissionRequest","decision":{"behavior":"deny","message":"No: \"x\"\nInstead: y�[2J"}}}"#
    )
  }

  @Test("never allows, and is empty when there is nothing to say", arguments: HookEvent.Moment.allCases)
  func silence(_ moment: HookEvent.Moment) throws {
    #expect(HookAnswer().json(at: moment) == "")
    let full = HookAnswer(denial: "d", context: "c").json(at: moment)
    #expect(!full.contains("allow") && !full.contains("approve"))
    if !full.isEmpty { _ = try JSONSerialization.jsonObject(with: Data(full.utf8)) }
  }

  @Test("carries words to the model where the agents pass them on")
  func context() {
    #expect(
      HookAnswer(context: "Git only.").json(at: .sessionStart)
        == #"{"hookSpecificOutput":{"hookEventName":"SessionStart","additionalContext":"Git only."}}"#)
    #expect(HookAnswer(context: "Git only.").json(at: .stop) == "")
  }
}

@Suite("The status line")
struct StatusLineTests {
  @Test("tells the context that is left, from the first turn on")
  func samples() throws {
    let lines = try HookSamples.lines("claude-code.status").compactMap { StatusLine(json: $0) }
    #expect(lines.map(\.contextLeft) == [nil, 100])
    #expect(lines.map(\.text) == ["Opus 5.5", "Opus 5.5 · context 100% left"])
    #expect(StatusLine(json: Array("{\"context_window\":7}".utf8)) == nil)
    #expect(
      StatusLine(json: Array("{\"context_window\":{\"remaining_percentage\":1e300}}".utf8))?.contextLeft
        == 100)
  }
}
