import ArgumentParser
import Foundation
import Journal
import Notices

extension Outrider {
  struct Report: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Tells how the run went: what each agent did, and whether interventions helped.",
      discussion: """
        Times are read as in 2h, today, yesterday, 22:30, 2026-11-24 or 2026-11-24T22:30; a day means its beginning.
        An intervention helped when the agent got on and the same rule did not fire again within ten minutes.
        """)

    @OptionGroup var log: LogOptions

    @Option(help: "From when on.")
    var since = "today"

    @Option(help: "Until when.")
    var until = "now"

    @Option(help: "Only this agent: its name, its pane (%3), or both (claude-code:%3); may be repeated.")
    var agent: [String] = []

    @Flag(help: "Write Markdown.")
    var markdown = false

    @Flag(help: "Write one JSON object a line, for each agent.")
    var json = false

    func validate() throws {
      if markdown, json { throw ValidationError("Give either --markdown or --json, not both.") }
    }

    func run() throws {
      let now = WallTime.now
      let from = try moment(since, "--since", now)
      let until = try moment(until, "--until", now)
      guard from < until else {
        throw Failure(.usage, "outrider report: --since must be before --until; see: outrider report --help")
      }
      let path = try log.existing(for: "report")
      let filter = AlertFilter(agents: Set(agent))
      var alerts: [Alert] = []
      try LogOptions.alerts(in: path, filter, for: "report") { alert in
        if alert.time >= from { alerts.append(alert) }
      }
      let activity: [ActivityLine]
      do throws(JournalError) {
        activity = try ActivityFile(log: path).lines()
      } catch {
        throw Failure(.missing, "outrider report: \(error)")
      }
      let report = Journal.Report(
        activity: activity.filter { $0.agent.map(filter.admits) ?? true }, alerts: alerts, from: from,
        until: min(until, now))
      let text = ReportText()
      let lines = json ? try text.json(report) : markdown ? text.markdown(report) : text.lines(report)
      lines.forEach { print($0) }
    }

    private func moment(_ text: String, _ option: String, _ now: WallTime) throws -> WallTime {
      guard let time = Moment.read(text, now: now, zone: .local) else {
        throw Failure(.usage, "outrider report: \(option) \(text): write a time as in \(Moment.spellings)")
      }
      return time
    }
  }
}
