import FoundationEssentials
import Rulebook
import Testing

@testable import Journal

@Suite("An escalation")
struct EscalationTests {
  @Test("calls at once, then with back-off, until it is acknowledged")
  func backOff() {
    var night = Night()
    night.raise("a")
    night.pass(.seconds(3 * 3600))
    let times = night.calls.map { Int(($0.time - night.calls[0].time).inSeconds / 60) }
    #expect(times == [0, 5, 20, 80, 140])
    #expect(night.kinds == [.opened, .repeated, .repeated, .repeated, .repeated])
    let known1 = night.acknowledge("a")
    #expect(known1 == 1)
    let later2 = night.pass(.seconds(86_000))
    #expect(later2.isEmpty)
    #expect(night.escalations.all.map(\.state) == [.acknowledged])
  }

  @Test("about a program that was held says how to allow it, and of one that waits how to decide")
  func wayToAllow() {
    var alert = Alert(
      time: WallTime(milliseconds: 0), id: "a", rule: "kubectl-apply", severity: .critical,
      agent: .init(name: "claude-code", pane: "%3"), source: .exec, text: "kubectl apply -f x")
    func lines() -> [String] {
      Call(.opened, [Escalation(alert, cure: .human, at: alert.time)], at: alert.time).lines
    }
    #expect(lines() == ["kubectl apply -f x", "outrider ack a"])
    alert.outcome = .held
    alert.actions = [.init("hold", result: "killed")]
    #expect(lines().contains("outrider allow kubectl-apply --agent %3 --for 10m"))
    alert.actions = [.init("hold", result: "frozen until then; outrider allow h1 or outrider deny h1")]
    #expect(lines().contains("frozen until then; outrider allow h1 or outrider deny h1"))
  }

  @Test("is one for all alerts of one agent with one cause")
  func grouped() {
    var night = Night()
    night.raise("a")
    night.pass(.seconds(60))
    night.raise("b")
    night.pass(.seconds(60))
    night.raise("c", agent: "%2")
    night.pass(.seconds(60))
    #expect(night.calls.map(\.escalation.agent) == ["%1", "%2"])
    #expect(night.escalations.all.map(\.count) == [2, 1])
    // Any of its alerts names it, and the beginning of one does.
    #expect(night.escalations.named("b").map(\.id) == ["a"])
  }

  @Test("tells what is only worth a line once")
  func once() {
    var night = Night()
    night.raise("a", .info)
    night.pass(.seconds(86_400))
    #expect(night.kinds == [.opened])
  }

  @Test("resolves by itself when its cause has gone, says so, and calls again when it returns")
  func resolves() {
    var night = Night()
    night.raise("a", rule: "approval-waiting", .warning, cure: .leaving(state: "asking"))
    night.pass(.seconds(60))
    night.state("asking")
    night.state("working", agent: "%2")
    #expect(night.escalations.open.count == 1)
    night.state("working")
    #expect(night.escalations.open.isEmpty)
    night.pass(.seconds(2 * 3600))
    night.raise("b", rule: "approval-waiting", .warning, cure: .leaving(state: "asking"))
    night.pass(.seconds(60))
    #expect(night.kinds == [.opened, .resolved, .reopened])
    #expect(night.escalations.all.map(\.returns) == [1])
  }

  @Test("that comes and goes calls no more often than one that stays")
  func flaps() {
    var night = Night()
    for minute in 0..<60 {
      night.raise("a\(minute)", rule: "frozen", cure: .progress(from: "working"))
      night.pass(.seconds(30))
      night.state("idle")
      night.pass(.seconds(30))
    }
    let wanted = night.calls.filter { $0.kind != .resolved }
    #expect((2...12).contains(wanted.count))
    for (first, second) in zip(wanted, wanted.dropFirst()) {
      #expect(second.time - first.time >= .seconds(300))
    }
    // Nobody is told of the end of what nobody was told of.
    #expect(night.calls.count { $0.kind == .resolved } == wanted.count)
  }

  @Test("that was acknowledged stays quiet while it lasts, and calls when the deed is done once more")
  func acknowledged() {
    var night = Night()
    night.raise("a", rule: "approval-waiting", cure: .leaving(state: "asking"))
    night.raise("x", rule: "kubectl-apply")
    night.pass(.seconds(600))
    let known3 = night.acknowledge("all")
    #expect(known3 == 2)
    let before = night.calls.count
    night.pass(.seconds(3600))
    night.raise("b", rule: "approval-waiting", cure: .leaving(state: "asking"))
    night.pass(.seconds(3600))
    #expect(night.calls.count == before)
    night.raise("y", rule: "kubectl-apply")
    night.pass(.seconds(60))
    #expect(night.kinds.dropFirst(before) == [.reopened])
  }

  @Test("is held back while another of the agent explains it, and told when that has gone and it has not")
  func explained() {
    var night = Night()
    night.raise("a", rule: "rate-limited", .warning, cure: .work)
    night.raise("b", rule: "frozen", .warning, cure: .progress(from: "working"))
    night.raise("c", rule: "frozen", .warning, agent: "%2", cure: .progress(from: "working"))
    night.pass(.seconds(1800))
    #expect(night.calls.map(\.escalation.id) == ["a", "c"])
    let frozen = night.escalations.all[1]
    #expect(night.escalations.explanation(of: frozen, at: night.now, by: night.policy)?.id == "a")
    // Another one of the agents goes on; its frozen state goes as well.
    let said = Fact(time: .zero, agent: "%2", kind: .said, text: "Going on.", source: .pane)
    night.calls += night.escalations.hear(said, at: night.now)
    #expect(night.escalations.open.map(\.id) == ["a", "b"])
    let acked = night.acknowledge("a")
    #expect(acked == 1)
    night.pass(.seconds(1800))
    #expect(!night.calls.contains { $0.escalation.id == "b" })
    night.escalations = night.escalations.without("a")
    night.pass(.seconds(60))
    #expect(night.calls.last?.escalation.id == "b")
  }

  @Test("that matters more is not held back by one that matters less")
  func critical() {
    var night = Night()
    night.raise("a", rule: "rate-limited", .warning, cure: .work)
    night.raise("b", rule: "frozen", .critical, cure: .progress(from: "working"))
    night.pass(.zero)
    #expect(night.calls.map(\.escalation.id) == ["a", "b"])
  }

  @Test("is settled by a later line of its alert, but not by the line that it was called with")
  func settled() {
    var night = Night()
    var alert = Night.alert("a", "kubectl-apply", .critical, "%1", at: night.now)
    alert.outcome = .stopped
    night.escalations.take(alert, cure: .human, at: night.now, by: night.policy)
    night.pass(.zero)
    let settled4 = night.escalations.note(alert, at: night.now)
    #expect(settled4.isEmpty)
    #expect(night.escalations.open.count == 1)
    alert.outcome = .resolved
    let settled5 = night.escalations.note(alert, at: night.now)
    #expect(settled5.map(\.kind) == [.resolved])
    #expect(night.escalations.open.isEmpty)
  }

  @Test("ends with its pane when it was about something that stood still there")
  func paneGone() {
    var night = Night()
    night.raise("a", rule: "frozen", .warning, cure: .progress(from: "working"))
    night.raise("b", rule: "agent-exited", .critical, cure: .revival)
    night.raise("c", rule: "kubectl-apply", .critical)
    _ = night.escalations.leave("%1", at: night.now)
    #expect(night.escalations.open.map(\.id) == ["b", "c"])
    night.state("exited")
    night.state("idle")
    #expect(night.escalations.open.map(\.id) == ["c"])
  }

  @Test("waits in quiet hours unless it is critical, and comes with the others in one digest")
  func quietHours() throws {
    var night = Night(quiet: QuietHours(from: 22 * 60, to: 7 * 60))
    night.now = try #require(WallTime(iso8601: "2026-03-01T21:50:00Z"))
    night.raise("old", rule: "approval-waiting", .warning, cure: .leaving(state: "asking"))
    night.pass(.seconds(1200))
    #expect(night.kinds == [.opened])
    night.raise("a", rule: "frozen", .warning, agent: "%2", cure: .progress(from: "working"))
    night.raise("b", rule: "review-unread", .warning, agent: "%3")
    night.raise("c", rule: "kubectl-apply", .critical, agent: "%4")
    night.pass(.seconds(60))
    let known6 = night.acknowledge("c")
    #expect(known6 == 1)
    night.state("working")
    night.state("idle", agent: "%2")
    let before = night.calls
    #expect(before.map(\.escalation.id) == ["old", "c"])
    night.now = try #require(WallTime(iso8601: "2026-03-02T06:59:50Z"))
    let due7 = night.tick()
    #expect(due7.isEmpty)
    night.now = try #require(WallTime(iso8601: "2026-03-02T07:00:00Z"))
    let morning = night.tick()
    #expect(morning.map(\.kind) == [.digest])
    #expect(morning.first?.all.map(\.id) == ["b", "old", "a"])
    #expect(morning.first?.lines.map { $0.prefix(5) } == ["warni", "gone:", "gone:"])
    let later8 = night.pass(.seconds(1800))
    #expect(later8.isEmpty)
  }

  @Test("is silent while a human wishes so, and calls when that has run out and it is still there")
  func silenced() {
    var night = Night()
    let silence = Silence(
      id: "s", rules: Wildcard("kubectl-*"), agent: Wildcard("claude-code:%1"), made: night.now,
      lasts: .seconds(7200), by: "ada")
    let isTaken9 = night.escalations.add(silence)
    #expect(isTaken9)
    night.raise("a")
    night.raise("b", agent: "%2")
    night.raise("c", rule: "force-push")
    night.pass(.zero)
    #expect(night.calls.map(\.escalation.id) == ["b", "c"])
    night.pass(.seconds(7100))
    #expect(!night.calls.contains { $0.escalation.id == "a" })
    night.pass(.seconds(200))
    #expect(night.calls.last { $0.kind == .opened }?.escalation.id == "a")
    #expect(night.escalations.silences.isEmpty)
  }

  @Test("can be written down and read again in the middle of the night")
  func persisted() throws {
    var night = Night(quiet: QuietHours(from: 0, to: 0))
    night.raise("a", rule: "frozen", .warning, cure: .progress(from: "working"))
    night.raise("b", rule: "review-unread", .info, cure: .facts(["review-read"]))
    night.pass(.seconds(60))
    _ = night.acknowledge("b")
    let bytes = try night.escalations.jsonLine()
    #expect(try JSONDecoder().decode(Escalations.self, from: Data(bytes)) == night.escalations)
  }
}
