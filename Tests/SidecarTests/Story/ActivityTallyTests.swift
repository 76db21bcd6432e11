import Journal
import Rulebook
import Testing

@testable import Sidecar

@Suite("What is counted of an agent")
struct ActivityTallyTests {
  private func command(
    _ text: String, _ phase: Fact.Phase, at seconds: Double, story: UInt64?, source: Fact.Source = .pane
  ) -> Fact {
    Fact(
      time: Instant(seconds: seconds), agent: "%3", kind: .command, text: text,
      fields: ["phase": .string(phase.rawValue)], source: source, story: story)
  }

  private func made(_ kind: String, at seconds: Double, story: UInt64?, url: String? = nil) -> Fact {
    Fact(
      time: Instant(seconds: seconds), agent: "%3", kind: Fact.Kind(rawValue: kind), text: "",
      fields: url.map { ["url": .string($0)] } ?? [:], source: .pane, story: story)
  }

  @Test("a command counts once, whichever senses tell of it, and not when it was only asked for")
  func commands() {
    var tally = ActivityTally()
    tally.note(command("ls", .asked, at: 1, story: 1, source: .hook))
    #expect(tally.take(at: Instant(seconds: 1)) == nil)
    tally.note(command("ls", .running, at: 2, story: 1))
    tally.note(command("cd x", .running, at: 2, story: 1))
    tally.note(command("ls", .ran, at: 3, story: 1, source: .hook))
    tally.note(command("cc1", .running, at: 3, story: 1, source: .exec))
    tally.note(command("make", .ran, at: 4, story: 2))
    let taken = tally.take(at: Instant(seconds: 5))
    #expect(taken?.commands == 2 && taken?.last == WallTime(Instant(seconds: 4)))
    #expect(tally.take(at: Instant(seconds: 6)) == nil)
  }

  @Test("a commit that is both printed and ended is one, and a pull request keeps its address")
  func made() {
    var tally = ActivityTally()
    tally.note(emitted: made("commit-made", at: 1, story: 1))
    tally.note(emitted: made("commit-made", at: 1.2, story: 1))
    tally.note(emitted: made("commit-made", at: 9, story: 2))
    tally.note(emitted: made("pr-opened", at: 9, story: 3))
    tally.note(emitted: made("pr-opened", at: 9, story: 3, url: "https://github.com/shop/web/pull/7"))
    tally.note(emitted: made("hook-failed", at: 9, story: 4))
    tally.note(emitted: made("error-line", at: 99, story: 5))
    let taken = tally.take(at: Instant(seconds: 10))
    #expect(taken?.commits == 2 && taken?.pulls == 1 && taken?.hookFailures == 1)
    #expect(taken?.urls == ["https://github.com/shop/web/pull/7"])
    #expect(taken?.last == WallTime(Instant(seconds: 9)))
  }

  @Test("time in hooks is that of commands that run them, each second once, over tallies")
  func hooks() {
    var tally = ActivityTally()
    tally.note(command("git commit -m x", .running, at: 10, story: 1))
    tally.note(command("git push", .running, at: 12, story: 2))
    #expect(tally.take(at: Instant(seconds: 15))?.hooks == 5)
    tally.note(command("git commit -m x", .ran, at: 16, story: 1))
    tally.note(command("git push", .ran, at: 20, story: 2))
    #expect(tally.take(at: Instant(seconds: 60))?.hooks == 5)
    tally.note(command("git commit -m y", .running, at: 70, story: 3))
    tally.note(
      Fact(
        time: Instant(seconds: 74), agent: "%3", kind: .state, text: "idle",
        fields: ["state": .string("idle")],
        source: .pane))
    #expect(tally.take(at: Instant(seconds: 90))?.hooks == 4)
    tally.note(command("git commit-graph write", .running, at: 91, story: 4))
    #expect(tally.take(at: Instant(seconds: 99))?.hooks == 0)
  }
}
