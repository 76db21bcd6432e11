import Testing

@testable import Rulebook

@Suite("What is typed to an agent")
struct TypedTemplateTests {
  private func typed(_ template: String, _ text: String) -> String {
    Template(template).typed(from: ["text": .string(text), "none": .string(" ")])
  }

  @Test(
    "is no command of the agent's when a pane's words come first",
    arguments: [
      "!rm -rf ~", "/clear", "#remember this", "@/etc/passwd", "$skill", "&task", "?", " !ls", "\u{200B}!ls",
      "\u{1B}[201~!ls", "\r\n/quit",
    ])
  func leading(_ text: String) {
    for template in ["{text}", " {text} again", "{none}{text}"] {
      let result = typed(template, text)
      #expect(
        result.first == "O" || result.first { !$0.isWhitespace } == "["
          || result.first { !$0.isWhitespace } == "(", "\(result)")
    }
  }

  @Test("keeps the rule's own words, and a pane's that are none of those")
  func own() {
    #expect(typed("/compact {text}", "now") == "/compact now")
    #expect(typed("{text} failed", "make test") == "make test failed")
    #expect(typed("See @docs/a.md", "") == "See @docs/a.md")
  }

  @Test("mentions no file that a pane names, and leaves addresses as they are")
  func mentions() {
    #expect(typed("Not {text}.", "cat @/etc/passwd (@x) a@b.de") == "Not cat (at)/etc/passwd ((at)x) a@b.de.")
  }

  @Test("holds nothing that a terminal obeys or that is there for a model alone")
  func invisible() {
    let text = "a\u{1B}[201~\rb\u{9B}31mc\u{E0041}\u{E0042}d\u{200B}e\u{61C}f\u{2060}g👩‍🚀"
    #expect(typed("{text}", text) == "a [201~ b 31mc d e f g👩‍🚀")
  }
}
