import Foundation
import Testing

@testable import Journal

@Suite struct RenderingTests {
  private var alerts: [Alert] {
    var raised = sample()
    raised.outcome = .raised
    raised.actions = []
    let stopped = raised.updated(
      at: WallTime(milliseconds: noon.milliseconds + 3000), outcome: .corrected,
      actions: [.init("interrupt", ms: 0.4), .init("prompt", ms: 31.2)])
    var observed = sample(text: "git push --force origin main", agent: "codex")
    observed.rule = "force-push"
    observed.severity = .warning
    observed.outcome = .observed
    observed.actions = [.init("interrupt", result: "would"), .init("prompt", result: "would")]
    var failed = sample(text: "echo 漢字 👩‍🚀 \u{1B}[31mred\u{1B}[0m\nnext")
    failed.rule = "disk-full"
    failed.severity = .info
    failed.agent.pane = nil
    failed.outcome = .escalated
    failed.actions = [.init("interrupt", result: "the pane is gone", ms: 2500), .init("escalate", ms: 12)]
    return [raised, sample(), stopped, observed, failed]
  }

  @Test("Alerts read as they should")
  func plain() {
    let rendering = Rendering(zone: .utc)
    #expect(
      alerts.map(rendering.line).joined(separator: "\n") == """
        13:02:11 CRIT claude:%3 kubectl-apply  kubectl apply -f web.yaml
        13:02:11 CRIT claude:%3 kubectl-apply  kubectl apply -f web.yaml  → stopped (interrupt 0.4 ms, prompt)
        13:02:14    ↳ claude:%3 kubectl-apply  → corrected (interrupt 0.4 ms, prompt 31 ms)
        13:02:11 WARN codex:%3 force-push  git push --force origin main  → observed (would interrupt, would prompt)
        13:02:11 INFO claude disk-full  echo 漢字 👩‍🚀 ␛[31mred␛[0m␊next  → escalated (interrupt 2.5 s: the pane is gone, escalate 12 ms)
        """)
  }

  @Test("In a narrow terminal the text gives way before the outcome")
  func narrow() {
    let rendering = Rendering(width: 80, zone: .utc)
    #expect(
      alerts.map(rendering.line).joined(separator: "\n") == """
        13:02:11 CRIT claude:%3 kubectl-apply  kubectl apply -f web.yaml
        13:02:11 CRIT claude:%3 kubectl-apply  kubectl apply -…  → stopped (interrupt 0…
        13:02:14    ↳ claude:%3 kubectl-apply  → corrected (interrupt 0.4 ms, prompt 31…
        13:02:11 WARN codex:%3 force-push  git push --forc…  → observed (would interrup…
        13:02:11 INFO claude disk-full  echo 漢字 👩‍🚀 ␛[…  → escalated (interrupt 2.5 s:…
        """)
  }

  @Test("No line is wider than the terminal", arguments: [1, 40, 41, 57, 80, 100, 200])
  func width(columns: Int) {
    for alert in alerts {
      #expect(Rendering(width: columns, zone: .utc).line(alert).columns <= max(40, columns))
    }
  }

  @Test("Colours are there when asked for, and only around the severity")
  func colours() {
    let lines = alerts.map(Rendering(colours: true, zone: .utc).line)
    #expect(lines[0].hasPrefix("13:02:11 \u{1B}[1;31mCRIT\u{1B}[0m claude:%3"))
    #expect(lines[2].hasPrefix("13:02:14 \u{1B}[1;31m   ↳\u{1B}[0m claude:%3"))
    #expect(lines[3].contains("\u{1B}[33mWARN\u{1B}[0m"))
    #expect(lines[4].contains("\u{1B}[36mINFO\u{1B}[0m"))
    for line in lines { #expect(line.count { $0 == "\u{1B}" } == 2) }
  }

  @Test("Times are shown in the zone that was asked for")
  func zone() {
    #expect(Rendering(zone: .fixed(secondsEast: 5 * 3600 + 1800)).line(sample()).hasPrefix("18:32:11"))
    #expect(Rendering(zone: .fixed(secondsEast: -14 * 3600)).line(sample()).hasPrefix("23:02:11"))
  }

  @Test(
    "Durations have the digits that matter",
    arguments: [
      (0, "0.0 ms"), (0.04, "0.0 ms"), (0.44, "0.4 ms"), (9.94, "9.9 ms"), (9.96, "10 ms"),
      (999.4, "999 ms"), (999.6, "1.0 s"), (2540, "2.5 s"), (-1, "0.0 ms"), (.infinity, "? ms"),
    ])
  func durations(ms: Double, text: String) {
    #expect(Rendering.duration(ms) == text)
  }

  @Test("Columns are counted as a terminal does")
  func columns() {
    #expect("abc".columns == 3)
    #expect("漢字".columns == 4)
    #expect("e\u{301}".columns == 1)
    #expect("👩‍🚀".columns == 2)
    #expect("❤️".columns == 2)
    #expect("漢字漢字".cut(to: 6) == "漢字…")
    #expect("漢字漢字".cut(to: 8) == "漢字漢字")
    #expect("abc".cut(to: 0) == "")
  }
}
