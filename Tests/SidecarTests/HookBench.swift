import Journal
import Rulebook
import Senses
import Shell
import Testing

@testable import Sidecar

/// A pane of Claude Code on a clock of its own, with its hooks, as the watcher treats it.
final class HookBench {
  let pane: AgentPane
  let judge = Judge(Fixtures.library.rulebook)
  var now = Instant(seconds: 1000)
  var effects: [AgentPane.Effect] = []

  init(isObserving: Bool = false) throws {
    let dialect = try #require(Fixtures.library.dialects.first { $0.name == "claude-code" })
    let reader = PaneReader(
      agent: "%1", rows: 12, columns: 100, dialects: [dialect], isCertain: true,
      commands: CommandReader(programs: Fixtures.library.rulebook.programs), wantsLines: false)
    pane = AgentPane(
      id: "%1", reader: reader, agent: Alert.Agent(name: "claude-code"), isObserving: isObserving)
  }

  func wait(_ milliseconds: Int) {
    now = now + .milliseconds(milliseconds)
    effects += pane.advance(at: now)
  }

  /// The pane shows a command that runs, below a new prompt.
  func show(_ command: String) {
    let rows = [
      "\u{1B}[38;5;246m❯ go \(now.nanoseconds)", "\u{1B}[38;5;246m  Running 1 shell command…",
      "\u{1B}[38;5;246m  ⎿  $ \(command)", "✢ Proofing… (5s)", "❯\u{A0}",
      String(repeating: "─", count: 100), "  ⏵⏵ bypass permissions on (shift+tab to cycle)",
    ]
    let text = rows.enumerated().map { "\u{1B}[\($0.offset + 1);1H\u{1B}[2K\($0.element)\u{1B}[0m" }.joined()
    take(
      pane.reader.feed(Array("\u{1B}[H\(text)\u{1B}[12;3H".utf8), at: now) + pane.reader.endOfRead(at: now))
  }

  /// The pane shows a command, and then a dialog that asks about it.
  func showDialog(_ command: String) {
    let rows = ["  Running 1 shell command…", "  ⎿  $ \(command)"]
    paint(rows + ["✢ Proofing… (5s)", "❯\u{A0}"])
    wait(50)
    paint(rows + ["", " Do you want to proceed?", " ❯ 1. Yes", "   2. No", " Esc to cancel · Tab to amend"])
  }

  /// The dialog is gone, and this stands in its place.
  func answer(_ rows: String..., box: String = "") {
    paint((rows + ["", "❯\u{A0}\(box)"]).flatMap { Self.broken($0) })
  }

  /// As Claude Code breaks a long text.
  private static func broken(_ row: String) -> [String] {
    guard row.count > 90 else { return [row] }
    return [String(row.prefix(90))] + broken("  " + row.dropFirst(90))
  }

  /// Paints the whole screen below a prompt.
  private func paint(_ rows: [String]) {
    let all = ["❯ go"] + rows + Array(repeating: "", count: max(0, 11 - rows.count))
    let text = all.enumerated().map {
      "\u{1B}[\($0.offset + 1);1H\u{1B}[2K\u{1B}[38;5;246m\($0.element)\u{1B}[0m"
    }.joined()
    take(
      pane.reader.feed(Array("\u{1B}[?2026h\(text)\u{1B}[?2026l".utf8), at: now)
        + pane.reader.endOfRead(at: now))
    effects += pane.advance(at: now)
  }

  var pastes: [String] {
    effects.compactMap { if case .paste(let text) = $0 { text } else { nil } }
  }

  private func take(_ facts: [Fact]) {
    for fact in facts {
      effects += pane.note(fact, at: now)
      for verdict in judge.judge(pane.told(fact)) { raise(verdict) }
    }
  }

  private func raise(_ verdict: Verdict) {
    effects += pane.open(verdict, as: alert(verdict), at: now)
  }

  /// The pane shows that the agent compacts its context and goes on.
  func compact() {
    for (name, seconds) in [("working", 1), ("compacting", 5), ("working", 1)] {
      take([
        Fact(
          time: now, agent: "%1", kind: .state, text: name, fields: ["state": .string(name)], source: .pane)
      ])
      now = now + .seconds(seconds)
      for verdict in judge.tick(at: now) { raise(verdict) }
    }
  }

  /// A session starts, or goes on after a compaction; what its hook is answered.
  func start(_ cause: String) -> HookAnswer {
    var event = HookEvent(moment: .sessionStart, session: "s", cwd: "/shop")
    event.cause = cause
    var (answer, more) = pane.answer(event, judge, isObserving: false, at: now, clock: { now }, alert: alert)
    effects += more
    if let text = judge.rulebook.policy(for: event) { answer.add(context: text) }
    return answer
  }

  private func alert(_ verdict: Verdict) -> Alert {
    var generator = SystemRandomNumberGenerator()
    return Alert(verdict, about: pane.agent, at: now, using: &generator)
  }

  /// A hook asks about a file that is to be written.
  func askEdit(_ path: String) -> HookAnswer {
    let event = HookEvent(moment: .preToolUse, session: "s", cwd: "/shop", tool: .edit([path]), call: "e")
    let (answer, more) = pane.answer(event, judge, isObserving: false, at: now, clock: { now }, alert: alert)
    effects += more
    return answer
  }

  /// The pane shows an edit, in its own words.
  func showEdit(_ path: String) {
    take([
      Fact(time: now, agent: "%1", kind: .edit, text: path, fields: ["path": .string(path)], source: .pane)
    ])
  }

  /// The kernel tells of a program that was killed before its first line.
  func hold(_ command: String) {
    let fact = Fact(
      time: now, agent: "%1", kind: .command, text: command, fields: ["phase": .string("running")],
      source: .exec)
    for verdict in judge.judge(fact) {
      let hold = ExecWatch.Hold(id: "h", verdicts: [verdict], process: 1, result: .killed, delay: nil)
      effects += pane.open(verdict, as: alert(verdict), HoldOutcome(hold), at: now)
    }
  }

  /// A hook asks about a command; what it is answered.
  func ask(_ moment: HookEvent.Moment, _ command: String, call: String = "1") -> HookAnswer {
    var event = HookEvent(
      moment: moment, session: "s", cwd: "/shop", tool: .command(command, cwd: nil), call: call)
    if moment.isAfterTool { event.result = .init() }
    let (answer, more) = pane.answer(event, judge, isObserving: false, at: now, clock: { now }, alert: alert)
    effects += more
    return answer
  }

  var keys: Int { effects.count { if case .interrupt = $0 { true } else { false } } }
  var calls: [Alert] { effects.compactMap { if case .call(let alert) = $0 { alert } else { nil } } }

  /// The last line of each alert, in the order in which they were raised.
  var alerts: [Alert] {
    var order: [String] = []
    var last: [String: Alert] = [:]
    for case .log(let alert) in effects where last.updateValue(alert, forKey: alert.id) == nil {
      order.append(alert.id)
    }
    return order.compactMap { last[$0] }
  }
}
