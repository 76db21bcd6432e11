import Testing

@testable import Terminal

@Suite("What a screen shows")
struct PaintingTests {
  @Test("Rows that the terminal wrapped are one line, rows that the program ended are not") func wrapping() {
    var screen = Screen(rows: 5, columns: 10)
    #expect(screen.show("0123456789abcdef\r\nnext") == ["+0123456789abcdef", "+next"])
    #expect(screen.lines()[0].rowCount == 2)
    #expect(screen.show("\u{1B}[4;1H0123456789\r\nx") == ["+0123456789", "+x"])
  }

  @Test("A wrapped line stays whole while it scrolls out") func wrappedOut() {
    var screen = Screen(rows: 2, columns: 10)
    #expect(screen.show("0123456789abcdefghijKLMNO") == ["+0123456789abcdefghijKLMNO"])
    #expect(screen.show("PQ") == ["*0123456789abcdefghijKLMNOPQ"])
    #expect(screen.show("\r\nend\r\n") == ["+end"])
  }

  @Test(
    "Wide and combining characters are kept whole",
    arguments: ["漢字かな", "e\u{301}a", "a👍b", "❯\u{A0}x", "👩\u{FE0F}", "→ ⎿ ●"])
  func characters(text: String) {
    var screen = Screen(rows: 3, columns: 20)
    _ = screen.show(text)
    #expect(screen.text(ofRow: 0) == text)
  }

  @Test("A wide character that does not fit wraps without a gap") func wideWrap() {
    var screen = Screen(rows: 3, columns: 5)
    #expect(screen.show("abcd漢字") == ["+abcd漢字"])
  }

  @Test("Half of a wide character that is painted over leaves a blank") func halves() {
    var screen = Screen(rows: 3, columns: 20)
    _ = screen.show("漢字\u{1B}[1;2Hx")
    #expect(screen.text(ofRow: 0) == " x字")
    _ = screen.show("\u{1B}[1;3Hy")
    #expect(screen.text(ofRow: 0) == " xy")
  }

  @Test("Insertions, deletions and regions move what they should") func moving() {
    var screen = Screen(rows: 5, columns: 10)
    _ = screen.show("abcdef\u{1B}[1;2H\u{1B}[2P")
    #expect(screen.text(ofRow: 0) == "adef")
    _ = screen.show("\u{1B}[1;2H\u{1B}[3@")
    #expect(screen.text(ofRow: 0) == "a   def")
    _ = screen.show(painted(["a", "b", "c", "d", "e"]) + "\u{1B}[2;4r\u{1B}[4;1H\n")
    #expect(screen.allText() == ["a", "c", "d", "", "e"])
    _ = screen.show("\u{1B}[2;1H\u{1B}M\u{1B}[r")
    #expect(screen.allText() == ["a", "", "c", "d", "e"])
    _ = screen.show("\u{1B}[1;1H\u{1B}[2L")
    #expect(screen.allText() == ["", "", "a", "", "c"])
  }

  @Test("A character is repeated on request, and nothing by nothing") func repeating() {
    var screen = Screen(rows: 2, columns: 10)
    _ = screen.show("\u{1B}[9b\u{1B}[Hab\u{1B}[3bc")
    #expect(screen.text(ofRow: 0) == "abbbbc")
  }

  @Test("A line knows how its first glyph is drawn") func style() {
    var screen = Screen(rows: 4, columns: 20)
    _ = screen.show(
      "  \u{1B}[1;38;5;174m●\u{1B}[m x\r\n\u{1B}[48;2;1;2;3;31my\u{1B}[m\r\nz\r\n\u{1B}[7;38;2;9;8;7mw")
    let styles = screen.lines().map(\.style)
    #expect(styles[0].foreground == .indexed(174))
    #expect(styles[0].isBold)
    #expect(styles[1].background == .rgb(red: 1, green: 2, blue: 3))
    #expect(styles[1].foreground == .indexed(1))
    #expect(styles[2] == .plain)
    #expect(styles[3].isReversed)
  }

  @Test("Title, bells and announcements are told") func announcements() {
    var screen = Screen(rows: 2, columns: 20)
    var told: [(String, Int, [String?])] = []
    screen.feed(
      Array(
        "\u{1B}]0;✳ Agent\u{7}\u{7}\u{7}\u{1B}]7501;state=working:app=codex\u{1B}\\\u{1B}]7501;?\u{7}x".utf8)
    ) { told.append(($0.title, $0.bells, $0.announcements.map { $0["state"] })) }
    #expect(told.count == 1, "an announcement is told when it is made")
    #expect(told[0].0 == "✳ Agent")
    #expect(told[0].1 == 2)
    #expect(told[0].2 == ["working"])
    screen.settle { told.append(($0.title, $0.bells, $0.announcements.map { $0["state"] })) }
    #expect(told.count == 2)
    #expect(told[1].2.isEmpty, "and once")
    #expect(screen.bellCount == 2)
    #expect(screen.text(ofRow: 0) == "x")
  }
}
