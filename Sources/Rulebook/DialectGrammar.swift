/// The keys of a dialect file: what the reader knows, and what `rules/agents/schema.json` must say.
enum DialectGrammar {
  static let top = [
    "agent", "versions", "recognise", "process", "keys", "restart", "lines", "states", "unasked",
  ]
  static let keys = ["interrupt", "submit", "queue", "clear"]
  static let restart = ["exit", "drop", "drop_with_value", "values", "lists"]
  static let line = [
    "is", "phase", "match", "more", "trim", "line", "empty", "unless_colour", "lowest", "top",
    "dialog_within",
    "samples",
  ]
  static let state = ["is", "match", "announced"]
}
