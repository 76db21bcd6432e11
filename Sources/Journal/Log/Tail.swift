/// How a file of the log ends: its last whole line, and what follows that is none.
struct Tail: Equatable {
  var end: ChainEnd?
  var cut: Link.Cut?
  /// Whether the last byte is a newline, or there is none at all.
  var isTerminated = true

  /// How far back a whole line is looked for.
  static let window = 4 * Alert.Bounds.line

  /// - Throws: `notALog` when the file has content and no line of ours near its end.
  static func read(_ file: OpenFile, size: Int) throws(JournalError) -> Tail {
    guard size > 0 else { return Tail() }
    // Nearly always the last line is whole and near.
    var window = min(size, 16384)
    while true {
      let bytes = try file.read(at: size - window, count: window)
      if let tail = Tail(endOf: bytes, isWhole: window == size) { return tail }
      guard window < min(size, Self.window) else { throw .notALog(path: file.path) }
      window = min(size, Self.window)
    }
  }

  private init() {}

  /// Nil when there is no whole line of ours, unless the file is nothing but a first line cut off.
  private init?(endOf bytes: [UInt8], isWhole: Bool) {
    let newline = UInt8(ascii: "\n")
    isTerminated = bytes.last == newline
    let content = isTerminated ? bytes.dropLast() : bytes[...]
    var rest = content
    while true {
      let start = rest.lastIndex(of: newline).map { $0 + 1 } ?? rest.startIndex
      guard start > bytes.startIndex || isWhole else { return nil }
      let line = rest[start...]
      if let link = Link.read(line) {
        end = ChainEnd(seq: link.seq, hash: Digest(of: line))
        if line.endIndex < content.endIndex { cut = Self.cut(content[(line.endIndex + 1)...]) }
        return
      }
      guard start > bytes.startIndex else { break }
      rest = rest[..<(start - 1)]
    }
    guard content.starts(with: Array("{\"".utf8)) else { return nil }
    cut = Self.cut(content)
  }

  private static func cut(_ bytes: ArraySlice<UInt8>) -> Link.Cut {
    Link.Cut(bytes: bytes.count, sha256: Digest(of: bytes))
  }
}
