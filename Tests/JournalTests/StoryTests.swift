import Foundation
import Rulebook
import Shell
import Testing

@testable import Journal

@Suite("The story of an alert")
struct StoryTests {
  private static let rulebook = Rulebook.load(
    [
      RuleFile(
        """
        rules:
          - id: no-apply
            on: command
            match: '^kubectl apply'
            severity: critical
            why: The cluster changes through git only.
            do: [interrupt, prompt, escalate]
            fires: [kubectl apply -f x]
            silent: [ls]
        """, name: "/etc/rules/own.yaml")
    ], programs: ProgramTable()
  ).rulebook

  private func fact(
    _ kind: Fact.Kind, _ text: String, after milliseconds: Int64, _ fields: [String: Value] = [:]
  ) -> Fact {
    Fact(
      time: Instant(nanoseconds: (noon.milliseconds + milliseconds) * 1_000_000), agent: "%3", kind: kind,
      text: text, fields: fields, source: .pane, story: 7)
  }

  private func verdict(_ text: String = "kubectl apply -f web.yaml") throws -> Verdict {
    try #require(
      Judge(Self.rulebook).judge(
        fact(.command, text, after: 0, ["phase": .string("running"), "program": .string("kubectl")])
      ).first)
  }

  private func seen(
    _ id: String = "abc123def-0001", screen: [String]? = ["● Bash(kubectl apply)", "", "❯"],
    redact: (String) -> String = { $0 }
  ) throws -> Seen {
    try Seen(
      verdict(), of: id, after: [fact(.state, "working", after: -5000)], screen: screen, redact: redact,
      redactRows: { $0.map(redact) })
  }

  /// Files have the real time.
  private let today = WallTime(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))

  private var alert: Alert {
    var alert = sample()
    alert.id = "abc123def-0001"
    return alert
  }

  @Test("reads from the facts to the screen, with the rule's place and what proves each action")
  func text() throws {
    var raised = alert
    raised.outcome = .raised
    raised.actions = []
    let stopped = raised.updated(
      at: noon + .seconds(3), outcome: .stopped,
      actions: [
        .init("interrupt", result: "confirmed", ms: 21),
        .init("prompt", result: "the box was never empty", ms: 900),
        .init("escalate"),
      ])
    var escalation = Escalation(stopped, cure: .human, at: noon + .seconds(3))
    escalation.calls = 2
    escalation.lastCall = noon + .seconds(63)
    let story = AlertStory(lines: [raised, stopped], seen: try seen(), escalations: [escalation])
    #expect(
      StoryText(Rendering(width: 80, zone: .utc)).lines(story).joined(separator: "\n") == """
        13:02:14 CRIT claude:%3 kubectl-apply  kubectl apply -…  → stopped (interrupt 2…

        id       abc123def-0001
        agent    claude:%3 in session main, /srv/shop
        when     2026-11-23T13:02:11.042Z, seen by pane
        rule     kubectl-apply, /etc/rules/own.yaml:2
        why      ArgoCD watches k8s/.
        instead  Open a pull request.

        facts
          13:02:06.042 pane state: working
        → 13:02:11.042 pane command: kubectl apply -f web.yaml
              phase=running  program=kubectl

        shown by
          ⎿  $ kubectl apply -f web.yaml

        actions
          interrupt  confirmed in 21 ms: the agent showed that it was interrupted
          prompt     the box was never empty in 900 ms
          escalate   done: handed to the notifiers

        lines of this alert
          13:02:11.042 raised
          13:02:14.042 stopped (interrupt 21 ms: confirmed, prompt 900 ms: the box was …

        escalation
          open since 13:02:14.042
          opened 13:02:14.042, 2 calls, last at 13:03:14.042

        screen as it was
        │ ● Bash(kubectl apply)
        │ 
        │ ❯
        """)
  }

  @Test("says what was not kept")
  func nothingKept() throws {
    let rendering = StoryText(Rendering(zone: .utc))
    let bare = rendering.lines(AlertStory(lines: [alert], seen: nil)).joined(separator: "\n")
    #expect(bare.contains("where it stood was not kept"))
    #expect(bare.contains("none were kept with this alert"))
    #expect(bare.contains("screen: not kept"))
    #expect(bare.contains("none: no human was called"))
    let lone = rendering.lines(AlertStory(lines: [alert], seen: try seen(screen: nil)))
    #expect(lone.last == "screen: none; no pane of the agent was watched when it was raised")
  }

  @Test("has as JSON all that the text has")
  func json() throws {
    let story = AlertStory(lines: [alert, alert], seen: try seen())
    let object = try #require(
      try JSONSerialization.jsonObject(with: JSONEncoder().encode(story)) as? [String: Any])
    #expect(object["id"] as? String == "abc123def-0001")
    #expect((object["lines"] as? [Any])?.count == 2)
    #expect((object["facts"] as? [[String: Any]])?.map { $0["kind"] as? String } == ["state", "command"])
    #expect((object["rule"] as? [String: Any])?["line"] as? Int == 2)
    #expect((object["screen"] as? [String])?.first == "● Bash(kubectl apply)")
  }

  @Test("keeps a hostile screen bounded, redacted and without what steers a terminal")
  func hostile() throws {
    let rows = (0..<500).map {
      "row \($0) \u{1B}]0;owned\u{07} token=s3cret " + String(repeating: "x", count: 9000)
    }
    let seen = try seen(screen: rows + ["", ""]) { $0.replacing("s3cret", with: "[redacted]") }
    let kept = try #require(seen.screen)
    #expect(kept.count == Seen.Bounds.rows)
    #expect(kept.first?.hasPrefix("row 440 ␛]0;owned␇ token=[redacted] xxx") ?? false)
    #expect(kept.allSatisfy { $0.utf8.count <= Seen.Bounds.row })
    #expect(!"\(seen)".contains("s3cret") && !"\(seen)".contains("\u{1B}"))
    let many = (0..<100).map { fact(.state, "idle", after: Int64($0) - 1000) }
    let full = try Seen(verdict(), of: "a", after: many, screen: nil)
    #expect(full.facts.count == Seen.Bounds.facts && full.facts.last?.kind == "command")
  }

  @Test("is kept for its owner only, in a folder that is bounded in number and age")
  func folder() throws {
    let scratch = try Scratch()
    let folder = SeenFolder(log: scratch.log, most: 10)
    for index in 10..<40 { try folder.keep(seen("abc123d\(index)-0001"), at: today) }
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    #expect(names.count == 10 && names.first == "abc123d30-0001.json")
    #expect(folder.read("abc123d39-0001") == (try seen("abc123d39-0001")))
    #expect(folder.read("abc123d10-0001") == nil)
    func mode(_ path: String) throws -> Int {
      try #require(FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
    }
    let modes = [try mode(folder.path), try mode("\(folder.path)/\(names[0])")]
    #expect(modes == [0o700, 0o600])
    try folder.keep(seen("zzz123d99-0001"), at: today + .seconds(15 * 86_400))
    // Of those that are too old all go, and what was just written with them: its file has the real time.
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
  }

  @Test(
    "is read from nowhere else, whatever the id", arguments: ["../alerts", "a/b", "", "..", "a\u{0}b", ".x"])
  func strangeIDs(_ id: String) throws {
    let scratch = try Scratch()
    let folder = SeenFolder(log: scratch.log)
    #expect(throws: JournalError.self) { try folder.keep(seen(id), at: today) }
    #expect(folder.read(id) == nil)
  }

  @Test("is not written into a folder that a link leads to")
  func link() throws {
    let scratch = try Scratch()
    let folder = SeenFolder(log: scratch.directory + "/alerts.jsonl")
    let elsewhere = scratch.directory + "/elsewhere"
    try FileManager.default.createDirectory(atPath: elsewhere, withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(atPath: folder.path, withDestinationPath: elsewhere)
    #expect(throws: JournalError.self) { try folder.keep(seen(), at: today) }
    #expect(try FileManager.default.contentsOfDirectory(atPath: elsewhere).isEmpty)
  }

  @Test("is found by any part of its id that is nobody else's")
  func search() throws {
    func found(_ wanted: String?) throws(AlertSearch.Failure) -> [String] {
      var search = AlertSearch(wanted)
      for id in ["abc1-xx11", "abc1-yy22", "abd7-zz33", "abc1-xx11", "ab"] {
        var alert = sample()
        alert.id = id
        search.take(alert)
      }
      return try search.found().map(\.id)
    }
    #expect(try found("abc1-x") == ["abc1-xx11", "abc1-xx11"])
    #expect(try found("yy22") == ["abc1-yy22"])
    #expect(try found("ab") == ["ab"])
    #expect(try found(nil) == ["ab"])
    #expect(throws: AlertSearch.Failure.ambiguous("abc1", ["abc1-xx11", "abc1-yy22"])) { try found("abc1") }
    #expect(throws: AlertSearch.Failure.unknown("q")) { try found("q") }
    #expect(throws: AlertSearch.Failure.unknown("")) { try found("") }
    #expect(throws: AlertSearch.Failure.empty) { try AlertSearch(nil).found() }
  }
}
