import Patterns

/// A rule fired on a fact.
public struct Verdict: Sendable {
  public let rule: Rule
  public let fact: Fact
  /// The rule's reason and advice, their places filled from the fact.
  public let why: String
  public let instead: String?
  /// What is to be done, in order: the rule's actions, less those that come too late for this evidence.
  public let actions: [Action]
}

/// Something that a person should know about the rules themselves.
public struct Notice: Sendable, Equatable {
  public let rule: String
  public let text: String
}

/// Judges facts by a rulebook: the state that a rulebook needs while time goes by.
///
/// Told the time by the facts it is given; asks nobody. Not thread-safe: one owner.
public final class Judge {
  public private(set) var rulebook: Rulebook
  /// Notices since they were last taken.
  private var notices: [Notice] = []
  private let context = MatchContext()
  private var standing: [Fact.Kind: PatternSet.Standing] = [:]
  private var raised = RecentStories()

  public init(_ rulebook: Rulebook) {
    self.rulebook = rulebook
  }

  /// Goes on by other rules. What has been raised stays raised.
  public func adopt(_ rulebook: Rulebook) {
    self.rulebook = rulebook
    standing = [:]
  }

  /// What the rules say of the fact, in the order of the rules. A rule fires once a story, at the first
  /// evidence.
  public func judge(_ fact: Fact) -> [Verdict] {
    guard let listeners = rulebook.listeners[fact.kind] else { return [] }
    var fired: [Int] = listeners.unconditional.filter { decide(rulebook.rules[$0], fact, fact.fields) }
    var captures: [Int: [String: Value]] = [:]
    var text = fact.text
    text.withUTF8 { bytes in
      listeners.patterns.forEachMatch(
        in: bytes, standing: &standing[fact.kind, default: .init()], using: context
      ) { index, result in
        let ruleIndex = listeners.matching[index]
        let rule = rulebook.rules[ruleIndex]
        switch result {
        case .success(let match):
          let fields = fact.fields.merging(namedGroups(of: rule, match, in: bytes)) { _, new in new }
          guard !isExcepted(rule, bytes), decide(rule, fact, fields) else { return }
          fired.append(ruleIndex)
          captures[ruleIndex] = fields
        case .failure(let stop):
          notices.append(
            Notice(
              rule: rule.id,
              text: "rule '\(rule.id)' (\(rule.origin)) \(stop) and was stood down until its file changes"))
        }
      }
    }
    return fired.sorted().compactMap { index in
      verdict(of: rulebook.rules[index], on: fact, fields: captures[index] ?? fact.fields)
    }
  }

  /// The notices since the last call; each is given once.
  public func takeNotices() -> [Notice] {
    defer { notices = [] }
    return notices
  }

  private func decide(_ rule: Rule, _ fact: Fact, _ fields: [String: Value]) -> Bool {
    rule.when?.holds(for: fields, lists: rulebook.lists) ?? true
  }

  private func isExcepted(_ rule: Rule, _ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    rule.except.contains { (try? $0.firstMatch(in: bytes, using: context)) != nil }
  }

  private func namedGroups(
    of rule: Rule, _ match: Match, in bytes: UnsafeBufferPointer<UInt8>
  ) -> [String: Value] {
    guard let names = rule.match?.captureNames, !names.isEmpty else { return [:] }
    return names.reduce(into: [:]) { fields, name in
      guard let range = match.range(named: name) else { return }
      fields[name] = .string(String(decoding: bytes[range], as: UTF8.self))
    }
  }

  private func verdict(of rule: Rule, on fact: Fact, fields: [String: Value]) -> Verdict? {
    if let story = fact.story, !raised.insert(story: story, agent: fact.agent, rule: rule.id) {
      return nil
    }
    var fact = fact
    fact.fields = fields
    return Verdict(
      rule: rule, fact: fact, why: rule.why.filled(from: fields),
      instead: rule.instead?.filled(from: fields),
      actions: rule.actions.filter { $0.applies(to: fact.source) })
  }
}

/// The last few thousand (agent, story, rule) for which an alert was raised. The oldest are forgotten.
private struct RecentStories {
  private struct Key: Hashable {
    let agent: String
    let story: UInt64
    let rule: String
  }

  private static let capacity = 4096
  private var known: Set<Key> = []
  private var order: [Key] = []
  private var oldest = 0

  /// Whether it had not been there.
  mutating func insert(story: UInt64, agent: String, rule: String) -> Bool {
    let key = Key(agent: agent, story: story, rule: rule)
    guard known.insert(key).inserted else { return false }
    if order.count < Self.capacity {
      order.append(key)
    } else {
      known.remove(order[oldest])
      order[oldest] = key
      oldest = (oldest + 1) % Self.capacity
    }
    return true
  }
}
