import Patterns

extension Redaction {
  /// Rows of a screen without secrets, as many as there were.
  ///
  /// A secret that was too long for its row goes on in the next, where the program that broke it may have set it in; so
  /// may the word by which it is known. Each row's part of it becomes `[redacted:ID]`.
  public func redacted(rows: [String], using context: MatchContext) -> [String] {
    guard !secrets.isEmpty, !rows.isEmpty else { return rows }
    let whole = JoinedRows(rows)
    let found = places(in: String(decoding: whole.bytes, as: UTF8.self), using: context)
    let clean =
      found.isEmpty
      ? rows
      : whole.rows { part in
        found.filter { $0.place.overlaps(part) }.map { ($0.place.clamped(to: part), "\(Self.mark)\($0.id)]") }
      }
    // What is joined wrongly may hide what stands in one row.
    return clean.map { redacted($0, using: context) }
  }

  /// All secrets in a text, in order; those that overlap are one.
  private func places(in text: String, using context: MatchContext) -> [(place: Range<Int>, id: String)] {
    let all = plausible(in: text, using: context).flatMap { secret in
      Self.places(of: secret, in: text, using: context).map { (place: $0, id: secret.id) }
    }
    return all.sorted { $0.place.lowerBound < $1.place.lowerBound }.reduce(into: []) { kept, next in
      guard let last = kept.last, next.place.lowerBound < last.place.upperBound else {
        return kept.append(next)
      }
      let end = max(last.place.upperBound, next.place.upperBound)
      kept[kept.count - 1].place = last.place.lowerBound..<end
    }
  }
}

/// Rows as one text: one that reaches the edge goes on in the next.
private struct JoinedRows {
  private(set) var bytes: [UInt8] = []
  /// Of each row what stands before its part, and where its part is in the whole.
  private var parts: [(indent: [UInt8], place: Range<Int>)] = []

  /// Narrower screens break everything; what stands there is not worth a guess.
  private static let narrowest = 20

  init(_ rows: [String]) {
    let edge = rows.map(\.count).max() ?? 0
    var goesOn = false
    for row in rows {
      let isBlank = row.allSatisfy(\.isWhitespace)
      if !parts.isEmpty, !goesOn || isBlank { bytes.append(UInt8(ascii: "\n")) }
      let indent = goesOn && !isBlank ? Array(row.utf8.prefix { $0 == 0x20 }) : []
      let start = bytes.count
      bytes += row.utf8.dropFirst(indent.count)
      parts.append((indent, start..<bytes.count))
      // Some programs leave the last column or two free.
      goesOn = edge >= Self.narrowest && row.count >= edge - 2
    }
  }

  /// The rows again.
  ///
  /// - Parameter changes: What stands where instead, in order, within a part of the whole.
  func rows(_ changes: (Range<Int>) -> [(place: Range<Int>, text: String)]) -> [String] {
    parts.map { part in
      var row = part.indent
      var next = part.place.lowerBound
      for change in changes(part.place) where !change.place.isEmpty {
        row += bytes[next..<change.place.lowerBound]
        row += change.text.utf8
        next = change.place.upperBound
      }
      return String(decoding: row + bytes[next..<part.place.upperBound], as: UTF8.self)
    }
  }
}
