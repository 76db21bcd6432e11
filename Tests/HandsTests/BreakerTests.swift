import Hands
import Rulebook
import Testing

@Suite("The breaker")
struct BreakerTests {
  private func at(_ minutes: Int) -> Instant { Instant.zero + .seconds(60 * minutes) }

  @Test("lets an agent be corrected so often an hour, then only calls, and lets it again as time passes")
  func agent() {
    var breaker = Breaker(caps: .init(agent: 3, fleet: 100))
    for minute in 0..<3 { #expect(breaker.objection(to: "%1", at: at(minute)) == nil) }
    let why = breaker.objection(to: "%1", at: at(3))
    #expect(why == "the agent was corrected 3 times within an hour; only you are called")
    #expect(breaker.objection(to: "%2", at: at(3)) == nil)
    // What was refused does not count.
    #expect(breaker.objection(to: "%1", at: at(60)) == nil)
    #expect(breaker.objection(to: "%1", at: at(60)) != nil)
  }

  @Test("counts the fleet, and begins anew when the human says so")
  func fleet() {
    var breaker = Breaker(caps: .init(agent: 10, fleet: 12))
    for number in 0..<12 { #expect(breaker.objection(to: "%\(number % 3)", at: at(1)) == nil) }
    #expect(breaker.objection(to: "%9", at: at(2))?.hasPrefix("all agents together") == true)
    breaker.close()
    #expect(breaker.objection(to: "%9", at: at(2)) == nil)
  }
}
