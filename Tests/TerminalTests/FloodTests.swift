import Testing

@testable import Terminal

@Suite("Ten megabytes without a new line")
struct FloodTests {
  @Test(
    "leave a screen that is no larger than before and reads what comes next",
    arguments: ["", "\u{1B}]0;", "\u{1B}P", "\u{1B}[", "\u{1B}[?2026h", "a\u{301}"])
  func flood(opening: String) {
    var screen = Screen(rows: 5, columns: 20)
    let filling = opening.unicodeScalars.last == "\u{301}" ? "\u{301}" : "1"
    let block = Array(String(repeating: filling, count: 65_536 / filling.utf8.count).utf8)
    var largest = 0
    screen.feed(Array(opening.utf8)) { _ in }
    for _ in 0..<160 {
      screen.feed(block) { largest = max(largest, Self.bytes(of: $0)) }
      screen.settle { largest = max(largest, Self.bytes(of: $0)) }
    }
    #expect(largest <= 20 * 64 * (5 + Grid.departedCapacity))
    screen.feed(Array("\u{18}\u{1B}[?2026l\u{1B}c\u{1B}[2;1Hstill here".utf8)) { _ in }
    screen.settle(force: true) { _ in }
    #expect(screen.text(ofRow: 1) == "still here")
  }

  private static func bytes(of frame: borrowing Frame) -> Int {
    (frame.scrolled + frame.lines).reduce(0) { $0 + $1.text.utf8.count }
  }
}
