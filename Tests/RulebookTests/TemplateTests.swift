import Testing

@testable import Rulebook

@Suite("A template")
struct TemplateTests {
  @Test(
    "fills its places from fields",
    arguments: [
      ("{target} is protected", "main, trunk is protected"),
      ("{unknown}!", "!"),
      ("{{target} stays", "{target} stays"),
      ("{not a field} stays", "{not a field} stays"),
      ("open {", "open {"),
      ("{n} times", "3 times"),
    ])
  func fill(_ source: String, _ expected: String) {
    let fields: [String: Value] = ["target": .list(["main", "trunk"]), "n": .number(3)]
    #expect(Template(source).filled(from: fields) == expected)
  }

  @Test("lets nothing through that a terminal would obey")
  func hostile() {
    let hostile = "a\u{1B}[31mb\rc\u{0}d\u{202E}e\u{9B}f\u{2028}g"
    #expect(Template("{x}").filled(from: ["x": .string(hostile)]) == "a [31mb c d e f g")
  }

  @Test("cuts what is too long")
  func bounded() {
    let long = String(repeating: "é", count: 10_000)
    #expect(Template("{x}").filled(from: ["x": .string(long)]).unicodeScalars.count == 201)
  }
}
