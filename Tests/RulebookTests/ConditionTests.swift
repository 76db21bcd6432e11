import Testing

@testable import Rulebook

@Suite("A condition")
struct ConditionTests {
  private static let lists = ["protected": ["main", "release/*"]]

  @Test(
    "compares fields with values",
    arguments: [
      ("context <= 14", ["context": Value.number(14)], true),
      ("context <= 14", ["context": .number(14.5)], false),
      ("context <= 14%", ["context": .string("9")], true),
      ("state == working", ["state": .string("working")], true),
      ("state != working", ["state": .string("idle")], true),
      ("state == 'two words'", ["state": .string("two words")], true),
      ("state != working", [:], false),
      ("target in $protected", ["target": .list(["feature", "main"])], true),
      ("target in $protected", ["target": .string("release/1.2")], true),
      ("target in $protected", ["target": .string("feature/main")], false),
      ("target not in $protected", ["target": .string("x")], true),
      ("program in [helm, kubectl]", ["program": .string("kubectl")], true),
      ("forced", ["forced": .flag(true)], true),
      ("not forced", [:], true),
      ("forced and not dry_run", ["forced": .flag(true), "dry_run": .flag(true)], false),
      (
        "exit != 0 and (program == make or program == npm)", ["exit": .number(2), "program": .string("npm")],
        true
      ),
      ("a or b and c", ["a": .flag(true)], true),
    ] as [(String, [String: Value], Bool)])
  func holds(_ source: String, _ fields: [String: Value], _ expected: Bool) throws {
    #expect(try Condition(source).holds(for: fields, lists: Self.lists) == expected)
  }

  @Test(
    "says where it cannot be read and what to write instead",
    arguments: [
      ("", 1, "it is empty; write a comparison such as: exit != 0"),
      ("exit = 0", 6, "\"=\" does not belong here; compare with '==' instead"),
      ("exit !=", 8, "it ends too early; a comparison ends with a number, a word or a 'quoted text'"),
      ("target in protected", 11, "\"protected\" does not belong here; 'in' wants a $list or [a, list]"),
      ("target == $protected", 11, "'$protected' is a list; write: in $protected"),
      ("(a or b", 8, "it ends too early; close the group with ')'"),
      ("a b", 3, "\"b\" does not belong here; join comparisons with 'and' or 'or'"),
      ("state == 'open", 10, "the quote is not closed; end the text with '"),
      (
        "3 == exit", 1,
        "\"3\" does not belong here; a comparison starts with a field's name, as in: exit != 0"
      ),
    ])
  func errors(_ source: String, _ column: Int, _ message: String) {
    #expect(throws: ConditionError(column: column, message: message)) { try Condition(source) }
  }

  @Test("survives any nesting")
  func nesting() {
    let deep = String(repeating: "(", count: 10_000) + "a" + String(repeating: ")", count: 10_000)
    #expect(throws: ConditionError.self) { try Condition(deep) }
    #expect(throws: ConditionError.self) { try Condition(String(repeating: "not ", count: 10_000) + "a") }
  }

  @Test(
    "matches * in linear time and as the shell would",
    arguments: [
      ("release/*", "release/1", true), ("release/*", "release", false), ("*", "", true),
      ("a*b*c", "axxbyyc", true), ("a*b*c", "axxbyy", false), ("main", "main2", false),
    ])
  func globs(_ pattern: String, _ text: String, _ expected: Bool) {
    #expect(glob(pattern, matches: text) == expected)
    #expect(!glob(String(repeating: "*a", count: 200), matches: String(repeating: "b", count: 2_000)))
  }
}
