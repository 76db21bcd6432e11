/// The keys of a rule file: what the reader knows, and what `rules/schema.json` must say.
enum RuleGrammar {
  static let top = ["lists", "macros", "rules", "except", "severity", "raise", "disable"]
  static let rule = [
    "id", "on", "match", "except", "when", "severity", "why", "instead", "prompt", "do", "ladder", "emit",
    "count", "cooldown", "for", "stalled", "expect", "within", "unless", "by", "fires", "silent",
  ]
  static let list = ["add"]
  static let count = ["at", "within", "by", "reset"]
  static let ladder = ["reset"]
  static let stalled = ["after", "clocks"]
  static let hold = ["for", "then"]
  static let restart = ["handoff"]
  /// Beside fields of the fact.
  static let sequenceExample = ["sequence", "fires_at", "until"]
  static let recordingExample = ["recording", "at"]

  /// The most rules, entries of a list, and examples of one kind that a file may have.
  static let most = 4096
}
