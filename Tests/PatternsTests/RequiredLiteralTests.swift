import Support
import Testing

@testable import Patterns

@Suite("The literals that a match needs")
struct RequiredLiteralTests {
  @Test(
    "They are found where they are certain",
    arguments: [
      (#"^kubectl (apply|create)\b"#, ["kubectl apply", "kubectl create"]),
      ("(foo|bar)baz", ["barbaz", "foobaz"]),
      ("foo|bar", ["bar", "foo"]),
      ("[ab]c?", []),
      ("[ab]cd", ["acd", "bcd"]),
      ("", []),
      ("a|", []),
      (".*", []),
      ("x", []),
      ("^git push\\b", ["git push"]),
      ("^git .*push", ["push"]),
      ("https?://", ["http://", "https://"]),
      ("ab+cd", ["bcd"]),
      ("(ab)+cd", ["abcd"]),
      ("(ab){2,3}cd", ["abcd"]),
      ("(ab){0,3}cd", ["cd"]),
      ("(ab)*", []),
      ("foo(?=barbaz)", ["foo"]),
      ("foo(?!bar)bar", ["foobar"]),
      ("(?<=x)foo", ["foo"]),
      (#"(?<hook>\S.{0,60}?)\.{3,}Failed$"#, [".failed"]),
      (#"\$\{name\}"#, ["${name}"]),
      ("a{name}", ["a{name}"]),
      ("⎿  \\$ ", ["⎿  $ "]),
      (#"\x{276f} 1\."#, ["❯ 1."]),
      (#"a\tb"#, ["a\tb"]),
      ("FOO", ["foo"]),
      ("(?i)foo", ["foo"]),
      ("(?i)kubectl push", ["ubectl pu"]),
      ("a(?i)b(?-i)skip", ["abskip"]),
      ("(?i:zoo)skip", ["zooskip"]),
      ("((?i)zoo|desk)!", ["de", "zoo"]),
      ("(?i)über", ["ber"]),
      ("kubectls?", ["kubectl"]),
      (String(repeating: "abcdefgh", count: 8), ["abcdefghabcdefghabcdefgh"]),
    ])
  func table(source: String, literals: [String]) throws {
    try #expect(Pattern(source).literals == literals)
  }

  @Test("They stay few where a pattern has many ways")
  func bounded() throws {
    let ways = String(repeating: "(?:a|b|c|d|e|f|g|h)", count: 8) + "tail"
    let literals = try Pattern(ways).literals
    #expect(!literals.isEmpty && literals.count <= RequiredLiterals.mostAlternatives)
    let words = (0..<200).map { "word\($0)x" }.joined(separator: "|")
    try #expect(Pattern(words).literals.isEmpty)
  }

  @Test(
    "Where the syntax is not certain there are none",
    arguments: [
      "(*ACCEPT)foo", "foo(*ACCEPT)bar", "(a)(?1)foo", "foo(?#c)bar", #"\Qfoo\E"#, "(?x)foo bar",
      "(?(?=a)foo|bar)", #"(a)foo\1"#, #"foo\101"#, "(?^)foo", #"(?<n>a)foo\k<n>"#, #"foo\cA"#,
      #"foo\N{U+41}"#,
      "foo(?C1)bar", "(?R)?foo", "[[:<:]]foo",
    ])
  func doubt(source: String) throws {
    try #expect(Pattern(source).literals == [])
  }

  @Test("The option for either case counts as much as the flag")
  func caseless() throws {
    try #expect(Pattern("Zoo kept", options: .caseless).literals == ["zoo "])
  }

  @Test("A match is never without one: random patterns over random texts")
  func property() throws {
    var dice = Seeded(3)
    let context = MatchContext()
    var withLiterals = 0
    var matches = 0
    for _ in 0..<6000 {
      var writer = PatternWriter(dice: dice)
      let source = writer.write(depth: 3)
      dice = writer.dice
      let caseless = Bool.random(using: &dice)
      guard let pattern = try? Pattern(source, options: caseless ? [.caseless, .interpreted] : .interpreted),
        !pattern.literals.isEmpty
      else { continue }
      withLiterals += 1
      for _ in 0..<20 {
        let text = writer.text(like: source, with: &dice)
        guard let match = try? pattern.firstMatch(in: text, using: context) else { continue }
        matches += 1
        let folded = text.utf8.map(RequiredLiterals.lowercased)
        let isThere = pattern.literals.contains { literal in
          let literal = Array(literal.utf8)
          return folded.indices.contains { folded[$0...].starts(with: literal) }
        }
        #expect(
          isThere, "\(source) caseless \(caseless) matches \(text) at \(match.range), not \(pattern.literals)"
        )
      }
    }
    #expect(withLiterals > 1000)
    #expect(matches > 3000)
  }
}

/// Writes random patterns over few letters, so that random texts match often.
private struct PatternWriter {
  static let letters = ["a", "b", "k", "S", "K", "s", "é", " ", "\u{212A}", "ſ", "É", "-", "i"]
  static let atoms = [
    ".", "\\w", "\\b", "^", "$", "[ab]", "[^a]", "[a-k]", "[]a]", "[[:alpha:]b]", "\\x61", "\\x{e9}", "\\.",
    "\\K",
    "\\R", "\\p{L}", "{", "a{", "{a}", "]", "\\S", "(?i)", "(?-i)", "(?s)", "[k]", "[\\]a]", "\\pL", "\\N",
    "[a\\-b]",
    "\\Qab\\E", "(?#x)", "(?x)", "(*ACCEPT)", "(?1)", "\\1", "[b[a]", "\\X", "(?U)", "\\Aa", "\\Bb",
  ]
  static let repetitions = [
    "?", "*", "+", "{2}", "{0,2}", "{1,}", "{,2}", "??", "*?", "++", "{0}", "{1}{2}", "{ 1 }",
  ]
  static let groups = [
    "(", "(?:", "(?<n>", "(?>", "(?i:", "(?=", "(?!", "(?<=", "(?|", "(?-i:", "(?'m'", "(?P<o>",
  ]

  var dice: Seeded

  mutating func write(depth: Int) -> String {
    var source = ""
    for _ in 0..<Int.random(in: 1...6, using: &dice) {
      switch Int.random(in: 0..<20, using: &dice) {
      case 0...1 where depth > 0:
        source += Self.groups.randomElement(using: &dice)! + write(depth: depth - 1) + ")"
      case 2: source += "|"
      case 3...5: source += Self.atoms.randomElement(using: &dice)!
      default: source += Self.letters.randomElement(using: &dice)!
      }
      if Int.random(in: 0..<6, using: &dice) == 0 { source += Self.repetitions.randomElement(using: &dice)! }
    }
    return source
  }

  /// Letters at random, or those of the pattern itself with some changed.
  func text(like source: String, with dice: inout Seeded) -> String {
    if Bool.random(using: &dice) {
      return (0..<Int.random(in: 0...10, using: &dice)).map { _ in Self.letters.randomElement(using: &dice)! }
        .joined()
    }
    var text = ""
    for scalar in source.unicodeScalars
    where scalar.properties.isAlphabetic || Int.random(in: 0..<4, using: &dice) == 0 {
      switch Int.random(in: 0..<10, using: &dice) {
      case 0: continue
      case 1: text += Self.letters.randomElement(using: &dice)!
      case 2: text += String(scalar).uppercased()
      case 3: text += scalar == "k" || scalar == "K" ? "\u{212A}" : scalar == "s" ? "ſ" : String(scalar)
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text
  }
}
