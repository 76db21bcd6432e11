import Foundation
import Testing

@testable import Reenactment

/// The recorded sessions that the tests play.
enum Recordings {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "fixtures/recordings")

  static let names: [String] =
    ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [])
    .filter { $0.hasSuffix(".cast") }.sorted()

  static func cast(_ name: String) throws -> Cast {
    try Cast(parsing: Data(contentsOf: folder.appending(path: name)), file: name)
  }
}

/// A session that plays recordings on virtual time and remembers what it wrote and logged.
struct Stand {
  var session: Session
  var now: Duration = .zero
  var screen: Grid
  var written: [String] = []
  var records: [Record] = []
  private var keys = KeyParser()

  init(_ agent: Agent, width: Int = 120, height: Int = 40, deafFor: Int = 0) {
    session = Session(agent, width: width, height: height, deafFor: deafFor)
    screen = Grid(width: width, height: height)
  }

  mutating func play(_ cast: Cast, until end: Duration = .seconds(10_000)) {
    for event in cast.events where event.at >= now && event.at <= end {
      now = event.at
      take(session.follow(event.text, at: now))
    }
  }

  mutating func type(_ text: String) {
    var arrivals = keys.feed(text.utf8, at: now)
    now += KeyParser.patience
    arrivals += keys.settle(at: now)
    for arrival in arrivals { take(session.receive(arrival, at: now)) }
  }

  mutating func pass(_ duration: Duration) {
    now += duration
    take(session.tick(at: now))
  }

  mutating func take(_ effects: [Session.Effect]) {
    for effect in effects {
      switch effect {
      case .write(let text):
        written.append(text)
        screen.feed(text)
      case .log(let record): records.append(record)
      case .leave: records.append(Record("leave", at: now))
      }
    }
  }

  func logged(_ what: String) -> [Record] { records.filter { $0.what == what } }
}
