import Processes
import Testing

@testable import Sidecar

@Suite("The pulse of an agent")
struct AgentPulseTests {
  private static let child = ProcessIdentity(id: 7, start: 70)
  private static let other = ProcessIdentity(id: 8, start: 80)

  private static func reading(
    _ received: [UInt64: UInt64]?, _ work: [ProcessIdentity: (UInt64, UInt64)] = [:]
  )
    -> AgentPulse.Reading
  {
    AgentPulse.Reading(received: received, work: work.mapValues { ProcessWork(ticks: $0.0, written: $0.1) })
  }

  /// Whether each reading after the first was felt.
  private static func felt(_ readings: [AgentPulse.Reading]) -> [Bool] {
    var pulse = AgentPulse()
    return Array(readings.map { pulse.feel($0) }.dropFirst())
  }

  @Test("is not felt at the first reading, whatever stands there")
  func first() {
    var pulse = AgentPulse()
    let isFelt = pulse.feel(Self.reading([1: 1_000_000], [Self.child: (900, 900_000)]))
    #expect(!isFelt)
  }

  @Test("is every byte that was received, also on a new connection, and no silence")
  func received() {
    let readings = [
      Self.reading([1: 100]), Self.reading([1: 101]), Self.reading([1: 101]), Self.reading([1: 101, 2: 5]),
      Self.reading([2: 5]), Self.reading([2: 5, 3: 0]), Self.reading([:]),
    ]
    #expect(Self.felt(readings) == [true, false, true, false, false, false])
  }

  @Test("is not felt where connections cannot be told, before or after")
  func untold() {
    #expect(Self.felt([Self.reading(nil), Self.reading([1: 100]), Self.reading(nil)]) == [false, false])
  }

  @Test("is the work of its children: five ticks or 64 bytes, and not what only keeps itself alive")
  func work() {
    let readings = [
      Self.reading(nil, [Self.child: (10, 1000)]), Self.reading(nil, [Self.child: (14, 1063)]),
      Self.reading(nil, [Self.child: (19, 1063)]), Self.reading(nil, [Self.child: (19, 1127)]),
    ]
    #expect(Self.felt(readings) == [false, true, true])
  }

  @Test("is the sum of all its children, and a child that ended or came does not take from it")
  func sum() {
    let readings = [
      Self.reading(nil, [Self.child: (10, 0), Self.other: (10, 0)]),
      Self.reading(nil, [Self.child: (12, 0), Self.other: (13, 0)]),
      Self.reading(nil, [Self.other: (13, 0)]),
      // Another process by now, under the same number.
      Self.reading(nil, [ProcessIdentity(id: 8, start: 99): (5, 0)]),
      Self.reading(nil, [ProcessIdentity(id: 8, start: 99): (6, 0)]),
    ]
    #expect(Self.felt(readings) == [true, false, true, false])
  }
}
