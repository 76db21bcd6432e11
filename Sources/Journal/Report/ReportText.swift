import FoundationEssentials
import Rulebook

/// How a report reads: in 80 columns, as Markdown, or as JSON Lines.
public struct ReportText: Sendable {
  public var zone: Rendering.Zone

  static let width = 80
  private static let agentWidth = 20

  public init(zone: Rendering.Zone = .local) {
    self.zone = zone
  }

  /// No line is wider than 80 columns.
  public func lines(_ report: Report) -> [String] {
    var lines = [title(report)]
    guard !report.agents.isEmpty else { return lines }
    lines += [""] + table(Self.times, report.agents)
    lines += [""] + table(Self.deeds, report.agents)
    let alerts = report.agents.flatMap { agent in
      agent.alerts.map { "  \(agent.agent) \($0.rule) ×\($0.count): \(Self.spelled($0.outcomes))" }
    }
    lines += section("alerts", alerts)
    lines += section("helped", interventions(report, [.helped]))
    lines += section("did not help", interventions(report, [.again, .stood]))
    lines += section("too early to tell", interventions(report, [.open]))
    lines += section(
      "pull requests", report.agents.flatMap { agent in agent.urls.map { "  \(agent.agent) \($0)" } })
    return lines.map { $0.cut(to: Self.width) }
  }

  public func markdown(_ report: Report) -> [String] {
    var lines = ["# \(title(report))"]
    guard !report.agents.isEmpty else { return lines }
    lines += [""] + markdown(Self.times, report.agents)
    lines += [""] + markdown(Self.deeds, report.agents)
    let alerts = report.agents.flatMap { agent in
      agent.alerts.map { "- `\(agent.agent)` `\($0.rule)` ×\($0.count): \(Self.spelled($0.outcomes))" }
    }
    lines += part("Alerts", alerts)
    func listed(_ effects: [InterventionReport.Effect]) -> [String] {
      interventions(report, effects).map { "- \(Self.escaped(String($0.dropFirst(2))))" }
    }
    lines += part("Helped", listed([.helped]))
    lines += part("Did not help", listed([.again, .stood]))
    lines += part("Too early to tell", listed([.open]))
    lines += part(
      "Pull requests", report.agents.flatMap { agent in agent.urls.map { "- `\(agent.agent)` <\($0)>" } })
    return lines
  }

  /// One object an agent.
  public func json(_ report: Report) throws -> [String] {
    try report.agents.map { agent in
      String(decoding: try AgentLine(report: report, agent: agent).jsonLine(), as: UTF8.self)
    }
  }

  private struct AgentLine: Encodable {
    let report: Report
    let agent: AgentReport

    private enum Keys: String, CodingKey {
      case v, from, until
    }

    func encode(to encoder: any Encoder) throws {
      try agent.encode(to: encoder)
      var line = encoder.container(keyedBy: Keys.self)
      try line.encode(1, forKey: .v)
      try line.encode(report.from, forKey: .from)
      try line.encode(report.until, forKey: .until)
    }
  }

  private func title(_ report: Report) -> String {
    let long = Self.spelled((report.until - report.from).inSeconds)
    let count =
      report.agents.isEmpty
      ? "no agent was seen" : "\(report.agents.count) agent\(report.agents.count == 1 ? "" : "s")"
    return "\(stamp(report.from)) to \(stamp(report.until)) (\(long)): \(count)"
  }

  private func stamp(_ time: WallTime) -> String {
    "\(Moment.day(of: time, zone)) \(time.clock(secondsEast: zone.secondsEast(at: time)).prefix(5))"
  }

  private func interventions(_ report: Report, _ effects: [InterventionReport.Effect]) -> [String] {
    report.agents.flatMap { agent in
      agent.interventions.filter { effects.contains($0.effect) }.map { one in
        let clock = one.time.clock(secondsEast: zone.secondsEast(at: one.time))
        let end =
          switch one.effect {
          case .again: ": again after \(Self.spelled(one.after ?? 0))"
          case .stood: ": it did not get on"
          case .helped, .open: ""
          }
        return
          "  \(clock) \(one.id) \(agent.agent) \(one.rule)\(end) (\(one.actions.joined(separator: ", ")))"
      }
    }
  }

  private func section(_ title: String, _ lines: [String]) -> [String] {
    lines.isEmpty ? [] : ["", title] + lines
  }

  private func part(_ title: String, _ lines: [String]) -> [String] {
    lines.isEmpty ? [] : ["", "## \(title)", ""] + lines
  }
}

extension ReportText {
  /// A column, and what stands in it.
  private struct Column: Sendable {
    let name: String
    let width: Int
    let cell: @Sendable (AgentReport) -> String
  }

  private static let times = [
    Column(name: "WATCHED", width: 8) { spelled($0.watched) },
    Column(name: "WORKING", width: 12) { share($0.working, of: $0.watched) },
    Column(name: "WAITING", width: 8) { spelled($0.waiting) },
    Column(name: "IDLE", width: 8) { spelled($0.idle) },
    Column(name: "STUCK", width: 8) { spelled($0.stuck) },
    Column(name: "IN HOOKS", width: 8) { spelled($0.hooks) },
  ]

  private static let deeds = [
    Column(name: "COMMANDS", width: 8) { "\($0.commands)" },
    Column(name: "COMMITS", width: 7) { "\($0.commits)" },
    Column(name: "PULLS", width: 5) { "\($0.pulls)" },
    Column(name: "HOOK FAILS", width: 10) { "\($0.hookFailures)" },
    Column(name: "ALERTS", width: 6) { "\($0.alerts.reduce(0) { $0 + $1.count })" },
    Column(name: "HELPED", width: 6) { "\(number($0, [.helped]))" },
    Column(name: "DID NOT", width: 7) { "\(number($0, [.again, .stood]))" },
  ]

  private static func number(_ agent: AgentReport, _ effects: [InterventionReport.Effect]) -> Int {
    agent.interventions.count { effects.contains($0.effect) }
  }

  private func table(_ columns: [Column], _ agents: [AgentReport]) -> [String] {
    func row(_ first: String, _ cells: [String]) -> String {
      TerminalText.fitted(first, to: Self.agentWidth)
        + zip(columns, cells).map { column, cell in
          " " + String(repeating: " ", count: max(0, column.width - cell.columns)) + cell
        }.joined()
    }
    return [row("AGENT", columns.map(\.name))]
      + agents.map { agent in row(agent.agent, columns.map { $0.cell(agent) }) }
  }

  private func markdown(_ columns: [Column], _ agents: [AgentReport]) -> [String] {
    let head = "| agent | " + columns.map { $0.name.lowercased() }.joined(separator: " | ") + " |"
    let rule = "|---|" + columns.map { _ in "---:|" }.joined()
    return [head, rule]
      + agents.map { agent in
        "| `\(Self.escaped(agent.agent))` | " + columns.map { $0.cell(agent) }.joined(separator: " | ") + " |"
      }
  }

  /// Names that a pane or a rule chose make no mark-up.
  private static func escaped(_ text: String) -> String {
    text.reduce(into: "") { result, character in
      if "\\`*_[]<>|#".contains(character) { result.append("\\") }
      result.append(character)
    }
  }

  private static func share(_ part: Double, of whole: Double) -> String {
    guard whole > 0 else { return spelled(part) }
    return "\(spelled(part)) \(Int((100 * part / whole).rounded()))%"
  }

  private static func spelled(_ outcomes: [String: Int]) -> String {
    outcomes.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.value) \($0.key)" }
      .joined(separator: ", ")
  }

  /// Two units at most: `45s`, `3m12s`, `2h5m`, `3d4h`; a dash for nothing.
  private static func spelled(_ seconds: Double) -> String {
    let whole = Int(min(max(0, seconds.rounded()), 86_400 * 9_999))
    guard whole > 0 else { return "-" }
    let coarse = whole >= 86_400 ? whole / 3600 * 3600 : whole >= 3600 ? whole / 60 * 60 : whole
    return Duration.seconds(coarse).spelled
  }
}
