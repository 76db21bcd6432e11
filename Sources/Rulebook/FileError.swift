/// What is wrong with a rule or dialect file: where, what, and what to write instead.
public struct FileError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The file as the user named it.
  public let file: String
  /// 1-based.
  public let line: Int
  /// 1-based, in characters.
  public let column: Int
  /// One sentence, with the advice behind a semicolon.
  public let message: String

  public init(file: String, line: Int, column: Int, message: String) {
    self.file = file
    self.line = line
    self.column = column
    self.message = message
  }

  public var description: String { "\(file):\(line):\(column): \(message)" }
}

/// The known word nearest to a misspelt one, if any is near enough to be meant.
func nearest(to word: String, among known: some Sequence<String>) -> String? {
  known
    .map { ($0, editDistance(word.lowercased(), $0.lowercased())) }
    .filter { $0.1 <= max(1, word.count / 3) }
    .min { ($0.1, $0.0) < ($1.1, $1.0) }?
    .0
}

private func editDistance(_ a: String, _ b: String) -> Int {
  let a = Array(a.utf8.prefix(64))
  let b = Array(b.utf8.prefix(64))
  var row = Array(0...b.count)
  for (i, x) in a.enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for (j, y) in b.enumerated() {
      let above = row[j + 1]
      row[j + 1] = min(above + 1, row[j] + 1, diagonal + (x == y ? 0 : 1))
      diagonal = above
    }
  }
  return row[b.count]
}
