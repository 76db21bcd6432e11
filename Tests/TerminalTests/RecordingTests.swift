import Support
import Testing

@testable import Terminal

@Suite("Recordings of real agents")
struct RecordingTests {
  @Test("There are recordings to test with") func recordingsExist() {
    #expect(Cast.names.count >= 20)
  }

  @Test(
    "A recording gives the same news whole, by event, byte by byte and in random pieces",
    arguments: Cast.names)
  func piecesDoNotMatter(name: String) throws {
    let cast = try Cast(name)
    let whole = news(cast, pieces: [cast.bytes], settlesParked: false)
    #expect(!whole.isEmpty)
    expectSame(news(cast, pieces: cast.events, settlesParked: true), whole, "by event")
    expectSame(news(cast, pieces: cast.bytes.map { [$0] }, settlesParked: false), whole, "byte by byte")
    var generator = Seeded(7)
    var pieces: [[UInt8]] = []
    var rest = cast.bytes[...]
    while !rest.isEmpty {
      let count = min(rest.count, Int.random(in: 1...97, using: &generator))
      pieces.append(Array(rest.prefix(count)))
      rest = rest.dropFirst(count)
    }
    expectSame(news(cast, pieces: pieces, settlesParked: false), whole, "in random pieces")
  }

  @Test("No two lines of a frame share an identity", arguments: Cast.names)
  func identitiesAreUnique(name: String) throws {
    let cast = try Cast(name)
    var screen = Screen(rows: cast.rows, columns: cast.columns)
    for event in cast.events {
      screen.feed(event) { #expect(Set($0.lines.map(\.id)).count == $0.lines.count) }
    }
  }

  private func news(_ cast: Cast, pieces: [[UInt8]], settlesParked: Bool) -> [String] {
    var screen = Screen(rows: cast.rows, columns: cast.columns)
    var news: [String] = []
    for piece in pieces {
      screen.feed(piece) { news += newsOf($0) }
      if settlesParked, screen.isParked { screen.settle { news += newsOf($0) } }
    }
    screen.settle(force: true) { news += newsOf($0) }
    return news
  }

  private func expectSame(_ news: [String], _ expected: [String], _ how: Comment) {
    guard news != expected else { return }
    let difference = zip(news, expected).enumerated().first { $1.0 != $1.1 }
    Issue.record(
      "\(how): \(news.count) and \(expected.count) lines; first at \(String(describing: difference))")
  }
}
