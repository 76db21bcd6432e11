import Journal
import Rulebook
import Senses
import Shell
import Testing

@testable import Sidecar

/// A pane of Claude Code on a clock of its own, with its hooks, as the watcher treats it.
private final class Bench {
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

private let forbidden = "kubectl apply -f k8s/"

@Suite("One story of hook and pane")
struct HookPaneTests {
  @Test("has one alert, refused by the hook, and no key is pressed when the pane shows it too")
  func refused() throws {
    let bench = try Bench()
    #expect(bench.ask(.preToolUse, forbidden).denial?.contains("open a pull request") == true)
    bench.show(forbidden)
    bench.wait(2000)
    #expect(bench.keys == 0)
    #expect(bench.alerts.map(\.outcome) == [.denied])
    #expect(bench.alerts.first?.source == .hook && bench.alerts.first?.actions.map(\.action) == ["deny"])
  }

  @Test("has one alert and no key when the pane was faster than a hook that was there before")
  func faster() throws {
    let bench = try Bench()
    _ = bench.ask(.preToolUse, "ls", call: "0")
    bench.now = bench.now + .seconds(60)
    bench.show(forbidden)
    #expect(bench.keys == 0 && bench.alerts.isEmpty)
    bench.wait(40)
    #expect(bench.ask(.preToolUse, forbidden).denial != nil)
    bench.wait(5000)
    #expect(bench.keys == 0)
    #expect(bench.alerts.map(\.outcome) == [.denied])
  }

  @Test("is stopped by the pane when the hook is never asked, though others were")
  func skipped() throws {
    let bench = try Bench()
    _ = bench.ask(.preToolUse, "ls", call: "0")
    bench.now = bench.now + .seconds(60)
    bench.show(forbidden)
    #expect(bench.keys == 0)
    bench.wait(300)
    #expect(bench.keys == 1)
    #expect(bench.alerts.map(\.source) == [.pane])
  }

  @Test("is stopped by the pane at once where there are no hooks")
  func noHooks() throws {
    let bench = try Bench()
    bench.show(forbidden)
    #expect(bench.keys == 1)
  }

  @Test("is refused by the hook even when the pane has raised the alert already, which then says so")
  func late() throws {
    let bench = try Bench()
    bench.show(forbidden)
    #expect(bench.keys == 1)
    bench.wait(5)
    #expect(bench.ask(.preToolUse, forbidden).denial != nil)
    for _ in 0..<80 { bench.wait(1000) }
    #expect(bench.alerts.map(\.outcome) == [.denied])
    #expect(bench.alerts.first?.source == .pane)
    #expect(bench.keys == 1, "no second Escape for what was refused")
    #expect(bench.calls.isEmpty)
  }

  @Test(
    "has one alert for a program that was held before the pane showed its command, and a new one for another run"
  )
  func held() throws {
    let bench = try Bench()
    bench.hold(forbidden)
    bench.wait(500)
    bench.show(forbidden)
    #expect(bench.alerts.count == 1)
    bench.wait(500)
    bench.show(forbidden)
    #expect(bench.alerts.count == 2)
  }

  @Test("has one alert for an edit that the hook refused, whichever came first, and no key is pressed")
  func refusedEdit() throws {
    let bench = try Bench()
    #expect(bench.askEdit("/shop/.outrider/rules/off.yaml").denial != nil)
    bench.showEdit(".outrider/rules/off.yaml")
    bench.wait(60_000)
    bench.showEdit("~/shop/../.claude/settings.json")
    bench.wait(40)
    #expect(bench.askEdit("/home/dev/.claude/settings.json").denial != nil)
    bench.wait(1000)
    #expect(bench.keys == 0)
    #expect(bench.alerts.map(\.outcome) == [.denied, .denied])
  }

  @Test("is stopped by the pane when the hook is never asked about an edit")
  func skippedEdit() throws {
    let bench = try Bench()
    _ = bench.ask(.preToolUse, "ls", call: "0")
    bench.showEdit(".outrider/rules/off.yaml")
    bench.wait(300)
    #expect(bench.alerts.map(\.source) == [.pane])
  }

  @Test("calls the human when a refused command ran all the same")
  func ranAllTheSame() throws {
    let bench = try Bench()
    _ = bench.ask(.preToolUse, forbidden)
    _ = bench.ask(.postToolUse, forbidden)
    #expect(bench.alerts.map(\.outcome) == [.tooLate])
    #expect(bench.calls.map(\.outcome) == [.tooLate])
  }

  @Test("is refused again when the agent asks for permission, without a second alert")
  func permission() throws {
    let bench = try Bench()
    _ = bench.ask(.preToolUse, forbidden)
    bench.now = bench.now + .milliseconds(30)
    #expect(bench.ask(.permissionRequest, forbidden).denial != nil)
    #expect(bench.alerts.count == 1)
  }

  @Test("is two stories when the agent tries the same words again")
  func again() throws {
    let bench = try Bench()
    _ = bench.ask(.preToolUse, forbidden, call: "1")
    bench.now = bench.now + .seconds(5)
    #expect(bench.ask(.preToolUse, forbidden, call: "2").denial != nil)
    #expect(bench.alerts.map(\.outcome) == [.denied, .denied])
  }

  @Test("judges every command of a compound line, each rule once")
  func compound() throws {
    let bench = try Bench()
    let answer = bench.ask(.preToolUse, "kubectl apply -f a; kubectl apply -f b; terraform apply")
    #expect(answer.denial?.split(separator: "\n").count == 2)
    #expect(bench.alerts.map(\.rule) == ["kubectl-apply", "terraform-apply"])
  }

  @Test("lets everything else pass without a word")
  func harmless() throws {
    let bench = try Bench()
    #expect(bench.ask(.preToolUse, "kubectl get pods") == HookAnswer())
    bench.show("kubectl get pods")
    #expect(bench.ask(.postToolUse, "kubectl get pods") == HookAnswer())
    #expect(bench.effects.isEmpty)
  }

  @Test("leaves what the human approves in a dialog alone, without a hook, and says so")
  func approved() throws {
    let bench = try Bench()
    bench.showDialog(forbidden)
    bench.wait(1500)
    bench.answer("  Running 1 shell command…", "  ⎿  $ \(forbidden)", "✢ Proofing… (6s)")
    bench.wait(500)
    bench.answer("  Ran 1 shell command", "", "● Done.")
    bench.wait(5000)
    #expect(bench.alerts.map(\.outcome) == [.resolved])
    #expect(bench.keys == 0 && bench.pastes.isEmpty && bench.calls.isEmpty)
    #expect(bench.alerts.first?.actions.map(\.result).contains("not needed: the human approved it") == true)
  }

  @Test("says denied of what the human refuses in a dialog, and tells the agent why")
  func refusedByHuman() throws {
    let bench = try Bench()
    bench.showDialog(forbidden)
    bench.wait(1500)
    bench.answer(
      "  Did not run 1 call", "  ⎿  $ \(forbidden)", "  ⎿  Interrupted · What should Claude do instead?")
    bench.wait(100)
    let typed = try #require(bench.pastes.first)
    #expect(bench.pastes.count == 1 && typed.contains("open a pull request"))
    bench.answer("  Did not run 1 call", "  ⎿  $ \(forbidden)", "  ⎿  Interrupted · What now?", box: typed)
    bench.answer("❯ \(typed)", "", "✢ Proofing… (1s)")
    bench.wait(100)
    #expect(bench.alerts.map(\.outcome) == [.denied])
    #expect(bench.keys == 0 && bench.calls.isEmpty)
  }

  @Test("says after a compaction once what holds: the hook where hooks are heard, else the pane")
  func policyOnce() throws {
    let bare = try Bench()
    bare.compact()
    #expect(bare.alerts.map(\.rule) == ["policy-restate"])
    let hooked = try Bench()
    #expect(hooked.start("startup").context?.contains("ArgoCD") == true)
    hooked.compact()
    #expect(hooked.start("compact").context?.contains("ArgoCD") == true)
    #expect(hooked.effects.isEmpty)
    var end = HookEvent(moment: .sessionEnd, session: "s", cwd: "/shop")
    end.cause = "other"
    _ = hooked.pane.hear(end, at: hooked.now)
    hooked.compact()
    #expect(hooked.alerts.map(\.rule) == ["policy-restate"], "its hooks are gone")
  }
}
