/// Which variables of the environment rules ask for: the entries with which they compare the field `env`.
///
/// An environment is full of secrets. Whoever reads one keeps what a rule has asked for, and tells of it by the rule's
/// own words.
public struct VariablePatterns: Sendable, Equatable {
  private var patterns: [String] = []

  public init() {}

  public init(_ rulebook: Rulebook) {
    for condition in rulebook.rules.lazy.filter({ $0.on == .command }).compactMap(\.when) {
      for pattern in condition.members(of: "env", lists: rulebook.lists) where !patterns.contains(pattern) {
        patterns.append(pattern)
      }
    }
  }

  public var isEmpty: Bool { patterns.isEmpty }

  /// The entry of a rule that an assignment such as `HUSKY=0` fits; nil when no rule asks for it.
  public func pattern(for assignment: String) -> String? {
    patterns.first { glob($0, matches: assignment) }
  }

  /// What rules ask for among the entries of an environment, each ended by a NUL.
  public func asked(in environment: [UInt8]) -> [String] {
    guard !isEmpty else { return [] }
    return environment.split(separator: 0).lazy.prefix(Self.most).map {
      String(decoding: $0.prefix(Self.longest), as: UTF8.self)
    }.filter { pattern(for: $0) != nil }
  }

  private static let most = 4096
  private static let longest = 4096
}
