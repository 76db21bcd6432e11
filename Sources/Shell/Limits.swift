/// Bounds of the analysis. Past one of them the result is marked truncated and ends with an opaque command.
enum Limits {
  /// Nested quotes, substitutions and compound commands within one text.
  static let syntaxDepth = 40
  /// Commands, texts and substitutions within each other while they are walked.
  static let nesting = 80
  static let commands = 2048
  /// Work: a constant and a multiple of the text's length.
  static let baseSteps = 400_000
  static let stepsPerByte = 24
  static let valueLength = 65_536
  static let words = 4096
  static let braceResults = 256
  static let loopValues = 16
  static let alternatives = 4
  static let fileReads = 64
  static let fileLength = 262_144
  static let hiddenText = 64
  static let pathLength = 1024
  /// How far up a directory's parents are looked at for a repository.
  static let parents = 32
}
