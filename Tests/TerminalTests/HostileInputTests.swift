import Support
import Testing

@testable import Terminal

@Suite("Hostile bytes")
struct HostileInputTests {
  @Test(
    "Any of these is survived, and the screen works afterwards",
    arguments: [
      "\u{1B}[100000;100000H", "\u{1B}[8;100000;100000t", "\u{1B}[99999999999999999999C",
      "\u{1B}[99999999999b", "\u{1B}[5b", "\u{1B}[99999999L", "\u{1B}[99999999@", "\u{1B}[99999S",
      "\u{1B}[99999T", "\u{1B}[3;2r\u{1B}[r", "\u{1B}[?69h\u{1B}[9;3s\u{1B}[?69l", "\u{1B}#8", "\u{1B}#6wide",
      "\u{1B}[" + String(repeating: "1;", count: 5000) + "m",
      "\u{1B}P" + String(repeating: "q", count: 100_000),
      "\u{1B}]0;" + String(repeating: "t", count: 100_000), "\u{1B}_apc", "\u{1B}Xsos", "\u{1B}^pm",
      "\u{9B}5m\u{85}", "\u{301}\u{301}\u{200D}", "a" + String(repeating: "\u{301}", count: 500), "\u{1B}c",
      "\u{1B}[!p", "\u{1B}[4h" + String(repeating: "i", count: 300), "\0\0\0", "\u{1B}[?1049h\u{1B}[?1049h",
      "\u{1B}[:::m\u{1B}[38;5m\u{1B}[38;2;999;999;999m",
    ])
  func survived(text: String) {
    var screen = Screen(rows: 5, columns: 20)
    screen.feed(Array(text.utf8)) { _ in }
    screen.feed(Array("\u{18}\u{1B}c\u{1B}[2;1Hstill here".utf8)) { _ in }
    screen.settle(force: true) { _ in }
    #expect(screen.text(ofRow: 1) == "still here")
  }

  @Test(
    "Sizes are clamped",
    arguments: [(100_000, 100_000, 500, 1000), (-5, 0, 1, 1), (Int.max, Int.min, 500, 1)])
  func sizes(rows: Int, columns: Int, expectedRows: Int, expectedColumns: Int) {
    var screen = Screen(rows: rows, columns: columns)
    #expect((screen.rows, screen.columns) == (expectedRows, expectedColumns))
    _ = screen.show("x")
    screen.resize(rows: 3, columns: 3)
    screen.resize(rows: rows, columns: columns)
    #expect((screen.rows, screen.columns) == (expectedRows, expectedColumns))
  }

  @Test("Control characters of two bytes print nothing, however they are cut") func c1() {
    var screen = Screen(rows: 3, columns: 20)
    for byte in Array("a\u{9B}b\u{85}c\u{A9}".utf8) { screen.feed([byte]) { _ in } }
    #expect(screen.text(ofRow: 0) == "abc©")
  }

  @Test("A flood without a new line keeps bounded memory and says what it lost") func flood() {
    var screen = Screen(rows: 5, columns: 20)
    let block = [UInt8](repeating: UInt8(ascii: "x"), count: 65_536)
    var lost = 0
    for _ in 0..<4 {
      screen.feed(block) { lost += $0.lostRows }
      screen.settle { frame in
        lost += frame.lostRows
        #expect(frame.scrolled.count <= Grid.departedCapacity)
        #expect(frame.lines.allSatisfy { $0.utf8.count <= 20 * 64 })
      }
    }
    #expect(lost > 0)
  }

  @Test(
    "Random bytes and sequences, resizes among them, never trap and never share identities", arguments: 0..<24
  )
  func fuzz(seed: Int) {
    var generator = Seeded(UInt64(seed + 1))
    var screen = Screen(rows: 6, columns: 18)
    for _ in 0..<150 {
      let bytes = hostilePiece(&generator)
      screen.feed(bytes) { check($0) }
      switch Int.random(in: 0..<12, using: &generator) {
      case 0:
        screen.resize(
          rows: Int.random(in: -1...30, using: &generator),
          columns: Int.random(in: -1...60, using: &generator))
      case 1: screen.settle(force: true) { check($0) }
      case 2:
        screen.load([String(decoding: bytes, as: UTF8.self), "two"], as: seed % 2 == 0 ? .resync : .baseline)
      default: screen.settle { check($0) }
      }
      #expect(screen.cursor.row >= 0 && screen.cursor.row < screen.rows)
      #expect(screen.cursor.column >= 0 && screen.cursor.column < screen.columns)
    }
  }

  private func check(_ frame: borrowing Frame) {
    #expect(Set(frame.lines.map(\.id)).count == frame.lines.count)
    #expect(frame.lines.reduce(0) { $0 + $1.rowCount } == frame.rows)
    #expect(frame.lines.allSatisfy { !$0.isNew || !$0.isRevised })
  }

  private func hostilePiece(_ generator: inout Seeded) -> [UInt8] {
    var bytes: [UInt8] = []
    for _ in 0..<Int.random(in: 1...12, using: &generator) {
      switch Int.random(in: 0..<8, using: &generator) {
      case 0: bytes += (0..<8).map { _ in UInt8.random(in: 0...255, using: &generator) }
      case 1: bytes += Array("line \(Int.random(in: 0...3, using: &generator))\r\n".utf8)
      case 2: bytes += Array("漢e\u{301}👍".utf8)
      case 3: bytes += Array("\u{1B}[H".utf8)
      case 4:
        bytes += Array("\u{1B}[?\([2026, 1049, 47, 69, 6, 7].randomElement(using: &generator)!)".utf8)
        bytes.append(Array("hl".utf8).randomElement(using: &generator)!)
      default:
        let numbers = (0..<Int.random(in: 0...3, using: &generator)).map { _ in
          String([0, 1, 2, 5, 7, 20, 1000, 99_999_999].randomElement(using: &generator)!)
        }
        bytes += Array("\u{1B}[\(numbers.joined(separator: ";"))".utf8)
        bytes.append(Array("ABCDEFGHIJKLMPSTXZ@`abdefgmrsu".utf8).randomElement(using: &generator)!)
      }
    }
    return bytes
  }
}
