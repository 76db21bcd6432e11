import Foundation
import Rulebook
import Testing

@testable import Journal

/// A night of two agents, on virtual time.
private struct NightRun {
  static let start = WallTime(iso8601: "2026-11-23T22:00:00.000Z")!
  static let claude = Alert.Agent(name: "claude-code", pane: "%3", session: "work", cwd: "/srv/shop")
  static let codex = Alert.Agent(name: "codex", pane: "%4", session: "work", cwd: "/srv/api")

  static func at(_ minutes: Double) -> WallTime { start + .seconds(minutes * 60) }

  static func state(
    _ minutes: Double, _ state: String, _ agent: Alert.Agent = claude, watch: String = "w1"
  ) -> ActivityLine {
    ActivityLine(time: at(minutes), watch: watch, agent: agent, state: state)
  }

  /// A sign of life each minute.
  static func beats(_ span: ClosedRange<Int>, watch: String = "w1") -> [ActivityLine] {
    span.map { ActivityLine(time: at(Double($0)), watch: watch) }
  }

  static func tally(
    _ minutes: Double, _ agent: Alert.Agent = claude, watch: String = "w1",
    _ fill: (inout ActivityLine.Tally) -> Void
  ) -> ActivityLine {
    var tally = ActivityLine.Tally()
    tally.last = at(minutes - 0.2)
    fill(&tally)
    return ActivityLine(time: at(minutes), watch: watch, agent: agent, tally: tally)
  }

  static func alert(
    _ minutes: Double, _ id: String, _ rule: String, _ outcome: Alert.Outcome, _ deeds: [Alert.Deed],
    of agent: Alert.Agent = claude
  ) -> [Alert] {
    let raised = Alert(
      time: at(minutes), id: id, rule: rule, severity: rule == "frozen" ? .warning : .critical, agent: agent,
      source: .pane, text: rule)
    return [raised, raised.updated(at: at(minutes) + .seconds(4), outcome: outcome, actions: deeds)]
  }

  static let activity =
    beats(0...120)
    + [
      state(0, "working"), state(60, "asking"), state(70, "working"), state(90, "idle"),
      // The watch is killed at 2 h; the state does not go on without it.
      tally(1) {
        $0.commands = 40
        $0.commits = 3
        $0.hooks = 95
      },
      tally(50) {
        $0.commands = 2
        $0.hookFailures = 1
        $0.pulls = 1
        $0.urls = ["https://github.com/shop/web/pull/7"]
      },
      state(0, "working", codex), state(30, "working", codex), state(20, ActivityLine.stuck, codex),
      state(100, ActivityLine.gone, codex),
    ]
    + beats(480...510, watch: "w2") + [state(480, "idle", watch: "w2"), state(500, "working", watch: "w2")]

  static let alerts =
    alert(
      10, "a-1", "kubectl-apply", .stopped,
      [.init("interrupt", result: "confirmed", ms: 21), .init("prompt", result: "delivered", ms: 64)])
    + alert(
      13, "a-2", "kubectl-apply", .stopped,
      [.init("interrupt", result: "confirmed", ms: 20), .init("prompt", result: "delivered", ms: 60)])
    + alert(49.5, "a-3", "push-main", .denied, [.init("deny", ms: 3)])
    + alert(
      21, "a-4", "frozen", .escalated,
      [.init("interrupt", result: "no sign of it"), .init("prompt", result: "delivered")],
      of: codex)
    + alert(40, "a-5", "frozen", .observed, [.init("interrupt", result: "would")], of: codex)
    + alert(505, "a-6", "push-main", .denied, [.init("deny", ms: 3)])

  static func report(_ from: Double = 0, _ until: Double = 510.5) -> Report {
    Report(activity: activity, alerts: alerts, from: at(from), until: at(until))
  }
}

@Suite("How a run went")
struct ReportTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "fixtures/reports")

  @Test(
    "reads as its golden file does; OUTRIDER_RECORD=1 writes it",
    arguments: ["night.txt", "night.md", "night.jsonl"])
  func golden(_ name: String) throws {
    let text = ReportText(zone: .utc)
    let report = NightRun.report()
    let lines =
      switch name {
      case "night.txt": text.lines(report)
      case "night.md": text.markdown(report)
      default: try text.json(report)
      }
    let written = lines.joined(separator: "\n") + "\n"
    let file = Self.folder.appending(path: name)
    if ProcessInfo.processInfo.environment["OUTRIDER_RECORD"] == "1" {
      try FileManager.default.createDirectory(at: Self.folder, withIntermediateDirectories: true)
      try written.write(to: file, atomically: true, encoding: .utf8)
    }
    #expect(written == (try String(contentsOf: file, encoding: .utf8)))
    if name == "night.txt" { #expect(lines.allSatisfy { $0.columns <= 80 }) }
  }

  @Test("counts each second once, and none in which nobody watched")
  func times() throws {
    let report = NightRun.report()
    let claude = try #require(report.agents.first { $0.agent == "claude-code:%3" })
    #expect(claude.working == (60 + 20 + 10) * 60)
    #expect(claude.waiting == 10 * 60)
    #expect(claude.idle == (30 + 20) * 60)
    #expect(claude.watched == claude.working + claude.waiting + claude.idle)
    let codex = try #require(report.agents.first { $0.agent == "codex:%4" })
    // That it stood still since 22:20 was known only later, and stands later in the journal.
    #expect(codex.stuck == 10 * 60 && codex.working == 90 * 60)
  }

  @Test("a state that began before counts from the beginning of the time that is asked for")
  func clipped() throws {
    let claude = try #require(NightRun.report(30, 65).agents.first { $0.agent == "claude-code:%3" })
    #expect(claude.working == 30 * 60 && claude.waiting == 5 * 60)
    #expect(claude.commands == 2 && claude.commits == 0)
    #expect(claude.alerts.map(\.rule) == ["push-main"])
    #expect(NightRun.report(200, 300).agents.isEmpty)
  }

  @Test(
    "an intervention helped when the agent got on and the rule was quiet, and is open while that is not known"
  )
  func effects() {
    let all = NightRun.report().agents.flatMap(\.interventions)
    let effects = Dictionary(uniqueKeysWithValues: all.map { ($0.id, $0.effect) })
    // Only watched: no intervention.
    #expect(effects["a-5"] == nil)
    #expect(effects == ["a-1": .again, "a-2": .stood, "a-3": .helped, "a-4": .helped, "a-6": .open])
    #expect(all.first { $0.id == "a-1" }?.after == 176)
  }

  @Test("a hostile journal makes a report of bounded lines and no trap")
  func hostile() throws {
    var line = NightRun.state(1, "\u{1B}[2J")
    line.agent?.name = String(repeating: "n\u{1B}", count: 900)
    var tally = NightRun.tally(2) { _ in }
    tally.tally?.commands = .max
    tally.tally?.hooks = .infinity
    let activity = NightRun.beats(0...3) + [line, tally, tally].map { $0.legible() }
    let report = Report(activity: activity, alerts: [], from: NightRun.at(0), until: NightRun.at(9))
    for text in ReportText(zone: .utc).lines(report) {
      #expect(text.columns <= 80 && !text.contains("\u{1B}"))
    }
    _ = try ReportText(zone: .utc).json(report)
    let upsideDown = Report(activity: activity, alerts: [], from: NightRun.at(9), until: NightRun.at(0))
    #expect(upsideDown.agents.isEmpty)
  }

  @Test(
    "times are read as people write them",
    arguments: [
      ("2h", "2026-11-23T11:02:11.042Z"), ("today", "2026-11-22T23:00:00.000Z"),
      ("yesterday", "2026-11-21T23:00:00.000Z"), ("now", "2026-11-23T13:02:11.042Z"),
      ("08:30", "2026-11-23T07:30:00.000Z"), ("2026-11-01", "2026-10-31T23:00:00.000Z"),
      ("2026-11-01T22:15", "2026-11-01T21:15:00.000Z"), ("2026-11-01T22:15:00Z", "2026-11-01T22:15:00.000Z"),
      ("tomorrow", nil), ("", nil), ("25:00", nil), ("2026-13-01", nil), ("-2h", nil), ("99999999999h", nil),
    ])
  func moments(_ text: String, _ expected: String?) {
    #expect(Moment.read(text, now: noon, zone: .fixed(secondsEast: 3600))?.iso8601 == expected)
  }
}

@Suite("The activity journal")
struct ActivityFileTests {
  private func line(_ number: Int) -> ActivityLine {
    var tally = ActivityLine.Tally()
    tally.commands = number
    return ActivityLine(time: NightRun.at(Double(number)), watch: "w1", agent: NightRun.claude, tally: tally)
  }

  @Test("gives back what was written, over rotations, for its owner only")
  func rotation() throws {
    let scratch = try Scratch()
    let file = ActivityFile(log: scratch.log, limit: 1000, kept: 3)
    for number in 1...40 { try file.append([line(number)]) }
    let numbers = try file.lines().compactMap(\.tally?.commands)
    #expect(numbers == Array((41 - numbers.count)...40))
    #expect(numbers.count >= 8 && numbers.count < 40)
    let names = try FileManager.default.contentsOfDirectory(atPath: scratch.directory + "/state").sorted()
    #expect(
      names == [
        "alerts.jsonl.activity", "alerts.jsonl.activity.1", "alerts.jsonl.activity.2",
        "alerts.jsonl.activity.3",
      ])
    let mode = try FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions] as? Int
    #expect(mode == 0o600)
  }

  @Test("what was cut off or is foreign costs no other line")
  func cut() throws {
    let scratch = try Scratch()
    let file = ActivityFile(log: scratch.log)
    try file.append([line(1), line(2)])
    try scratch.append("nonsense\n{\"time\":\"2026\"}\n\u{0}\n{\"v\":1,\"time\":\"2026-11", to: file.path)
    try file.append([line(3)])
    #expect(try file.lines() == [line(1), line(2), line(3)])
  }

  @Test("several writers at a time lose no line")
  func writers() async throws {
    let scratch = try Scratch()
    let log = scratch.log
    try await withThrowingTaskGroup { group in
      for writer in 0..<4 {
        group.addTask {
          for number in 1...50 {
            try ActivityFile(log: log, limit: 20_000, kept: 9).append([line(writer * 100 + number)])
          }
        }
      }
      try await group.waitForAll()
    }
    let numbers = try ActivityFile(log: log, limit: 20_000, kept: 9).lines().compactMap(\.tally?.commands)
    let expected = (0..<4).flatMap { writer in (1...50).map { number in writer * 100 + number } }
    #expect(numbers.sorted() == expected)
  }
}
