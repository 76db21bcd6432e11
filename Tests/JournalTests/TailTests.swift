import Foundation
import Rulebook
import Testing

@testable import Journal

@Suite("Repeats in a tail")
struct TailTests {
  private func event(
    _ id: String, after seconds: Int, _ text: String = "git push origin main", outcome: Alert.Outcome? = nil,
    agent: String = "claude"
  ) -> AlertReader.Event {
    var alert = sample(text: text, agent: agent)
    alert.id = id
    alert.rule = "push-main"
    alert.time = noon + .seconds(seconds)
    alert.actions = outcome == nil ? [] : [.init("interrupt", ms: 21)]
    alert.outcome = outcome ?? .raised
    return .alert(outcome == nil ? alert : later(alert))
  }

  private func later(_ alert: Alert) -> Alert {
    var alert = alert
    alert.updated = alert.time + .seconds(1)
    return alert
  }

  private func printed(_ output: [TailView.Output]) -> String {
    output.map { item in
      switch item {
      case .line(let text): text
      case .erase(let rows): "<up \(rows)>"
      case .note(let text): "<note \(text)>"
      }
    }.joined(separator: "\n")
  }

  private func lines(
    _ events: [AlertReader.Event], limit: Int = 100, isGrouping: Bool = true
  ) -> String {
    var runs = AlertRuns(isGrouping: isGrouping, limit: limit)
    events.forEach { runs.take($0) }
    var view = TailView(Rendering(zone: .utc), isFull: false, isGrouping: isGrouping, isTerminal: false)
    return printed(view.begin(runs))
  }

  private var night: [AlertReader.Event] {
    [
      event("a", after: 0), event("a", after: 0, outcome: .stopped), event("b", after: 60),
      event("b", after: 60, outcome: .stopped), event("c", after: 120),
      event("c", after: 120, outcome: .tooLate), event("d", after: 130, "git push origin master"),
      event("e", after: 140), event("f", after: 150, agent: "codex"), event("g", after: 160, agent: "codex"),
    ]
  }

  @Test("Alerts of one agent, rule and text that follow each other are one line with their number")
  func grouped() {
    #expect(
      lines(night) == """
        13:04:12 CRIT claude:%3 push-main ×3 since 13:02:11  git push origin main  → 2 stopped, 1 too-late
        13:04:21 CRIT claude:%3 push-main  git push origin master
        13:04:31 CRIT claude:%3 push-main  git push origin main
        13:04:51 CRIT codex:%3 push-main ×2 since 13:04:41  git push origin main
        """)
  }

  @Test("One alert keeps its later lines; the option switches groups off")
  func single() {
    let two = Array(night.prefix(4))
    #expect(
      lines(Array(two.prefix(2))) == """
        13:02:11 CRIT claude:%3 push-main  git push origin main
        13:02:12    ↳ claude:%3 push-main  → stopped (interrupt 21 ms)
        """)
    #expect(
      lines(two, isGrouping: false) == """
        13:02:11 CRIT claude:%3 push-main  git push origin main
        13:02:12    ↳ claude:%3 push-main  → stopped (interrupt 21 ms)
        13:03:11 CRIT claude:%3 push-main  git push origin main
        13:03:12    ↳ claude:%3 push-main  → stopped (interrupt 21 ms)
        """)
    #expect(
      lines(two) == """
        13:03:12 CRIT claude:%3 push-main ×2 since 13:02:11  git push origin main  → stopped (interrupt 21 ms)
        """)
  }

  @Test("-n counts what is printed, not what was joined")
  func limit() {
    #expect(lines(night, limit: 2).split(separator: "\n").count == 2)
    #expect(lines(night, limit: 4).hasPrefix("13:04:12 CRIT claude:%3 push-main ×3"))
    #expect(lines(Array(night.prefix(2)), limit: 1).hasPrefix("13:02:12 CRIT"))
    #expect(lines(night, limit: 0) == "")
  }

  @Test("A later line of an alert that was shown long ago is not counted as another one")
  func continued() {
    let events = [
      event("a", after: 0), event("d", after: 1, "other"), event("a", after: 2, outcome: .resolved),
      event("b", after: 4),
    ]
    #expect(
      lines(events) == """
        13:02:11 CRIT claude:%3 push-main  git push origin main
        13:02:12 CRIT claude:%3 push-main  other
        13:02:14    ↳ claude:%3 push-main  → resolved (interrupt 21 ms)
        13:02:15 CRIT claude:%3 push-main  git push origin main
        """)
  }

  @Test("A terminal paints the line of repeats again, as long as it stands there")
  func repainting() {
    var view = TailView(
      Rendering(width: 100, zone: .utc), isFull: false, isGrouping: true, isTerminal: true)
    let output = night.prefix(7).flatMap { view.take($0, height: 24, at: .zero) }
    #expect(
      printed(output) == """
        13:02:11 CRIT claude:%3 push-main  git push origin main
        13:02:12    ↳ claude:%3 push-main  → stopped (interrupt 21 ms)
        <up 2>
        13:03:11 CRIT claude:%3 push-main ×2 since 13:02:11  git push origin main  → 1 stopped, 1 under way
        <up 1>
        13:03:12 CRIT claude:%3 push-main ×2 since 13:02:11  git push origin m…  → stopped (interrupt 21 ms)
        <up 1>
        13:04:11 CRIT claude:%3 push-main ×3 since 13:02:11  git push origin main  → 2 stopped, 1 under way
        <up 1>
        13:04:12 CRIT claude:%3 push-main ×3 since 13:02:11  git push origin main  → 2 stopped, 1 too-late
        13:04:21 CRIT claude:%3 push-main  git push origin master
        """)
    view.rendering.width = 60
    let narrow = view.take(event("h", after: 200, "git push origin master"), height: 24, at: .zero)
    #expect(narrow.count == 1, "rows that were painted in another width are left")
  }

  @Test("Rows that have scrolled out of the terminal are not painted again")
  func low() {
    var view = TailView(
      Rendering(width: 100, zone: .utc), isFull: false, isGrouping: true, isTerminal: true)
    let output = night.prefix(3).flatMap { view.take($0, height: 2, at: .zero) }
    #expect(output.count == 3 && !output.contains(.erase(rows: 2)))
  }

  @Test("A pipe gets the first alert at once, and the number of its repeats now and then")
  func piped() {
    var view = TailView(Rendering(zone: .utc), isFull: false, isGrouping: true, isTerminal: false)
    func at(_ seconds: Double) -> Instant { Instant(seconds: seconds) }
    #expect(view.take(night[0], at: at(0)).count == 1)
    #expect(view.take(night[1], at: at(1)).count == 1)
    #expect(view.take(night[2], at: at(10)).isEmpty)
    #expect(view.take(night[3], at: at(11)).isEmpty)
    #expect(view.tick(at: at(14)).isEmpty)
    #expect(
      printed(view.tick(at: at(15)))
        == "13:03:12 CRIT claude:%3 push-main ×2 since 13:02:11  git push origin main  → stopped (interrupt 21 ms)"
    )
    #expect(view.tick(at: at(100)).isEmpty && view.tell().isEmpty)
    #expect(view.take(night[4], at: at(101)).isEmpty)
    // What is different waits for nobody, and what waited comes before it.
    #expect(
      printed(view.take(night[6], at: at(102))) == """
        13:04:11 CRIT claude:%3 push-main ×3 since 13:02:11  git push origin main  → 2 stopped, 1 under way
        13:04:21 CRIT claude:%3 push-main  git push origin master
        """)
    #expect(view.deadline == nil)
  }

  @Test("What waits on a pipe is told at the end, and before a note about the log")
  func ending() {
    var view = TailView(Rendering(zone: .utc), isFull: false, isGrouping: true, isTerminal: false)
    _ = night.prefix(3).flatMap { view.take($0, at: .zero) }
    #expect(printed(view.tell()).contains("×2"))
    _ = view.take(night[4], at: .zero)
    let note = view.take(.truncated(file: "x"), at: .zero)
    #expect(note.count == 2 && printed(note).contains("×3") && printed(note).hasSuffix("beginning>"))
    #expect(view.take(night[5], at: .zero).count == 1, "after a note a line stands by itself")
  }

  @Test("JSON is never grouped")
  func json() {
    var runs = AlertRuns(isGrouping: false, limit: 100)
    night.forEach { runs.take($0) }
    #expect(TailView.json(runs).count == night.count)
  }
}
