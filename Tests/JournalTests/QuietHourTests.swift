import Journal
import Testing

@Suite("Quiet hours")
struct QuietHourTests {
  @Test("may lie across midnight, and are those of the human's zone")
  func midnight() throws {
    let hours = QuietHours(from: 22 * 60, to: 7 * 60)
    func isQuiet(_ time: String, east: Int = 0) throws -> Bool {
      hours.contains(try #require(WallTime(iso8601: time)), secondsEast: east)
    }
    #expect(try isQuiet("2026-03-01T22:00:00Z"))
    #expect(try isQuiet("2026-03-01T06:59:59Z"))
    #expect(try !isQuiet("2026-03-01T07:00:00Z"))
    #expect(try !isQuiet("2026-03-01T21:59:59Z"))
    #expect(try isQuiet("2026-03-01T21:00:00Z", east: 3600))
    #expect(try isQuiet("1969-12-31T23:00:00Z"))
  }

  @Test(
    "are read as people write them",
    arguments: [
      ("22:00", 1320), ("7:05", 425), ("24:00", nil), ("7", nil), ("07:60", nil), ("+7:00", nil),
      ("7:5", nil),
    ] as [(String, Int?)])
  func spelled(_ text: String, _ minutes: Int?) {
    #expect(QuietHours.minutes(text) == minutes)
  }
}
