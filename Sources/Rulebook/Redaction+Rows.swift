import Patterns

extension Redaction {
  /// Rows of a screen without secrets.
  ///
  /// A secret that was too long for its row goes on in the next, where the program that broke it may have set it in;
  /// each part of it becomes `[redacted:ID]`. One that spans whole lines, as a private key does, leaves one row.
  public func redacted(rows: [String], using context: MatchContext) -> [String] {
    guard !secrets.isEmpty, let edge = rows.map(\.count).max() else { return rows }
    var clean = rows
    var first = 0
    while first < rows.count {
      // Rows that reach the edge go on in the next.
      var last = first
      while last + 1 < rows.count, Self.isFull(rows[last], edge), !rows[last + 1].allSatisfy(\.isWhitespace) {
        last += 1
      }
      if last > first { takeBroken(out: &clean, first...last, using: context) }
      first = last + 1
    }
    return redacted(clean, using: context)
  }

  /// Narrower screens break everything; what stands there is not worth a guess.
  private static let narrowest = 20

  /// Some programs leave the last column or two free.
  private static func isFull(_ row: String, _ edge: Int) -> Bool {
    edge >= narrowest && row.count >= edge - 2
  }

  private func takeBroken(
    out rows: inout [String], _ which: ClosedRange<Int>, using context: MatchContext
  ) {
    var whole: [UInt8] = []
    // Where each row's part begins in the whole, and how much of the row stands before it.
    var parts: [(row: Int, start: Int, indent: Int)] = []
    for row in which {
      let indent = row == which.lowerBound ? 0 : rows[row].utf8.prefix { $0 == 0x20 }.count
      parts.append((row, whole.count, indent))
      whole += rows[row].utf8.dropFirst(indent)
    }
    let found = places(in: String(decoding: whole, as: UTF8.self), using: context)
    for part in parts.reversed() {
      var bytes = Array(rows[part.row].utf8)
      let own = part.start..<part.start + bytes.count - part.indent
      for (place, id) in found.reversed() where place.overlaps(own) && place.clamped(to: own) != place {
        let here = place.clamped(to: own)
        let shift = part.indent - part.start
        bytes.replaceSubrange(
          here.lowerBound + shift..<here.upperBound + shift, with: Array("\(Self.mark)\(id)]".utf8))
      }
      rows[part.row] = String(decoding: bytes, as: UTF8.self)
    }
  }

  /// All secrets in a text, in order; of two that overlap the one that begins first.
  private func places(in text: String, using context: MatchContext) -> [(place: Range<Int>, id: String)] {
    let all = secrets.flatMap { secret in
      Self.places(of: secret, in: text, using: context).map { (place: $0, id: secret.id) }
    }
    return all.sorted { $0.place.lowerBound < $1.place.lowerBound }.reduce(into: []) { kept, next in
      if next.place.lowerBound >= kept.last?.place.upperBound ?? 0 { kept.append(next) }
    }
  }
}
