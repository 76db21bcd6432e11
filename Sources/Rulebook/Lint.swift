import Patterns

/// Something about a sound rule that its author would want to know.
public struct LintFinding: Sendable, Equatable {
  public enum Check: String, Sendable, CaseIterable {
    case backtracking, unreached, literal, advice, field
  }

  public let check: Check
  public let rule: String
  public let origin: Rule.Origin
  /// A piece of the file's text near which it stands, below the rule's first line; empty for the rule itself.
  public let near: String
  /// One sentence, with the advice behind a semicolon.
  public let message: String
}

extension Rulebook {
  /// Everything worth knowing about the rules of this book, in their order.
  ///
  /// - Parameter names: Only rules of these files; nil for all.
  public func lint(files names: Set<String>? = nil) -> [LintFinding] {
    let context = MatchContext()
    let known = LintFields(self)
    let advice = LintAdvice(self)
    return rules.filter { names?.contains($0.origin.file) ?? true }.flatMap { rule in
      let samples = (rule.fires + rule.silent).map { facts(of: $0, of: rule) }
      return lintBacktracking(rule, samples.flatMap { $0.map(\.text) })
        + lintReach(rule, samples.flatMap(\.self), context)
        + lintLiterals(rule)
        + advice.findings(of: rule)
        + known.findings(of: rule)
    }
  }

  private func lintBacktracking(_ rule: Rule, _ samples: [String]) -> [LintFinding] {
    let patterns = [rule.match].compactMap(\.self) + rule.ownExceptions
    return patterns.compactMap { pattern in
      guard let evil = BacktrackProbe(pattern, samples: samples).find() else { return nil }
      return LintFinding(
        check: .backtracking, rule: rule.id, origin: rule.origin, near: pattern.source,
        message: "the pattern backtracks without end on \"\(cleaned(evil, limit: 40))\"; a repetition stands "
          + "inside a repetition: make one possessive, as in (?:\\w+ )*+, or say what stands between")
    }
  }

  private func lintReach(_ rule: Rule, _ facts: [Fact], _ context: MatchContext) -> [LintFinding] {
    let matching = facts.filter { fact in
      rule.match.map { (try? $0.firstMatch(in: fact.text, using: context)) != nil } ?? true
    }
    var findings: [LintFinding] = []
    for exception in rule.ownExceptions {
      let isHit = matching.contains { (try? exception.firstMatch(in: $0.text, using: context)) != nil }
      if !isHit {
        findings.append(
          LintFinding(
            check: .unreached, rule: rule.id, origin: rule.origin, near: exception.source,
            message:
              "no example reaches the exception \(cleaned(exception.source, limit: 60)); add a 'silent' "
              + "example that only it keeps silent"))
      }
    }
    // What only looks at lists is a setting, which examples have as it is shipped.
    guard let when = rule.when, rule.match != nil, !when.fields.isEmpty else { return findings }
    let decisions = matching.map { fact in
      let fields = withCaptures(fact, rule, context)
      return when.holds(for: fields, lists: lists)
    }
    if !decisions.isEmpty, !decisions.contains(false) {
      findings.append(
        LintFinding(
          check: .unreached, rule: rule.id, origin: rule.origin, near: when.source,
          message:
            "'when' is true in every example; add a 'silent' example that matches and that it keeps silent"))
    }
    return findings
  }

  private func withCaptures(_ fact: Fact, _ rule: Rule, _ context: MatchContext) -> [String: Value] {
    guard let match = rule.match, let found = try? match.firstMatch(in: fact.text, using: context) else {
      return fact.fields
    }
    return match.captureNames.reduce(into: fact.fields) { fields, name in
      if let text = found.text(named: name, in: fact.text) { fields[name] = .string(String(text)) }
    }
  }

  /// Kinds of facts that come line by line, so that a pattern that has to be run on each is felt.
  private static let frequent: Set<Fact.Kind> = [.command, .output, .said, .line]

  private func lintLiterals(_ rule: Rule) -> [LintFinding] {
    guard Self.frequent.contains(rule.on), let match = rule.match, match.literals.isEmpty else { return [] }
    return [
      LintFinding(
        check: .literal, rule: rule.id, origin: rule.origin, near: match.source,
        message: "the pattern has no fixed text to search by, so it is run on every \(rule.on); name a word "
          + "of three letters or more that each match has, outside of brackets")
    ]
  }
}

/// Names in `when` that no fact of the rule's kind has. Those in templates are errors already.
private struct LintFields {
  private let book: Rulebook
  /// What examples and the analysis of commands bring along is known too.
  private let seen: [Fact.Kind: Set<String>]

  init(_ book: Rulebook) {
    self.book = book
    seen = book.rules.reduce(into: [:]) { seen, rule in
      for fact in (rule.fires + rule.silent).flatMap({ book.facts(of: $0, of: rule) }) {
        seen[rule.on, default: []].formUnion(fact.fields.keys)
      }
    }
  }

  func findings(of rule: Rule) -> [LintFinding] {
    guard let when = rule.when else { return [] }
    let known = book.knownFields(of: rule).union(seen[rule.on] ?? [])
    return when.fields.subtracting(known).sorted().map { name in
      let hint =
        nearest(to: name, among: known).map { "did you mean '\($0)'?" }
        ?? "known are: \(known.sorted().joined(separator: ", "))"
      return LintFinding(
        check: .field, rule: rule.id, origin: rule.origin, near: when.source,
        message: "'when' names the field '\(name)', which no \(rule.on) has; \(hint)")
    }
  }
}
