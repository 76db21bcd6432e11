import Support
import Testing

@testable import Patterns

@Suite("A set of patterns")
struct PatternSetTests {
  private let context = MatchContext()

  private func matches(_ set: PatternSet, _ text: String) -> [Int] {
    var found: [Int] = []
    var standing = PatternSet.Standing()
    set.forEachMatch(in: text, standing: &standing, using: context) { index, result in
      if case .success = result { found.append(index) }
    }
    return found
  }

  @Test("Finds what matches, in order, with or without literals, in either case")
  func order() throws {
    let set = PatternSet([
      try Pattern("push"), try Pattern("(?i)KUBECTL"), try Pattern("[0-9]"), try Pattern("kubectl"),
      try Pattern("ctl apply"), try Pattern("^apply"), try Pattern(""),
    ])
    #expect(matches(set, "Kubectl apply 1") == [1, 2, 4, 6])
    #expect(matches(set, "kubectl") == [1, 3, 6])
    #expect(matches(set, "") == [6])
    #expect(matches(PatternSet([]), "kubectl").isEmpty)
  }

  @Test("The match that is given has its groups")
  func groups() throws {
    let set = PatternSet([try Pattern("never"), try Pattern("push (?<to>\\w+)")])
    var target: Substring?
    let text = "git push main"
    var standing = PatternSet.Standing()
    set.forEachMatch(in: text, standing: &standing, using: context) { _, result in
      target = try? result.get().text(named: "to", in: text)
    }
    #expect(target == "main")
  }

  @Test("A pattern that hits a limit is told once, stood down, and taken in again on demand")
  func standDown() throws {
    let set = PatternSet([try Pattern("aab"), try Pattern("^(a+)+$"), try Pattern("a!")])
    let text = String(repeating: "a", count: 3000) + "!"
    var standing = PatternSet.Standing()
    var told: [String] = []
    func run() {
      told = []
      set.forEachMatch(in: text, standing: &standing, using: context) { index, result in
        switch result {
        case .success: told.append("\(index) matches")
        case .failure(let stop): told.append("\(index) \(stop)")
        }
      }
    }
    run()
    #expect(told == ["1 hit PCRE2's match limit", "2 matches"])
    #expect(standing.indices == [1])
    #expect(standing[1] == .matchLimit)
    run()
    #expect(told == ["2 matches"])
    standing.restore(1)
    #expect(standing[1] == nil)
    run()
    #expect(told.count == 2)
  }

  @Test("One user's stood-down pattern still runs for another")
  func twoUsers() throws {
    let set = PatternSet([try Pattern("ab")])
    var one = PatternSet.Standing()
    one.standDown(0, because: .matchLimit)
    var count = 0
    set.forEachMatch(in: "ab", standing: &one, using: context) { _, _ in count += 1 }
    #expect(count == 0)
    #expect(matches(set, "ab") == [0])
  }

  @Test("The body may search with the same context, by a pattern and by a set")
  func nested() throws {
    let outer = PatternSet(try (0..<200).map { try Pattern("word\($0 % 3)") })
    let inner = PatternSet([try Pattern("zzz"), try Pattern("word2")])
    let exception = try Pattern("word0")
    var count = 0
    var innerCount = 0
    let text = Array("word1 word2".utf8)
    text.withUnsafeBufferPointer { text in
      outer.forEachMatch(in: text, using: context) { _, _ in
        count += 1
        inner.forEachMatch(in: text, using: context) { _, _ in innerCount += 1 }
        #expect((try? exception.firstMatch(in: text, using: context)) == nil)
      }
    }
    #expect(count == outer.patterns.count { $0.source != "word0" })
    #expect(innerCount == count)
  }

  @Test("A thousand patterns find what each finds alone, in random bytes too")
  func bruteForce() throws {
    var dice = Seeded(5)
    let words = [
      "ab", "ba", "aab", "bba", "ca", "KE", "ke", "é", "abc", " ", "x", "\\w", "[ab]", "(?i)", "c?", "(a|bc)",
      "b+", "^", "$", ".",
    ]
    var patterns: [Pattern] = []
    while patterns.count < 1000 {
      let source = (0..<Int.random(in: 1...5, using: &dice)).map { _ in words.randomElement(using: &dice)! }
        .joined()
      patterns.append(try Pattern(source, options: Bool.random(using: &dice) ? .caseless : []))
    }
    let set = PatternSet(patterns)
    #expect(patterns.contains { $0.literals.isEmpty } && patterns.contains { !$0.literals.isEmpty })
    let alphabet = Array("abcxkeKEBA é\u{212A}".utf8) + [0, 0xFF, 0xC3]
    var total = 0
    for _ in 0..<150 {
      let text = (0..<Int.random(in: 0...60, using: &dice)).map { _ in alphabet.randomElement(using: &dice)! }
      text.withUnsafeBufferPointer { text in
        var found: [Int: Range<Int>] = [:]
        var order: [Int] = []
        set.forEachMatch(in: text, using: context) { index, result in
          order.append(index)
          found[index] = try? result.get().range
        }
        #expect(order == order.sorted())
        for (index, pattern) in patterns.enumerated() {
          let alone = try? pattern.firstMatch(in: text, using: context)?.range
          if alone != found[index] { Issue.record("\(pattern.source) in \(Array(text))") }
        }
        total += found.count
      }
    }
    #expect(total > 10_000)
  }

  @Test("One context serves sets of different sizes in turn")
  func sharedContext() throws {
    let small = PatternSet([try Pattern("word7")])
    let large = PatternSet(try (0..<300).map { try Pattern("word\($0)\\b") })
    for _ in 0..<3 {
      #expect(matches(small, "word7") == [0])
      #expect(matches(large, "word299 word7") == [7, 299])
    }
  }

  @Test("Literals that end in one another are all found")
  func suffixes() throws {
    let set = PatternSet(try ["she", "he", "hers", "ushers", "his", "rs"].map { try Pattern($0) })
    #expect(matches(set, "ushers") == [0, 1, 2, 3, 5])
    #expect(matches(set, "shis") == [4])
  }

  @Test("More literals than fit are cut, and every pattern is still found")
  func overflow() {
    var dice = Seeded(9)
    let letters = Array("abcdefghijklmnopqrstuvwxyz".utf8)
    let literals = (0..<4000).map { _ in
      [(0..<24).map { _ in letters.randomElement(using: &dice)! }]
    }
    let index = LiteralIndex(literals)
    let scratch = SearchScratch()
    let none = ContiguousArray<UInt64>(repeating: 0, count: 4000 / 64 + 1)
    for owner in stride(from: 0, to: 4000, by: 37) where !index.unindexed.contains(owner) {
      scratch.begin(with: none, hits: index.hitCount)
      let found = literals[owner][0].withUnsafeBufferPointer { index.mark($0, in: scratch) }
      #expect(found && scratch.candidates[owner >> 6] >> UInt64(owner & 63) & 1 == 1)
    }
  }
}
