import Foundation
import Testing

@testable import Reenactment

@Suite("Recordings and their schedule")
struct CastTests {
  static let header = #"{"version": 2, "width": 80, "height": 24, "title": "claude: x"}"#

  @Test("Every shipped recording is read and its agent recognised", arguments: Recordings.names)
  func reads(_ name: String) throws {
    let cast = try Recordings.cast(name)
    #expect(cast.events.count > 40)
    let expected: Agent = name.contains(".claude.") ? .claude : .codex
    #expect(Agent.recognised(in: cast) == expected)
  }

  @Test("Without a title the screen tells the agent", arguments: ["deploy.claude.cast", "deploy.codex.cast"])
  func recognisesScreen(_ name: String) throws {
    let whole = try String(contentsOf: Recordings.folder.appending(path: name), encoding: .utf8)
    let body = whole.split(separator: "\n").dropFirst().joined(separator: "\n")
    let cast = try Cast(
      parsing: Data((#"{"version": 2, "width": 120, "height": 40}"# + "\n" + body).utf8), file: name)
    #expect(Agent.recognised(in: cast) == (name.contains("claude") ? .claude : .codex))
  }

  @Test(
    "A broken line is named with its number and what to write instead",
    arguments: [
      ("", "a.cast:1: the file is empty"),
      ("hello", "a.cast:1: no asciicast header"),
      (#"{"version": 3, "width": 80, "height": 24}"#, "a.cast:1: asciicast version 3"),
      (#"{"version": 2, "width": 0, "height": 24}"#, "a.cast:1: a size of 0x24"),
      (header + "\n[0.1, \"o\", \"x\"]\n[0.2, \"o\", \"x\"", "a.cast:3: no JSON; write [seconds"),
      (header + "\n\n{\"a\": 1}", "a.cast:3: no event; write [seconds"),
      (header + "\n[1, \"o\", \"x\"]\n[0.5, \"o\", \"x\"]", "a.cast:3: the time 0.5 seconds is before"),
      (header + "\n[-1, \"o\", \"x\"]", "a.cast:2: the time -1.0 is out of range"),
    ])
  func refuses(_ text: String, _ message: String) {
    #expect {
      try Cast(parsing: Data(text.utf8), file: "a.cast")
    } throws: { error in
      "\(error)".hasPrefix(message)
    }
  }

  @Test("What is no output is left out")
  func leavesInputOut() throws {
    let text = Self.header + "\n[0.1, \"i\", \"x\"]\n[0.2, \"o\", \"y\"]\n[0.3, \"m\", \"z\"]\n"
    #expect(try Cast(parsing: Data(text.utf8), file: "a").events.map(\.text) == ["y"])
  }

  private func cast() throws -> Cast {
    let text = Self.header + "\n[1, \"o\", \"a\"]\n[3, \"o\", \"b\"]\n[7, \"o\", \"c\"]\n"
    return try Cast(parsing: Data(text.utf8), file: "a")
  }

  private func dues(_ schedule: Schedule) -> [Duration] {
    var schedule = schedule
    var result: [Duration] = []
    while let cue = schedule.next {
      result.append(cue.due)
      schedule.advance()
    }
    return result
  }

  @Test("Events are due at their recorded times, divided by the speed, after the start")
  func plays() throws {
    #expect(dues(Schedule(try cast())) == [.seconds(1), .seconds(3), .seconds(7)])
    #expect(
      dues(Schedule(try cast(), speed: 2, start: .seconds(100)))
        == [.milliseconds(100_500), .milliseconds(101_500), .milliseconds(103_500)])
  }

  @Test("What is before the first second is due at once, what is after the last is left out")
  func cuts() throws {
    #expect(dues(Schedule(try cast(), from: .seconds(3), until: .seconds(6))) == [.zero, .zero])
    #expect(dues(Schedule(try cast(), from: .seconds(5))) == [.zero, .zero, .seconds(2)])
  }

  @Test("Laps follow each other a second apart, and the rest of one can be left out")
  func laps() throws {
    #expect(
      dues(Schedule(try cast(), laps: 2)) == [1, 3, 7, 9, 11, 15].map { .seconds($0) })
    var schedule = Schedule(try cast(), laps: 2)
    schedule.advance()
    schedule.skipLap(to: .seconds(20))
    #expect(schedule.next == Schedule.Cue(event: 0, due: .seconds(21), lap: 1))
    #expect(schedule.lapsLeft == 0)
  }
}
