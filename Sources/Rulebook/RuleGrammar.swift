/// The keys of a rule file: what the reader knows, and what `rules/schema.json` must say.
enum RuleGrammar {
  static let top = ["lists", "macros", "rules", "except", "severity", "raise", "disable"]
  static let rule = [
    "id", "on", "match", "except", "when", "severity", "why", "instead", "prompt", "do", "ladder", "emit",
    "count", "cooldown", "cap", "for", "stalled", "expect", "within", "unless", "by", "fires", "silent",
  ]
  static let list = ["add"]
  static let count = ["at", "within", "by", "reset", "per"]
  static let cap = ["at", "within"]
  static let ladder = ["reset"]
  static let stalled = ["after", "clocks", "grace"]
  static let hold = ["for", "then"]
  static let restart = ["handoff", "turn", "within", "cooldown", "grace"]
  /// Beside fields of the fact.
  static let sequenceExample = ["sequence", "fires_at", "until"]
  static let recordingExample = ["recording", "at"]

  /// The most rules, entries of a list, and examples of one kind that a file may have.
  static let most = 4096
}
