/// Recognises lines that a program wraps anew after a resize: they say what was there before in other breaks.
///
/// It holds the text from before, history first, without white space and box drawing. It is over
/// four changed frames after the last one in which it recognised anything, and after 64 changed frames at the
/// latest. While it lasts, a line that repeats what was there may be taken for old.
struct Reflow {
  struct Found {
    let id: LineID
    let revision: Int
    /// The line says more than the old one, which was cut by an ellipsis.
    let isLonger: Bool
    /// Where in the text from before it stands.
    let range: Range<Int>
  }

  private struct Span {
    let id: LineID
    let revision: Int
    let range: Range<Int>
    let endsInEllipsis: Bool
  }

  private static let limit = 262_144
  private static let shortest = 8
  private var text: [UInt8] = []
  private var spans: [Span] = []
  private var aliases: [LineID: Range<Int>] = [:]
  private var taken: [Range<Int>] = []
  private var last = 0
  private var changedFrames = 0
  private var idleFrames = 0
  private var hasRecognised = false

  init(_ history: History, _ lines: [Line]) {
    for entry in history.entries { append(entry.id, entry.revision, entry.utf8) }
    for line in lines { append(line.id, line.revision, line.utf8) }
  }

  private mutating func append(_ id: LineID, _ revision: Int, _ utf8: [UInt8]) {
    guard text.count < Self.limit else { return }
    let (squeezed, isCut) = Self.squeeze(utf8)
    guard !squeezed.isEmpty else { return }
    let range = text.count..<text.count + squeezed.count
    text += squeezed
    spans.append(Span(id: id, revision: revision, range: range, endsInEllipsis: isCut))
  }

  /// The text without white space, box drawing and a closing ellipsis.
  private static func squeeze(_ utf8: [UInt8]) -> (text: [UInt8], isCut: Bool) {
    var out: [UInt8] = []
    out.reserveCapacity(utf8.count)
    var index = 0
    while index < utf8.count {
      let byte = utf8[index]
      if byte <= 0x20 {
        index += 1
      } else if byte == 0xC2, index + 1 < utf8.count, utf8[index + 1] == 0xA0 {
        index += 2
      } else if byte == 0xE2, index + 2 < utf8.count,
        utf8[index + 1] == 0x94 || utf8[index + 1] == 0x95
          || (utf8[index + 1] == 0x8E && utf8[index + 2] == 0xBF)
      {
        index += 3
      } else {
        out.append(byte)
        index += 1
      }
    }
    let isCut = out.suffix(3).elementsEqual([0xE2, 0x80, 0xA6])
    if isCut { out.removeLast(3) }
    return (out, isCut)
  }

  /// Looks for what the comparison could not place.
  ///
  /// - Returns: Whether anything was found.
  mutating func recognise(_ comparison: inout Comparison) -> Bool {
    let showing = comparison.placed
    taken = spans.filter { showing.contains($0.id) }.map(\.range)
    taken += aliases.filter { showing.contains($0.key) }.values
    last = 0
    var hasFound = false
    for index in comparison.drafts.indices {
      guard case .unknown = comparison.drafts[index].origin, !comparison.drafts[index].utf8.isEmpty,
        let found = find(comparison.drafts[index].utf8)
      else { continue }
      comparison.drafts[index].origin = .reflowed(found)
      hasFound = true
    }
    return hasFound
  }

  /// The old line that covers the beginning of this text, or nil when the text was not there.
  private mutating func find(_ utf8: [UInt8]) -> Found? {
    let (needle, _) = Self.squeeze(utf8)
    guard !needle.isEmpty else { return nil }
    if let start = position(of: needle) {
      let range = start..<start + needle.count
      taken.append(range)
      last = range.upperBound
      return found(range, isLonger: false)
    }
    guard needle.count >= Self.shortest else { return nil }
    let span = spans.last {
      $0.endsInEllipsis && $0.range.count >= Self.shortest && needle.count > $0.range.count
        && needle.starts(with: text[$0.range]) && isFree($0.range)
    }
    guard let span else { return nil }
    taken.append(span.range)
    last = span.range.upperBound
    return found(span.range, isLonger: true)
  }

  /// This line says what stood in that range.
  mutating func remember(_ id: LineID, at range: Range<Int>) {
    aliases[id] = range
  }

  private func found(_ range: Range<Int>, isLonger: Bool) -> Found? {
    var (low, high) = (0, spans.count)
    while low < high {
      let middle = (low + high) / 2
      if spans[middle].range.upperBound <= range.lowerBound { low = middle + 1 } else { high = middle }
    }
    guard low < spans.count else { return nil }
    return Found(id: spans[low].id, revision: spans[low].revision, isLonger: isLonger, range: range)
  }

  private func position(of needle: [UInt8]) -> Int? {
    if last + needle.count <= text.count, text[last...].starts(with: needle),
      isFree(last..<last + needle.count)
    {
      return last
    }
    guard needle.count >= Self.shortest else {
      return spans.last {
        $0.range.count == needle.count && text[$0.range].elementsEqual(needle) && isFree($0.range)
      }?
      .range.lowerBound
    }
    return search(needle, from: last) ?? search(needle, from: 0)
  }

  private func search(_ needle: [UInt8], from start: Int) -> Int? {
    text.withUnsafeBufferPointer { text in
      needle.withUnsafeBufferPointer { needle in
        var index = start
        while index + needle.count <= text.count {
          if text[index] == needle[0], text[index + needle.count - 1] == needle[needle.count - 1],
            (0..<needle.count).allSatisfy({ text[index + $0] == needle[$0] }),
            isFree(index..<index + needle.count)
          {
            return index
          }
          index += 1
        }
        return nil
      }
    }
  }

  private func isFree(_ range: Range<Int>) -> Bool {
    !taken.contains { $0.overlaps(range) }
  }

  /// A changed frame has ended.
  ///
  /// - Returns: Whether it is over.
  mutating func endFrame(recognised: Bool) -> Bool {
    changedFrames += 1
    hasRecognised = hasRecognised || recognised
    idleFrames = recognised || !hasRecognised ? 0 : idleFrames + 1
    return idleFrames >= 4 || changedFrames >= 64
  }
}
