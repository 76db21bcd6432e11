import Testing

@testable import Terminal

@Suite("When a screen is settled")
struct SettlingTests {
  @Test("A synchronized update is one frame, and nothing settles inside") func synchronized() {
    var screen = Screen(rows: 4, columns: 20)
    #expect(screen.show("\u{1B}[?2026hhalf").isEmpty)
    #expect(screen.isSynchronizing == true)
    #expect(screen.isParked == false)
    #expect(screen.show(" painted\u{1B}[?2026l", settles: false) == ["+half painted"])
    #expect(screen.isDirty == false)
  }

  @Test("A synchronized update that never ends can be forced") func forced() {
    var screen = Screen(rows: 4, columns: 20)
    _ = screen.show("\u{1B}[?2026hlast words")
    var news: [String] = []
    screen.settle(force: true) { news = newsOf($0) }
    #expect(news == ["+last words"])
    #expect(screen.isSynchronizing == false)
  }

  @Test("The cursor going home ends a frame that was painted") func home() {
    var screen = Screen(rows: 4, columns: 20)
    #expect(screen.show("one\r\n\u{1B}[H", settles: false) == ["+one"])
    #expect(screen.show("\u{1B}[1;1H", settles: false).isEmpty)
  }

  @Test("A row drawn from home and a carriage return there end nothing") func returnAtTop() {
    var screen = Screen(rows: 4, columns: 20)
    #expect(screen.show("\u{1B}[Habc\r\u{1B}[1Bdef\u{1B}[H", settles: false) == ["+abc", "+def"])
  }

  @Test("Clearing all rows, going home and painting the same again is one frame without news") func clearing()
  {
    var screen = Screen(rows: 3, columns: 20)
    #expect(screen.show(painted(["a", "b", "c"])) == ["+a", "+b", "+c"])
    let clear = "\u{1B}[2K\u{1B}[1B\u{1B}[2K\u{1B}[1B\u{1B}[2K\u{1B}[H"
    #expect(screen.show("\u{1B}[H" + clear, settles: false).isEmpty)
    #expect(screen.isParked == false)
    #expect(screen.show("a\r\u{1B}[1Bb\r\u{1B}[1Bd\u{1B}[3;1H") == ["+d"])
  }

  @Test(
    "A screen is parked after a placement or a plain new line, not inside a sequence or after a glyph",
    arguments: [
      ("text\u{1B}[2;3H", true), ("text\u{1B}[2;3H\u{1B}[?25h\u{1B}[0m", true), ("text\r\n", true),
      ("text\u{1B}8", true), ("text", false), ("text\n", false), ("text\u{1B}[2;3Hx", false),
      ("text\u{1B}[2;3H\u{1B}[", false), ("text\u{1B}[2;3H\u{1B}[1B", false), ("\u{1B}[2K\u{1B}[H", true),
      ("text\u{1B}[2;3H\u{1B}]0;title\u{7}", true), ("text\u{1B}[2;3H\u{1B}[K", false),
    ])
  func parked(text: String, isParked: Bool) {
    var screen = Screen(rows: 4, columns: 20)
    screen.feed(Array(text.utf8)) { _ in }
    #expect(screen.isParked == isParked)
  }

  @Test(
    "A frame that began at home is midway until the cursor is placed, or the frame is handed out",
    arguments: [
      ("text", false), ("\u{1B}[H", false), ("\u{1B}[Htext", true), ("\u{1B}[Htext\u{1B}[1Bmore", true),
      ("\u{1B}[Htext\u{1B}[4;1H", false), ("\u{1B}[Htext\u{1B}[4;1H\u{1B}[2;3H", false),
      ("\u{1B}[Hone\u{1B}[Htwo", true), ("\u{1B}[Htext\r\n", false), ("\u{1B}[H\u{1B}[2K", false),
    ])
  func midway(text: String, isMidway: Bool) {
    var screen = Screen(rows: 4, columns: 20)
    screen.feed(Array(text.utf8)) { _ in }
    #expect(screen.isMidway == isMidway)
    screen.settle { _ in }
    #expect(screen.isMidway == false)
  }

  @Test("A frame is handed out only when something changed") func nothing() {
    var screen = Screen(rows: 4, columns: 20)
    _ = screen.show("text\r\n")
    var frames = 0
    screen.feed(Array("\u{1B}[H\u{1B}[1;1Htext\u{1B}[H".utf8)) { _ in frames += 1 }
    screen.settle { _ in frames += 1 }
    #expect(frames <= 1)
  }
}
