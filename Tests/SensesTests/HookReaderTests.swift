import Rulebook
import Senses
import Shell
import Testing

/// An agent whose pane is read and whose hooks are heard.
private final class Agent {
  let pane: PaneReader
  var now = Instant(seconds: 1000)

  init(files: Files = .none) throws {
    let library = try #require(SampleLibrary.shipped)
    let dialect = try #require(library.dialects.first { $0.name == "codex" })
    pane = PaneReader(
      agent: "a", rows: 20, columns: 100, dialects: [dialect], isCertain: true,
      commands: CommandReader(programs: library.rulebook.programs, files: files), wantsLines: false)
  }

  func show(_ rows: [String], after seconds: Double = 0.1) -> [Fact] {
    now = now + .milliseconds(Int(seconds * 1000))
    let text = rows.enumerated().map { "\u{1B}[\($0.offset + 1);1H\u{1B}[2K\($0.element)" }.joined()
    return pane.feed(Array("\u{1B}[?2026h\(text)\u{1B}[?2026l".utf8), at: now)
  }

  func hear(
    _ moment: HookEvent.Moment, _ command: String, call: String? = "1", output: [String] = [],
    after seconds: Double = 0.1
  ) -> [Fact] {
    now = now + .milliseconds(Int(seconds * 1000))
    var event = HookEvent(
      moment: moment, session: "s", cwd: "/shop", tool: .command(command, cwd: nil), call: call)
    if moment.isAfterTool { event.result = .init(output: output, exit: 0) }
    return pane.hear(event, at: now)
  }
}

private let ran = "\u{1B}[1m\u{1B}[38;5;2m•\u{1B}[39m Ran \u{1B}[22m"

@Suite("Hooks and pane of one agent")
struct HookReaderTests {
  @Test("tell one story of a command: asked by the hook, run on the pane, ended by the hook")
  func oneStory() throws {
    let agent = try Agent()
    let asked = agent.hear(.preToolUse, "cd k8s && kubectl apply -f a.yaml")
    #expect(asked.map(\.text) == ["cd k8s", "kubectl apply -f a.yaml"])
    #expect(asked.allSatisfy { $0.phase == .asked && $0.source == .hook })
    let shown = agent.show(["• Running cd k8s && kubectl apply -f a.yaml"])
    let ended = agent.hear(.postToolUse, "cd k8s && kubectl apply -f a.yaml", output: ["configured"])
    let story = try #require(asked.first?.story)
    #expect((shown + ended).filter { $0.kind == .command }.allSatisfy { $0.story == story })
    #expect(shown.contains { $0.kind == .command })
    #expect(ended.last?.text == "configured" && ended.last?.story == story)
  }

  @Test("tell one story when the pane was faster, and when the hook had ended before the pane shows it")
  func bothOrders() throws {
    let early = try Agent()
    let first = early.show(["• Running make"]).first { $0.kind == .command }
    #expect(early.hear(.preToolUse, "make").first?.story == first?.story)
    let late = try Agent()
    let asked = late.hear(.preToolUse, "make").first
    _ = late.hear(.postToolUse, "make")
    let shown = late.show([ran + "make"]).first { $0.kind == .command }
    #expect(shown?.story == asked?.story && asked != nil)
  }

  @Test("tell two stories of the same words run twice")
  func twice() throws {
    let agent = try Agent()
    let first = agent.hear(.preToolUse, "make", call: "1").first?.story
    _ = agent.show([ran + "make", "", "• Once more."])
    _ = agent.hear(.postToolUse, "make", call: "1")
    let second = agent.hear(.preToolUse, "make", call: "2", after: 5).first?.story
    let shown = agent.show([ran + "make", "", "• Once more.", "", ran + "make"]).first { $0.kind == .command }
    #expect(first != second)
    #expect(shown?.story == second)
  }

  @Test("tell another story when the pane shows what no hook was asked about")
  func skipped() throws {
    let agent = try Agent()
    let first = agent.hear(.preToolUse, "make").first?.story
    _ = agent.hear(.postToolUse, "make")
    let shown = agent.show([ran + "make"], after: 60).first { $0.kind == .command }
    #expect(shown != nil && shown?.story != first)
  }

  @Test("join the question for permission to the call that asked, though it has no number")
  func permission() throws {
    let agent = try Agent()
    let asked = agent.hear(.preToolUse, "make").first?.story
    #expect(agent.hear(.permissionRequest, "make", call: nil).first?.story == asked)
  }

  @Test("tell each line of output and each prompt once")
  func echoes() throws {
    let agent = try Agent()
    _ = agent.hear(.preToolUse, "make")
    let told = agent.hear(.postToolUse, "make", output: ["compiling a.c", "done"])
    #expect(told.filter { $0.kind == .output }.map(\.text) == ["compiling a.c", "done"])
    let shown = agent.show([ran + "make", "  └ compiling a.c", "    done", "    and more"])
    #expect(shown.filter { $0.kind == .output }.map(\.text) == ["and more"])
    var prompt = HookEvent(moment: .userPromptSubmit, session: "s")
    prompt.text = "Ship it"
    #expect(agent.pane.hear(prompt, at: agent.now).map(\.text) == ["Ship it"])
    let rows = ["› Ship it", "", "• Fine.", "", "› "]
    #expect(agent.show(rows).filter { $0.kind == .prompt }.isEmpty)
  }

  @Test("read a script again after a file tool has written it")
  func edits() throws {
    let scripts = Scripts()
    let agent = try Agent(files: Files { scripts.read($0) })
    _ = agent.hear(.preToolUse, "cat > run.sh <<'EOF'\nls\nEOF\n", call: "1")
    var event = HookEvent(
      moment: .postToolUse, session: "s", cwd: "/shop", tool: .edit(["run.sh"]), call: "2")
    event.result = .init()
    let edit = agent.pane.hear(event, at: agent.now)
    #expect(edit.map(\.kind) == [.edit] && edit.first?.fields["path"] == .string("/shop/run.sh"))
    let run = agent.hear(.preToolUse, "sh run.sh", call: "3")
    #expect(run.contains { $0.text == "kubectl apply -f a.yaml" })
  }

  @Test("say the states that a pane does not tell, and all of them where there is no pane")
  func states() throws {
    func states(hasPane: Bool) -> [String] {
      var reader = HookReader(agent: "a", commands: CommandReader(programs: ProgramTable()))
      let moments: [(HookEvent.Moment, String?)] = [
        (.userPromptSubmit, nil), (.notification, "permission_prompt"), (.notification, "idle_prompt"),
        (.preCompact, "auto"), (.postCompact, nil), (.stop, nil), (.sessionEnd, nil),
      ]
      var facts: [Fact] = []
      for (moment, cause) in moments {
        var event = HookEvent(moment: moment)
        event.cause = cause
        facts += reader.read(event, stories: Stories(), hasPane: hasPane, at: .zero)
      }
      return facts.filter { $0.kind == .state }.map(\.text)
    }
    #expect(states(hasPane: true) == ["compacting", "compacted"])
    #expect(
      states(hasPane: false) == ["working", "asking", "compacting", "compacted", "idle", "exited"])
  }
}

private struct Scripts: Sendable {
  func read(_ path: String) -> [UInt8]? {
    path == "/shop/run.sh" ? Array("kubectl apply -f a.yaml\n".utf8) : nil
  }
}
