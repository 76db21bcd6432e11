import Support
import Testing

@testable import Patterns

@Suite("A pattern that cannot be compiled")
struct PatternErrorTests {
  @Test(
    "The error says what is wrong, where, and what to write instead",
    arguments: [
      (
        "^git push (main|",
        "missing ')' at \"(main|\" (column 11 of the pattern); close the group or escape it"
      ),
      (
        #"(a)[(]\((b|c"#,
        "missing ')' at \"(b|c\" (column 9 of the pattern); close the group or escape it"
      ),
      (
        "rm)",
        "')' without a '(' at \")\" (column 3 of the pattern); "
          + "open a group before it, or write \\) for a parenthesis"
      ),
      (
        "ab[cd",
        "missing ']' at \"[cd\" (column 3 of the pattern); "
          + "close the character class, or write \\[ for a bracket"
      ),
      (
        "*a",
        "nothing to repeat at \"*a\" (column 1 of the pattern); "
          + "put a character or a group before it, or a backslash"
      ),
      (
        "a{2}{3}b",
        "nothing to repeat at \"{3}b\" (column 5 of the pattern); "
          + "put a character or a group before it, or a backslash"
      ),
      (
        "ü{3,1}x",
        "the bounds are the wrong way round at \"{3,1}x\" (column 2 of the pattern); "
          + "write the smaller number first"
      ),
      (
        "üü\\yb",
        "an escape that means nothing at \"\\yb\" (column 3 of the pattern); "
          + "leave out the backslash, or double it"
      ),
      ("a\\", "'\\' at the end at \"\\\" (column 2 of the pattern); write \\\\ for a backslash"),
      (
        "(?<n>a)(?<n>b)",
        "the group's name is already taken at \"(?<n>b)\" (column 8 of the pattern); "
          + "give each group a name of its own"
      ),
      (
        "x(?<=a+)b",
        "a look-behind without a fixed length at \"(?<=a+)b\" (column 2 of the pattern); "
          + "leave out + and * in it, or use \\K"
      ),
      ("\\Cab", "\\C is not allowed at \"\\Cab\" (column 1 of the pattern); write . for a character"),
      (
        "\u{1B}[z",
        "missing ']' at \"[z\" (column 2 of the pattern); "
          + "close the character class, or write \\[ for a bracket"
      ),
    ])
  func wording(source: String, description: String) {
    let error = #expect(throws: PatternError.self) { try Pattern(source) }
    #expect(error?.description == description)
  }

  @Test("A long rest is cut and control characters are shown")
  func excerpt() {
    let error = #expect(throws: PatternError.self) {
      try Pattern("(\u{1B}\(String(repeating: "z", count: 40))")
    }
    #expect(error?.excerpt == "(\\x{1b}" + String(repeating: "z", count: 22) + "…")
  }

  @Test(
    "Patterns beyond a bound are refused",
    arguments: [
      String(repeating: "a", count: Pattern.maximumLength + 1),
      String(repeating: "(?:", count: 65) + "a" + String(repeating: ")", count: 65),
      String(repeating: "()", count: Pattern.maximumGroups + 1),
      "(((a{60}){60}){60}){60}",
    ])
  func bounds(source: String) {
    let error = #expect(throws: PatternError.self) { try Pattern(source) }
    #expect(error?.advice.isEmpty == false)
  }

  @Test("Patterns at the bounds are taken")
  func atTheBounds() throws {
    _ = try Pattern(String(repeating: "a", count: Pattern.maximumLength))
    _ = try Pattern(String(repeating: "(", count: 63) + "a" + String(repeating: ")", count: 63))
  }

  @Test("Any bytes of punctuation compile or are refused with a place inside the pattern")
  func fuzz() {
    var dice = Seeded(11)
    let pieces = [
      "(", ")", "[", "]", "{", "}", "?", "*", "+", "\\", "|", "<", ">", "=", "!", ":", "^", "a", "k", "1",
      ",", "-", "ü", "P", "'", "#", "i", "\u{0}", "Q", "E", "x", "&",
    ]
    for _ in 0..<20_000 {
      let source = (0..<Int.random(in: 0...14, using: &dice)).map { _ in pieces.randomElement(using: &dice)! }
        .joined()
      do throws(PatternError) {
        _ = try Pattern(source, options: .interpreted)
      } catch {
        #expect((1...source.unicodeScalars.count + 1).contains(error.column), "\(source)")
        #expect(!error.message.isEmpty && !error.advice.isEmpty)
      }
    }
  }
}
