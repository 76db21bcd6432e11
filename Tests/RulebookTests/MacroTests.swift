import Testing

@testable import Rulebook

@Suite("A macro")
struct MacroTests {
  @Test("stands for its pattern as a group, in match and except, in every file")
  func shared() {
    let (book, errors) = Files.load(
      (.shipped, "macros:\n  level: WARN|%{worse}\n  worse: ERROR|FATAL\n"),
      (
        .user,
        "rules:\n"
          + Files.rule(
            "x",
            [
              "match": "'^%{level}:'", "except": "['%{worse}: none']", "fires": "['WARN: a', 'FATAL: b']",
              "silent": "['ERROR: none', 'a WARN: b', 'INFO: a']",
            ])
      ))
    #expect(errors == [])
    #expect(book.rules.first?.match?.source == "^(?:WARN|(?:ERROR|FATAL)):")
  }

  @Test(
    "leaves alone what only looks like one", arguments: [#"^50%{2}"#, #"%\{x}"#, #"\%{x}"#, "%{http_code}"])
  func literal(_ source: String) throws {
    #expect(try Macros().expand(source) == source)
  }

  @Test(
    "that is unknown, uses itself or grows without end is an error at its place",
    arguments: [
      (
        "macros:\n  verbs: a|b\nrules:\n" + Files.rule("x", ["match": "^%{verb} bad"]),
        "a.yaml:7:13: rule 'x': unknown macro '%{verb}'; did you mean '%{verbs}'?"
      ),
      (
        "macros:\n  a: '%{b}'\n  b: '%{a}'\n",
        "a.yaml:2:6: a macro: a macro cannot use itself: %{b} → %{a} → %{b}"
      ),
      (
        "macros:\n  a: (b\n",
        "a.yaml:2:6: a macro: missing ')' at \"(b\" (column 1 of the pattern); close the group or escape it"
      ),
      (
        "macros:\n  2a: b\n",
        "a.yaml:2:3: macro '2a': a name starts with a letter; then small letters, digits and '-'"
      ),
    ])
  func mistakes(_ text: String, _ expected: String) {
    #expect(Files.load(text).errors.first == expected)
  }

  @Test("cannot be stated twice")
  func twice() {
    let errors = Files.load((.shipped, "macros: {a: x}"), (.project, "macros: {a: y}")).errors
    #expect(errors == ["b.yaml:1:13: macro 'a' stands already in a.yaml:1; give it another name"])
  }

  @Test("doubles at most to the length of a pattern")
  func bomb() {
    let lines = (1...40).map { "  m\($0): '%{m\($0 - 1)}%{m\($0 - 1)}'\n" }.joined()
    let errors = Files.load("macros:\n  m0: xxxxxxxx\n" + lines).errors
    #expect(errors.first?.contains("more than 4096 bytes") == true)
  }
}
