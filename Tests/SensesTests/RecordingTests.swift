import Foundation
import Rulebook
import Senses
import Testing

@Suite("A recording")
struct RecordingTests {
  private static let header = #"{"version": 2, "width": 100, "height": 30, "title": "t"}"#

  @Test("is read with its size, its times and its resizes")
  func read() throws {
    let text =
      Self.header + "\n[0.5, \"o\", \"a\\u001b[1m\"]\n[0.7, \"r\", \"120x40\"]\n[0.9, \"i\", \"x\"]\n"
    let recording = try Recording(Data(text.utf8), name: "x.cast")
    #expect(recording.rows == 30)
    #expect(recording.columns == 100)
    #expect(recording.title == "t")
    #expect(
      recording.events == [
        .init(time: Instant(seconds: 0.5), event: .output(Array("a\u{1B}[1m".utf8))),
        .init(time: Instant(seconds: 0.7), event: .resize(rows: 40, columns: 120)),
      ])
  }

  @Test("may be raw bytes")
  func raw() throws {
    let recording = try Recording(Data([0x1B, 0x5B, 0x48, 0xFF]), name: "x.raw")
    #expect(recording.events.count == 1)
  }

  @Test("never goes back in time")
  func backInTime() throws {
    let text = Self.header + "\n[2, \"o\", \"a\"]\n[1, \"o\", \"b\"]\n"
    let recording = try Recording(Data(text.utf8), name: "x.cast")
    #expect(recording.events.map(\.time.seconds) == [2, 2])
  }

  @Test(
    "that is broken says in which line and how it should look",
    arguments: [
      ("{", #"x.cast:1: is no asciicast header; it looks like {"version": 2, "width": 120, "height": 40}"#),
      (
        #"{"version": 3, "width": 1, "height": 1}"#,
        "x.cast:1: is asciicast version 3; convert it to version 2"
      ),
      (header + "\n[1, \"o\"]", #"x.cast:2: is no event; an event looks like [1.5, "o", "text"]"#),
      (header + "\n\nnonsense", #"x.cast:3: is no event; an event looks like [1.5, "o", "text"]"#),
      (header + "\n[1, \"r\", \"wide\"]", #"x.cast:2: is a resize without a size; write it as "120x40""#),
    ])
  func broken(_ text: String, _ message: String) {
    #expect {
      try Recording(Data(text.utf8), name: "x.cast")
    } throws: { "\($0)" == message }
  }

  @Test("that is not there says so")
  func missing() {
    #expect {
      try Recording(path: "/nowhere/x.cast")
    } throws: { "\($0)" == "/nowhere/x.cast: cannot be read; is the path right?" }
  }

  @Test("whose program paints outside its window is given a larger one until it clears and fits again")
  func inferredSizes() throws {
    let text =
      Self.header
      + "\n[1, \"o\", \"\\u001b[2J\\u001b[30;100Hfits\"]\n[2, \"o\", \"\\u001b[2J\\u001b[10;120Hx\"]"
      + "\n[3, \"o\", \"\\u001b[35;1Hy\"]\n[4, \"o\", \"\\u001b[2J\\u001b[30;1Hz\"]\n"
    let recording = try Recording(Data(text.utf8), name: "x.cast").withInferredSizes()
    let sizes = recording.events.compactMap { timed -> String? in
      guard case .resize(let rows, let columns) = timed.event else { return nil }
      return "\(timed.time.seconds): \(rows)x\(columns)"
    }
    #expect(sizes == ["2.0: 35x240", "4.0: 30x100"])
  }
}
