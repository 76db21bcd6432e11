import Foundation
import Rulebook
import Support
import Testing

/// Agents at work for some hours, side by side: what the senses would tell, and what must come of it.
private struct Night {
  static let hours = 9.0
  let facts: [Fact]
  let plants: [Plant]

  init(seed: UInt64) {
    var chance = Seeded(seed)
    var facts: [Fact] = []
    var plants: [Plant] = []
    for number in 0..<3 {
      var shift = NightShift(
        agent: "%\(number)", kind: NightShift.Kind.allCases[number % 3], seed: chance.next(),
        start: Double.random(in: 0...600, using: &chance))
      shift.turn(.idle)
      shift.showContext()
      while shift.now < Self.hours * 3600 {
        if shift.happens(0.12) { shift.beTroubled() } else { shift.beHealthy() }
      }
      facts += shift.facts
      plants += shift.plants
    }
    self.facts = facts.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }
      .map(\.element)
    self.plants = plants
  }
}

/// One after the other, so that tests with deadlines of their own have a thread beside them.
@Suite("Generated nights", .serialized)
struct NightTests {
  private static let seeds = Array(UInt64(1)...24)

  @Test("have every planted trouble told within its deadline, and not one false alarm", arguments: seeds)
  func night(_ seed: UInt64) {
    let night = Night(seed: seed)
    let judge = Judge(Fixtures.library.rulebook)
    var verdicts = night.facts.flatMap { judge.judge($0) }
    verdicts += judge.tick(at: Instant(seconds: (Night.hours + 3) * 3600))
    var open = night.plants
    for verdict in verdicts where !Self.ignored.contains(verdict.rule.id) {
      let time = verdict.time.seconds
      let isOf = { (plant: Plant) in plant.rule == verdict.rule.id && plant.agent == verdict.fact.agent }
      if let index = open.firstIndex(where: { isOf($0) && $0.due.contains(time) }) {
        open.remove(at: index)
      } else if !night.plants.contains(where: { isOf($0) && time > $0.due.lowerBound && time <= $0.until }) {
        Issue.record(
          "night \(seed): false alarm at \(time) s of \(verdict.fact.agent): \(verdict.rule.id): \(verdict.why)"
        )
      }
    }
    for plant in open { Issue.record("night \(seed): not told: \(plant)") }
  }

  /// What a command may do is not the matter here.
  private static let ignored: Set<String> = ["opaque-command"]

  @Test(
    "are long and mixed: every trouble that is watched for stands in some, and most of what is told is healthy"
  )
  func mixed() {
    let nights = Self.seeds.map(Night.init)
    let planted = Set(nights.flatMap { $0.plants.map(\.rule) })
    let watched = Set(
      Fixtures.library.rulebook.rules.filter { StuckRecordingTests.watches($0.id) && !$0.isQuiet }.map(\.id))
    // One takes the place of another where the user says so; no night tells of single processes.
    #expect(watched.subtracting(planted).sorted() == ["fork-storm", "hook-loop-bypass"])
    let hours = Night.hours * Double(nights.count)
    #expect(hours >= 200)
    let facts = nights.reduce(0) { $0 + $1.facts.count }
    let plants = nights.reduce(0) { $0 + $1.plants.count }
    #expect(facts > 20 * plants)
  }

  @Test("are the same for the same seed")
  func seeded() {
    #expect(Night(seed: 7).facts == Night(seed: 7).facts)
    #expect(Night(seed: 7).facts != Night(seed: 8).facts)
  }
}
