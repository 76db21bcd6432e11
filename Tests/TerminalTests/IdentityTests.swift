import Testing

@testable import Terminal

@Suite("Which line is which")
struct IdentityTests {
  @Test("Repainting the same text is nothing new; after it had gone it is new") func repainting() {
    var screen = Screen(rows: 4, columns: 20)
    #expect(screen.show(painted(["one", "$ apply"])) == ["+one", "+$ apply"])
    #expect(screen.show(painted(["one", "$ apply"])).isEmpty)
    #expect(screen.show("\u{1B}[2;1H\u{1B}[2KDone") == ["+Done"])
    #expect(screen.show("\u{1B}[2;1H\u{1B}[2K$ apply") == ["+$ apply"])
  }

  @Test("Two equal lines are two identities, and the second is new") func twice() {
    var screen = Screen(rows: 6, columns: 20)
    #expect(screen.show("$ apply\r\nok\r\n") == ["+$ apply", "+ok"])
    #expect(screen.show("$ apply\r\n") == ["+$ apply"])
    #expect(Set(screen.lines().map(\.id)).count == 3)
  }

  @Test("Scrolled rows keep their identity; only what came in is new") func scrolling() {
    var screen = Screen(rows: 3, columns: 20)
    _ = screen.show("ok\r\nok\r\nok")
    let before = screen.lines().map(\.id)
    #expect(screen.show("\r\nok") == ["+ok"])
    #expect(screen.lines().map(\.id).prefix(2) == before.suffix(2))
  }

  @Test("Lines that scrolled by within one read are told, in order") func flood() {
    var screen = Screen(rows: 3, columns: 20)
    let text = (1...50).map { "line \($0)\r\n" }.joined()
    #expect(screen.show(text) == (1...50).map { "+line \($0)" })
  }

  @Test("A program that scrolls by repainting brings only one new line") func repaintedScroll() {
    var screen = Screen(rows: 6, columns: 30)
    let header = "header"
    let rows = ["● first", "  out", "● second", "  out", "● third", "  out"]
    _ = screen.show(painted([header] + rows[0..<4] + ["> box"]))
    let second = screen.lines().first { $0.text == "● second" }?.id
    #expect(screen.show(painted([header] + rows[1..<5] + ["> box"])) == ["+● third"])
    #expect(screen.lines().first { $0.text == "● second" }?.id == second)
  }

  @Test("The same command run again by a program that repaints is new once") func repaintedTwice() {
    var screen = Screen(rows: 5, columns: 30)
    _ = screen.show(painted(["A", "$ make", "$ make", "B", "> box"]))
    #expect(screen.show(painted(["$ make", "$ make", "B", "$ make", "> box"])) == ["+$ make"])
  }

  @Test("An extended line is revised under its identity; another text is a new line") func growth() {
    var screen = Screen(rows: 3, columns: 30)
    _ = screen.show("\u{1B}[1;1Hkubectl")
    let id = screen.lines()[0].id
    #expect(screen.show(" apply") == ["*kubectl apply"])
    #expect(screen.lines()[0].id == id)
    #expect(screen.lines()[0].revision == 1)
    #expect(screen.show("\u{1B}[1;1HRan one\u{1B}[K") == ["+Ran one"])
    #expect(screen.lines()[0].id != id)
  }

  @Test("A line that grows while the screen scrolls by repainting is revised") func growthInScroll() {
    var screen = Screen(rows: 5, columns: 30)
    _ = screen.show(painted(["a", "b", "c", "streaming", "> box"]))
    #expect(screen.show(painted(["b", "c", "streaming text", "d", "> box"])) == ["*streaming text", "+d"])
  }

  @Test("Leaving the alternate screen brings the old lines back, and no news") func alternate() {
    var screen = Screen(rows: 4, columns: 20)
    _ = screen.show("one\r\ntwo\r\n")
    let before = screen.lines().map(\.id)
    #expect(screen.show("\u{1B}[?1049h\u{1B}[H\u{1B}[Jvim\r\n~\r\n") == ["+vim", "+~"])
    #expect(screen.isAlternate == true)
    #expect(screen.show("\u{1B}[?1049l").isEmpty)
    #expect(screen.lines().map(\.id) == before)
    #expect(screen.allText().prefix(2) == ["one", "two"])
  }

  @Test("What a dialog pushed out comes back without news when it closes") func dialog() {
    var screen = Screen(rows: 8, columns: 30)
    let story = ["● a", "● b", "● c", "● d", "● e", "● f"]
    _ = screen.show(painted(story + ["> box", "status"]))
    let ids = screen.lines().map(\.id)
    let asked = screen.show(painted(Array(story.suffix(3)) + ["Proceed?", "1. Yes", "2. No", "", "status"]))
    #expect(asked == ["+Proceed?", "+1. Yes", "+2. No"])
    #expect(screen.show(painted(story + ["> box", "status"])) == ["+> box"])
    #expect(screen.lines().map(\.id).prefix(6) == ids.prefix(6))
  }

  @Test("What scrolled away below a pinned head comes back without news, whatever the head says")
  func pinnedHead() {
    var screen = Screen(rows: 7, columns: 30)
    let story = ["• Ran apply", "  └ done", "• b", "• c", "• d"]
    _ = screen.show(painted(["› task 0"] + story + ["> box"]))
    let ids = screen.lines().map(\.id)
    #expect(screen.show(painted(["› task 0", "  └ done", "• b", "• c", "• d", "Tip", "> box"])) == ["+Tip"])
    #expect(screen.show(painted(["› task 0"] + story + ["> box"])).isEmpty)
    #expect(screen.lines().map(\.id) == ids)
    #expect(
      screen.show(painted(["› task 1", "• b", "• c", "• d", "• e", "• f", "> box"]))
        == ["+› task 1", "+• e", "+• f"])
    #expect(screen.show(painted(["› task 0"] + story + ["> box"])).isEmpty)
    #expect(screen.lines().map(\.id) == ids)
  }

  @Test("An overlay that covered all leaves no news when it goes, a single equal line is new") func overlay()
  {
    var screen = Screen(rows: 5, columns: 30)
    let story = ["● a", "● b", "● c", "$ apply", "> box"]
    _ = screen.show(painted(story))
    _ = screen.show(painted(["help 1", "help 2", "help 3", "help 4", "help 5"]))
    #expect(screen.show(painted(story)).isEmpty)
    _ = screen.show(painted(["other 1", "other 2", "other 3", "other 4", "other 5"]))
    #expect(screen.show(painted(["x", "$ apply", "y", "z", "w"])).contains("+$ apply"))
  }

  @Test("What is loaded at first is old; loaded after a loss, only the unknown is new") func loading() {
    var screen = Screen(rows: 4, columns: 30)
    screen.load(["one", "\u{1B}[31mtwo\u{1B}[m", "three"])
    var frames: [[String]] = []
    screen.settle(force: true) { frame in frames.append(newsOf(frame) + frame.lines.map(\.text)) }
    #expect(frames == [["one", "two", "three", ""]])
    screen.load(["two", "three", "four"], as: .resync)
    frames = []
    screen.settle(force: true) { frame in frames.append(newsOf(frame)) }
    #expect(frames == [["+four"]])
  }
}
