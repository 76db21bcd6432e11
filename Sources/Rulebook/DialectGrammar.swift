/// The keys of a dialect file: what the reader knows, and what `rules/agents/schema.json` must say.
enum DialectGrammar {
  static let top = ["agent", "versions", "recognise", "process", "keys", "lines", "states"]
  static let keys = ["interrupt", "submit", "queue"]
  static let line = [
    "is", "phase", "match", "more", "trim", "line", "empty", "unless_colour", "lowest", "samples",
  ]
  static let state = ["is", "match", "announced"]
}
