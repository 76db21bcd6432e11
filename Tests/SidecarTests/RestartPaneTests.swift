import Foundation
import Hands
import Journal
import Processes
import Rulebook
import Senses
import Testing

@testable import Sidecar

/// A pane of Claude Code on a clock of its own, judged by one rule that climbs a ladder while it stands still.
private final class Bench {
  static let rule = """
    rules:
      - id: stands-still
        on: state
        when: state == working
        stalled: {after: 60s, grace: 60s}
        cap: {at: 4, within: 1h}
        severity: warning
        why: Nothing moves.
        do: [[prompt], [interrupt, prompt], [{restart: {cooldown: 10m, grace: 30s}}], [escalate]]
        fires: [working]
        silent: [idle]
    """

  let pane: AgentPane
  let judge: Judge
  let machine = Machine()
  var now = Instant(seconds: 1000)
  var effects: [AgentPane.Effect] = []
  private var spinner = 0

  /// What `/proc` would tell.
  final class Machine {
    var life = Restart.Life.running
    var impossible: String?
    var load: ProcessLoad? = ProcessLoad()
  }

  init(isObserving: Bool = false) throws {
    let dialect = try #require(Fixtures.library.dialects.first { $0.name == "claude-code" })
    let loaded = Rulebook.load(
      [RuleFile(Self.rule, name: "rule.yaml", layer: .user)], programs: Fixtures.library.rulebook.programs)
    #expect(loaded.errors.isEmpty, "\(loaded.errors)")
    judge = Judge(loaded.rulebook)
    let reader = PaneReader(
      agent: "%1", rows: 12, columns: 100, dialects: [dialect], isCertain: true,
      commands: CommandReader(programs: loaded.rulebook.programs), wantsLines: false)
    let machine = machine
    let around = Relaunch.Surroundings(
      agent: ProcessIdentity(id: 20, start: 1), words: ["claude", "--continue"], directory: "/shop", pane: 10,
      parent: ProcessIdentity(id: 10, start: 1), parentWords: ["-bash"], parentDirectory: "/shop")
    let view = ProcessView { dialect in
      Result { () throws(Relaunch.Impossible) in
        if let why = machine.impossible { throw Relaunch.Impossible(description: why) }
        return try Relaunch(around, dialect.restart) { $0 == "claude" }
      }
    } life: { _, _, _ in
      machine.life
    } load: { _ in
      machine.load
    }
    pane = AgentPane(
      id: "%1", reader: reader, agent: Alert.Agent(name: "claude-code"), processes: view,
      isObserving: isObserving)
    pane.judge = judge
  }

  /// What the pane shows from now on.
  func show(working: Bool, box: String = "", _ rows: [String] = []) {
    let lines =
      ["  Claude Code v2.1.330"] + rows + (working ? ["✻ Pondering… (\(spinner)s · ↓ 1 tokens)"] : [])
      + ["❯\u{A0}\(box)", String(repeating: "─", count: 100), "  ⏵⏵ bypass permissions on"]
    let text = lines.enumerated().map { "\u{1B}[\($0.offset + 1);1H\u{1B}[2K\($0.element)" }.joined()
    take(
      pane.reader.feed(Array("\u{1B}[H\u{1B}[2J\(text)\u{1B}[12;3H".utf8), at: now)
        + pane.reader.endOfRead(at: now))
  }

  /// A dialog opens.
  func ask() {
    let text = "\u{1B}[H\u{1B}[2J❯ 1. Yes\u{1B}[2;1HEsc to cancel\u{1B}[12;3H"
    take(pane.reader.feed(Array(text.utf8), at: now) + pane.reader.endOfRead(at: now))
  }

  func take(_ facts: [Fact]) {
    for fact in facts {
      effects += pane.note(fact, at: now)
      raise(judge.judge(fact))
    }
    advance()
  }

  private func raise(_ verdicts: [Verdict]) {
    var generator = SystemRandomNumberGenerator()
    for verdict in verdicts {
      effects += pane.open(
        verdict, as: Alert(verdict, about: pane.agent, at: now, using: &generator), at: now)
    }
  }

  private func advance() {
    let new = pane.advance(at: now)
    for case .tell(let fact) in new { raise(judge.judge(fact)) }
    effects += new
  }

  /// Lets time go by, second by second.
  func wait(_ seconds: Int) {
    for _ in 0..<seconds {
      now = now + .seconds(1)
      raise(judge.tick(at: now))
      advance()
    }
  }

  /// The last word of each alert, its deeds joined.
  var alerts: [String] {
    var order: [String] = []
    var last: [String: Alert] = [:]
    for case .log(let alert) in effects where last.updateValue(alert, forKey: alert.id) == nil {
      order.append(alert.id)
    }
    return order.compactMap { last[$0] }.map { alert in
      "\(alert.outcome.rawValue): "
        + alert.actions.map { "\($0.action) \($0.result)" }.joined(separator: ", ")
    }
  }

  var keys: Int {
    effects.count { effect in
      switch effect {
      case .interrupt, .paste, .submit, .end, .relaunch: true
      default: false
      }
    }
  }

  var calls: [Alert] { effects.compactMap { if case .call(let alert) = $0 { alert } else { nil } } }
}

@Suite("An agent that stands still")
struct StandsStillTests {
  /// Up to the second step, which interrupts; it has been looked at once.
  private func atSecondStep() throws -> Bench {
    let bench = try Bench()
    bench.show(working: true)
    bench.wait(61)
    bench.wait(60)
    return bench
  }

  @Test("is nudged, then looked at twice, then interrupted")
  func climbs() throws {
    let bench = try atSecondStep()
    #expect(!bench.effects.contains { if case .interrupt = $0 { true } else { false } })
    bench.wait(2)
    #expect(bench.effects.contains { if case .interrupt = $0 { true } else { false } })
    let second = bench.effects.compactMap { effect -> Alert? in
      if case .log(let alert) = effect { alert } else { nil }
    }.last { $0.evidence.contains { $0.hasPrefix("step 2 of 4") } }
    #expect(
      second?.evidence.contains(
        "step 2 of 4: step 1 (prompt) was taken 1m ago and had no effect, no clock has moved since but by its echo"
      )
        ?? false)
  }

  @Test("is left alone when it got on between the looks")
  func moved() throws {
    let bench = try atSecondStep()
    bench.take([Fact(time: bench.now, agent: "%1", kind: .output, text: "a line", source: .pane)])
    bench.wait(3)
    #expect(
      bench.alerts.last
        == "resolved: interrupt withheld: it got on after all, prompt withheld: it got on after all")
  }

  @Test("is left alone when it asks something between the looks")
  func asks() throws {
    let bench = try atSecondStep()
    bench.ask()
    let before = bench.keys
    bench.wait(3)
    #expect(bench.keys == before)
    #expect(bench.alerts.last?.hasPrefix("resolved: interrupt withheld: a dialog is open") ?? false)
  }

  @Test("is left alone while a human types")
  func human() throws {
    let bench = try atSecondStep()
    bench.show(working: true, box: "wait, I")
    let before = bench.keys
    bench.wait(3)
    #expect(bench.keys == before)
    #expect(bench.alerts.last?.hasPrefix("resolved: interrupt withheld: a human is at the keyboard") ?? false)
  }

  @Test("is left alone while a child process of it works, and that counts as getting on")
  func busyChild() throws {
    let child = Process()
    child.executableURL = URL(filePath: "/bin/sh")
    child.arguments = ["-c", "while :; do :; done"]
    let bench = try Bench()
    bench.machine.load = ProcessLoad(below: getpid())
    bench.show(working: true)
    bench.wait(121)
    try child.start()
    defer {
      child.terminate()
      child.waitUntilExit()
    }
    bench.machine.load = ProcessLoad(below: getpid())
    bench.wait(3)
    #expect(
      bench.alerts.last?.hasPrefix(
        "resolved: interrupt withheld: its child process \(child.processIdentifier) ")
        ?? false, "\(bench.alerts)")
    bench.wait(50)
    #expect(bench.alerts.count == 2)
  }

  @Test("is not restarted twice within the cool-down, nor judged while it starts")
  func coolDown() throws {
    let bench = try Bench()
    bench.show(working: true)
    bench.wait(61)
    bench.machine.impossible = "it was started by make, not by a shell at its prompt"
    bench.wait(130)
    #expect(
      bench.alerts.last
        == "escalated: restart withheld: it was started by make, not by a shell at its prompt; the agent was left as "
        + "it is, escalate done")
    #expect(bench.calls.count == 1)
    #expect(!bench.effects.contains { if case .end = $0 { true } else { false } })
  }

  @Test("is only told about when its rule has acted as often as it may")
  func capped() throws {
    let bench = try Bench()
    bench.show(working: true)
    bench.machine.impossible = "no"
    bench.wait(61 + 3 * 63)
    bench.take([Fact(time: bench.now, agent: "%1", kind: .output, text: "a line", source: .pane)])
    bench.wait(90)
    let last = try #require(bench.calls.last)
    #expect(last.actions.map(\.action) == ["escalate"])
    #expect(last.evidence.contains("the rule acts 4 times within 1h and has; only the human is called"))
  }

  @Test("is not touched while only watched")
  func observed() throws {
    let bench = try Bench(isObserving: true)
    bench.show(working: true)
    bench.wait(300)
    #expect(bench.keys == 0)
    #expect(bench.alerts.contains("observed: restart would"))
  }
}

@Suite("The words of a project for a new session")
struct ProjectWordsTests {
  @Test("are those of the nearest file within the repository, in one line without control characters")
  func nearest() throws {
    let root = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: root) }
    let inner = root.appending(path: "shop/k8s")
    for folder in [inner, root.appending(path: "shop/.git"), root.appending(path: ".outrider")] {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }
    try "outside".write(
      to: root.appending(path: ".outrider/restart.md"), atomically: true, encoding: .utf8)
    #expect(ProjectWords.read(from: inner.path) == nil)
    let own = root.appending(path: "shop/.outrider")
    try FileManager.default.createDirectory(at: own, withIntermediateDirectories: true)
    try "Read issue #711\nand \u{1B}[31mnothing else.\n".write(
      to: own.appending(path: "restart.md"), atomically: true, encoding: .utf8)
    #expect(ProjectWords.read(from: inner.path) == "Read issue #711 and  [31mnothing else.")
    #expect(ProjectWords.read(from: nil) == nil)
  }
}
