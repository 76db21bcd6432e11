import Patterns

/// What one rule made of one fact, for people who ask why it fired or why not.
public struct Explanation: Sendable {
  /// How a look at a fact ended.
  public enum Outcome: Sendable, Equatable {
    case fired
    /// The pattern fits up to `fitted`; `word` is where it stopped, empty at the end of the text.
    case noMatch(fitted: String, word: String)
    /// An exception matched these words.
    case excepted(pattern: String, words: String)
    /// `when` was false; the fields it looks at, as they were (nil: the fact has none of that name).
    case condition(source: String, fields: [Field])
    /// The pattern hit a limit of PCRE2.
    case stopped(String)
    /// Everything in the rule agrees, and yet it keeps waiting (a window, or it was raised before).
    case waiting
  }

  /// A field and its value in words.
  public struct Field: Sendable, Equatable {
    public let name: String
    public let value: String?
  }

  public let rule: Rule
  public let outcome: Outcome
}

extension Rulebook {
  /// What every rule that listens to the fact's kind says of it, in the order of the rules.
  ///
  /// Judges the fact by itself, as if it were the first that is seen.
  public func explain(_ fact: Fact) -> [Explanation] {
    let context = MatchContext()
    return rules.filter { $0.on == fact.kind }.map { rule in
      Explanation(rule: rule, outcome: outcome(of: rule, on: fact, context))
    }
  }

  private func outcome(of rule: Rule, on fact: Fact, _ context: MatchContext) -> Explanation.Outcome {
    var fields = fact.fields
    if let match = rule.match {
      do {
        guard let found = try match.firstMatch(in: fact.text, using: context) else {
          return noMatch(match, fact.text)
        }
        for name in match.captureNames {
          if let text = found.text(named: name, in: fact.text) { fields[name] = .string(String(text)) }
        }
      } catch {
        return .stopped("\(error)")
      }
    }
    for exception in rule.except {
      if let found = try? exception.firstMatch(in: fact.text, using: context) {
        return .excepted(pattern: exception.source, words: found.text(in: fact.text).map(String.init) ?? "")
      }
    }
    if let when = rule.filter, !when.holds(for: fields, lists: lists) {
      let seen = when.fields.sorted().map { Explanation.Field(name: $0, value: Self.shown(fields[$0])) }
      return .condition(source: when.source, fields: seen)
    }
    let judge = Judge(Rulebook(rules: [rule], lists: lists, programs: programs))
    return judge.allVerdicts(on: fact).contains { $0.rule.id == rule.id } ? .fired : .waiting
  }

  private func noMatch(_ pattern: Pattern, _ text: String) -> Explanation.Outcome {
    let bytes = Array(text.utf8)
    let stop = pattern.reach(in: text)?.stop ?? 0
    // The word in which it stopped, whole: half a word says little.
    let isBlank = { (byte: UInt8) in byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\n") }
    var start = stop
    while start > 0, !isBlank(bytes[start - 1]) { start -= 1 }
    var end = stop
    while end < bytes.count, !isBlank(bytes[end]) { end += 1 }
    return .noMatch(
      fitted: String(decoding: bytes[..<start], as: UTF8.self),
      word: String(decoding: bytes[start..<end], as: UTF8.self))
  }

  private static func shown(_ value: Value?) -> String? {
    switch value {
    case nil: nil
    case .list(let items): "[\(items.joined(separator: ", "))]"
    case .some(let value): value.text
    }
  }
}

extension Explanation: CustomStringConvertible {
  public var description: String {
    switch outcome {
    case .fired: return "fired"
    case .noMatch(let fitted, let word):
      let stopped = word.isEmpty ? "the end of the text" : "'\(cleaned(word, limit: 80))'"
      return fitted.isEmpty
        ? "no match: stopped at \(stopped), the first word"
        : "no match: '\(cleaned(fitted, limit: 200))' fits, stopped at \(stopped)"
    case .excepted(let pattern, let words):
      return "excepted: '\(cleaned(words, limit: 80))' matches the exception \(pattern)"
    case .condition(let source, let fields):
      let seen = fields.map { "\($0.name) is \($0.value.map { cleaned($0, limit: 80) } ?? "not known")" }
      return "condition not met: \(source) (\(seen.joined(separator: "; ")))"
    case .stopped(let why): return "gave up: the pattern \(why)"
    case .waiting: return "agrees, and waits for more"
    }
  }
}
