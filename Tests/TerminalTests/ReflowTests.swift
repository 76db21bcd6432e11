import Testing

@testable import Terminal

@Suite("After a resize")
struct ReflowTests {
  private let long =
    "● Rolling out with kubectl --context=production-europe-west1 apply -k overlays/production"

  @Test("What a program wraps anew is no news, in both directions") func rewrapped() {
    var screen = Screen(rows: 8, columns: 120)
    _ = screen.show(painted(["header line", long, "● Done with it", "> box"]))
    screen.resize(rows: 8, columns: 60)
    #expect(
      screen.show(
        painted([
          "header line", "● Rolling out with kubectl --context=production-europe-west1", "  apply -k",
          "  overlays/production", "● Done with it", "> box",
        ])
      ).isEmpty)
    screen.resize(rows: 8, columns: 120)
    #expect(screen.show(painted(["header line", long, "● Done with it", "> box", "", ""])).isEmpty)
  }

  @Test("A line cut by an ellipsis and now whole is revised, a line that was not there is new")
  func ellipsis() {
    var screen = Screen(rows: 6, columns: 40)
    _ = screen.show(painted(["head", "• Ran kubectl --context=production-e…", "> box"]))
    let id = screen.lines()[1].id
    screen.resize(rows: 6, columns: 100)
    let news = screen.show(
      painted(["head", "• Ran kubectl --context=production-europe apply", "• Ran terraform apply", "> box"]))
    #expect(news == ["*• Ran kubectl --context=production-europe apply", "+• Ran terraform apply"])
    #expect(screen.lines()[1].id == id)
  }

  @Test("Lines from the history that a larger window shows again are no news") func grown() {
    var screen = Screen(rows: 4, columns: 40)
    _ = screen.show(painted(["● first line", "● second line", "● third line", "> box"]))
    _ = screen.show(painted(["● second line", "● third line", "● fourth line", "> box"]))
    screen.resize(rows: 6, columns: 50)
    #expect(
      screen.show(
        painted(["● first line", "● second line", "● third line", "● fourth line", "> box"])
      ).isEmpty)
  }

  @Test("After it is over, the same text drawn again is new") func over() {
    var screen = Screen(rows: 6, columns: 40)
    _ = screen.show(painted(["head", "$ kubectl apply -f web.yaml", "> box"]))
    screen.resize(rows: 6, columns: 60)
    _ = screen.show(painted(["head", "$ kubectl apply -f", "  web.yaml", "> box"]))
    for number in 1...80 { _ = screen.show("\u{1B}[6;1Htick \(number)") }
    _ = screen.show(painted(["head", "Done", "", "> box"]))
    #expect(
      screen.show(painted(["head", "$ kubectl apply -f web.yaml", "", "> box"])) == [
        "+$ kubectl apply -f web.yaml"
      ])
  }

  @Test("Rows the terminal kept stay what they are") func untouched() {
    var screen = Screen(rows: 6, columns: 40)
    _ = screen.show("one\r\ntwo\r\n")
    let ids = screen.lines().map(\.id)
    screen.resize(rows: 3, columns: 20)
    #expect(screen.show("three\r\n") == ["+three"])
    #expect(screen.lines().first.map(\.id) == ids.last)
  }
}
