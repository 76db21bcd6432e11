import Foundation
import Testing

@testable import Reenactment

@Suite("The small screen and the log")
struct GridTests {
  @Test(
    "Output is painted where a terminal paints it",
    arguments: [
      ("ab\u{1B}[1;6Hcd", ["ab   cd", "", ""]),
      ("a\r\nb\nc", ["a", "b", " c"]),
      ("12345678901", ["1234567890", "1", ""]),
      ("a\r\nb\r\nc\r\nd", ["b", "c", "d"]),
      ("abc\u{1B}[2D\u{1B}[K", ["a", "", ""]),
      ("abc\u{1B}[2J", ["", "", ""]),
      ("a\u{1B}[3Gb\u{1B}[Bc", ["a b", "   c", ""]),
      ("漢b\u{1B}[1;4Hc", ["漢bc", "", ""]),
      ("e\u{301}x", ["e\u{301}x", "", ""]),
      ("a\r\nb\u{1B}[H\u{1B}[L", ["", "a", "b"]),
      ("a\r\nb\r\nc\u{1B}[2;3r\u{1B}[3;1H\n", ["a", "c", ""]),
      ("abcd\u{1B}[1;2H\u{1B}[2P", ["ad", "", ""]),
      ("\u{1B}]0;title\u{07}\u{1B}[?25l\u{1B}[>5u\u{1B}[0 q\u{1B}P>|x\u{1B}\\ok", ["ok", "", ""]),
    ])
  func paints(_ output: String, _ rows: [String]) {
    var whole = Grid(width: 10, height: 3)
    whole.feed(output)
    #expect(whole.rows == rows)
    var pieces = Grid(width: 10, height: 3)
    for scalar in output.unicodeScalars { pieces.feed(String(scalar)) }
    #expect(pieces == whole)
  }

  @Test("Any text at all is survived, on any size", arguments: [(1, 1), (2, 3), (80, 24)])
  func survives(_ width: Int, _ height: Int) {
    let parts = [
      "\u{1B}", "[", "]", "?", ";", "9999999999", "-1", "H", "K", "J", "L", "M", "P", "@", "X", "r", "漢",
      "\u{301}", "\n", "\r", "\t", "\u{8}", "S", "T", "A", "B", "C", "D", "7", "8", "c", "x", "1049", "h",
    ]
    for _ in 0..<200 {
      var grid = Grid(width: width, height: height)
      grid.feed((0..<200).map { _ in parts.randomElement()! }.joined())
      #expect(grid.rows.count == height)
    }
  }

  @Test("The end of a recorded session is on the screen")
  func recorded() throws {
    let cast = try Recordings.cast("deploy.claude.cast")
    var grid = Grid(width: cast.width, height: cast.height)
    for event in cast.events { grid.feed(event.text) }
    #expect(grid.text(32) == "● The new version is live.")
    #expect(grid.title == "✳ Claude Code")
  }

  @Test("A log line is JSON, whatever it holds")
  func logs() throws {
    let text = "a\"b\\c\n\u{1B}\u{7F}é\u{2028}"
    let record = Record(
      "text", at: .seconds(2), [("text", .text(text)), ("ms", .decimal(.nan)), ("ok", .flag(true))])
    let line = record.line(wallOffset: .seconds(1_000_000_000))
    let read = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    #expect(read["text"] as? String == text)
    #expect(read["t"] as? Int == 2_000_000_000)
    #expect(read["wall"] as? Int == 1_000_000_002_000_000_000)
    #expect(line.hasSuffix("}\n") && line.filter { $0 == "\n" }.count == 1)
  }

  @Test("Percentiles are values that were measured")
  func percentiles() {
    let summary = RoundsSummary(escapes: [3, 1, 2, 4], prompts: [], rounds: 5, expectsPrompt: false)
    #expect(RoundsSummary.percentile(0.5, of: summary.escapes) == 2)
    #expect(RoundsSummary.percentile(0.99, of: summary.escapes) == 4)
    #expect(RoundsSummary.percentile(0.5, of: []) == nil)
    #expect(summary.missing == 1)
    #expect(summary.description.contains("p99 4.0 ms"))
  }
}
