import Testing

@testable import Patterns

@Suite("A pattern")
struct PatternTests {
  private let context = MatchContext()

  @Test("Named groups are listed in the order of the groups and read by name")
  func namedGroups() throws {
    let pattern = try Pattern(#"^(?<zeta>\S+) (\d+)(?: (?<alpha>\w+))?"#)
    #expect(pattern.captureNames == ["zeta", "alpha"])
    let text = "lint 12 failed"
    let match = try #require(try pattern.firstMatch(in: text, using: context))
    #expect(match.range == 0..<14)
    #expect(match.range(named: "zeta") == 0..<4)
    #expect(match.range(ofGroup: 2) == 5..<7)
    #expect(match.text(named: "alpha", in: text) == "failed")
    #expect(match.text(in: text) == "lint 12 failed")
    #expect(match.range(named: "beta") == nil)
    #expect(match.range(ofGroup: 9) == nil)
    #expect(match.range(ofGroup: -1) == nil)
    #expect(match.text(named: "alpha", in: "short") == nil)
  }

  @Test("A group that takes no part in the match has no range")
  func absentGroup() throws {
    let pattern = try Pattern("(?<a>x)?(?<b>y)(?<c>z)?")
    let match = try #require(try pattern.firstMatch(in: "y", using: context))
    #expect(match.range(named: "a") == nil)
    #expect(match.range(named: "b") == 0..<1)
    #expect(match.range(named: "c") == nil)
  }

  @Test("Of two groups of one name, the one that matched is read")
  func sharedName() throws {
    let pattern = try Pattern("(?J)(?<n>a)|(?<n>b)")
    let match = try #require(try pattern.firstMatch(in: "-b", using: context))
    #expect(match.range(named: "n") == 1..<2)
  }

  @Test(
    "Offsets count bytes and stand at characters",
    arguments: [("ü", "aüb", 1..<3), ("❯ ", "x❯ y", 1..<5), (".", "🦊", 0..<4), ("b", "e\u{301}b", 3..<4)])
  func unicode(source: String, text: String, range: Range<Int>) throws {
    let match = try #require(try Pattern(source).firstMatch(in: text, using: context))
    #expect(match.range == range)
  }

  @Test("The dollar is the very end, not the place before a last newline")
  func dollar() throws {
    let pattern = try Pattern("a$")
    try #expect(pattern.firstMatch(in: "a\n", using: context) == nil)
    try #expect(pattern.firstMatch(in: "a", using: context) != nil)
    try #expect(Pattern("^b$", options: .multiline).firstMatch(in: "a\nb\nc", using: context) != nil)
  }

  @Test("Bytes that are not UTF-8 are no error, and what stands beside them matches", arguments: hardships)
  func invalidBytes(options: Pattern.Options) throws {
    let pattern = try Pattern(#"kubectl (\w+)"#, options: options)
    let any = try Pattern(".+", options: options)
    for junk: [UInt8] in [
      [0xFF], [0xC3], [0xED, 0xA0, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80], [0x80, 0xBF],
    ] {
      let bytes = junk + Array("kubectl apply".utf8) + junk
      try bytes.withUnsafeBufferPointer { text in
        try #expect(pattern.firstMatch(in: text, using: context)?.range == junk.count..<(junk.count + 13))
        try #expect(any.firstMatch(in: text, using: context)?.range == junk.count..<(junk.count + 13))
        for from in 0...(text.count + 1) { _ = try pattern.firstMatch(in: text, from: from, using: context) }
      }
    }
  }

  @Test("An empty pattern matches everywhere, the empty text too", arguments: hardships)
  func empty(options: Pattern.Options) throws {
    let pattern = try Pattern("", options: options)
    try #expect(pattern.firstMatch(in: "", using: context)?.range == 0..<0)
    try #expect(pattern.firstMatch(in: UnsafeBufferPointer(start: nil, count: 0), using: context) != nil)
    try #expect(Pattern("x", options: options).firstMatch(in: "", using: context) == nil)
    #expect(pattern.literals.isEmpty)
  }

  @Test("NUL is a byte like any other, in the pattern and in the text")
  func nul() throws {
    let pattern = try Pattern("a\0b")
    #expect(pattern.literals == ["a\0b"])
    try #expect(pattern.firstMatch(in: "xa\0b", using: context)?.range == 1..<4)
    try #expect(pattern.firstMatch(in: "a", using: context) == nil)
  }

  @Test("A search from an offset sees what stands before it, and skips the rest of a character")
  func from() throws {
    let text = Array("foo foü o".utf8)
    try text.withUnsafeBufferPointer { text in
      try #expect(Pattern(#"\bfo"#).firstMatch(in: text, from: 1, using: context)?.range == 4..<6)
      try #expect(Pattern("(?<=f)o").firstMatch(in: text, from: 5, using: context)?.range == 5..<6)
      try #expect(Pattern(".").firstMatch(in: text, from: 7, using: context)?.range == 8..<9)
      try #expect(Pattern("").firstMatch(in: text, from: 10, using: context)?.range == 10..<10)
      try #expect(Pattern("").firstMatch(in: text, from: 11, using: context) == nil)
    }
  }

  @Test(
    "A pattern that goes back without end is stopped soon",
    arguments: ["^(a+)+$", "^(?:a|aa)+$", "(a*)*(?!!)$"], hardships)
  func catastrophe(source: String, options: Pattern.Options) throws {
    let pattern = try Pattern(source, options: options)
    let text = String(repeating: "a", count: 5000) + "!"
    let elapsed = ContinuousClock().measure {
      #expect(throws: MatchStop.self) { try pattern.firstMatch(in: text, using: context) }
    }
    #expect(elapsed < .seconds(1))
  }

  @Test(
    "Memory to go back to is bounded: deep matches end in an error, never in a crash", arguments: hardships)
  func depth(options: Pattern.Options) throws {
    let pattern = try Pattern(#"^(?:(\w)|(\s))*!"#, options: options)
    let text = String(repeating: "word ", count: 200_000) + "?!x"
    #expect(throws: MatchStop.self) { try pattern.firstMatch(in: text, using: context) }
    // The same context is fit for the next search.
    try #expect(pattern.firstMatch(in: "word!", using: context)?.range == 0..<5)
  }

  @Test("A long harmless line stays within every limit", arguments: hardships)
  func harmless(options: Pattern.Options) throws {
    let pattern = try Pattern(#"^(?:\w+ )*\w+$"#, options: options)
    let text = String(repeating: "word ", count: 4000) + "word"
    try #expect(pattern.firstMatch(in: text, using: context)?.range == 0..<20_004)
  }

  @Test("Machine code is used where there is some, and only if it is wanted")
  func machineCode() throws {
    try #expect(Pattern("a+b").isCompiledToMachineCode == Pattern.jitAvailable)
    try #expect(!Pattern("a+b", options: .interpreted).isCompiledToMachineCode)
    #expect(Pattern.libraryVersion.hasPrefix("10."))
  }

  @Test("Many tasks share patterns, each with a context of its own")
  func concurrency() async throws {
    let pattern = try Pattern(#"(?<n>\d+) of (\d+)"#)
    let set = PatternSet([pattern, try Pattern("of"), try Pattern("never there")])
    let sums = await withTaskGroup(of: Int.self, returning: [Int].self) { group in
      for task in 0..<16 {
        group.addTask {
          let context = MatchContext()
          var sum = 0
          for number in 0..<500 {
            let text = "step \(task * 1000 + number) of 9"
            if let match = try? pattern.firstMatch(in: text, using: context) {
              sum += Int(match.text(named: "n", in: text) ?? "") ?? 0
            }
            var standing = PatternSet.Standing()
            set.forEachMatch(in: text, standing: &standing, using: context) { index, _ in sum += index }
          }
          return sum - task * 500_000
        }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(sums == Array(repeating: 499 * 250 + 500, count: 16))
  }
}

/// With machine code and without.
let hardships: [Pattern.Options] = [[], .interpreted]
