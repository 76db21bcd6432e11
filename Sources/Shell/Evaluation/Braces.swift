/// Brace expansion: `{a,b}` and `{1..3}`, before anything else is expanded.
extension Evaluator {
  /// The words that a word with braces stands for; nil when its braces stand for themselves.
  mutating func braced(_ word: Word) -> [[Part]]? {
    var tokens: [BraceToken] = []
    for part in word.parts {
      guard case .literal(let range) = part else {
        tokens.append(.part(part))
        continue
      }
      var start = range.lowerBound
      for index in range {
        let token: BraceToken
        switch script.text[index] {
        case Byte.openBrace: token = .open(index)
        case Byte.closeBrace: token = .close(index)
        case Byte.comma: token = .comma(index)
        default: continue
        }
        if start < index { tokens.append(.part(.literal(start..<index))) }
        tokens.append(token)
        start = index + 1
      }
      if start < range.upperBound { tokens.append(.part(.literal(start..<range.upperBound))) }
    }
    charge(tokens.count)
    guard tokens.count <= 512 else {
      analysis.isTruncated = true
      return nil
    }
    var expansion = BraceExpansion(tokens: tokens, text: script.text)
    let words = expansion.words(0..<tokens.count, depth: 0)
    charge(expansion.steps)
    if expansion.isCut { analysis.isTruncated = true }
    return words
  }
}

enum BraceToken {
  case part(Part)
  case open(Int)
  case close(Int)
  case comma(Int)
}

private struct BraceExpansion {
  let tokens: [BraceToken]
  let text: [UInt8]
  var steps = 0
  var isCut = false

  /// All words that a range of tokens stands for; at most `Limits.braceResults`.
  mutating func words(_ range: Range<Int>, depth: Int) -> [[Part]] {
    var results: [[Part]] = [[]]
    var index = range.lowerBound
    while index < range.upperBound {
      if case .open = tokens[index], depth < 8, let group = group(from: index, before: range.upperBound) {
        var choices: [[Part]] = []
        for alternative in group.alternatives {
          choices += words(alternative, depth: depth + 1)
        }
        if group.alternatives.count == 1 { choices = sequence(group.alternatives[0]) ?? [] }
        results = product(results, choices)
        index = group.end + 1
      } else {
        for position in results.indices { results[position].append(part(tokens[index])) }
        steps += results.count
        index += 1
      }
    }
    return results
  }

  private mutating func product(_ left: [[Part]], _ right: [[Part]]) -> [[Part]] {
    var results: [[Part]] = []
    for head in left {
      for tail in right {
        guard results.count < Limits.braceResults else {
          isCut = true
          return results
        }
        steps += head.count + tail.count
        results.append(head + tail)
      }
    }
    return results
  }

  private func part(_ token: BraceToken) -> Part {
    switch token {
    case .part(let part): part
    case .open(let index), .close(let index), .comma(let index): .literal(index..<index + 1)
    }
  }

  /// The alternatives between an opening brace and its closing one, if they are a brace expansion.
  private mutating func group(from start: Int, before end: Int) -> (alternatives: [Range<Int>], end: Int)? {
    var level = 0
    var alternatives: [Range<Int>] = []
    var from = start + 1
    for index in start..<end {
      steps += 1
      switch tokens[index] {
      case .open: level += 1
      case .close:
        level -= 1
        guard level == 0 else { continue }
        let last = from..<index
        if alternatives.isEmpty, sequence(last) == nil { return nil }
        return (alternatives + [last], index)
      case .comma where level == 1:
        alternatives.append(from..<index)
        from = index + 1
      default: break
      }
    }
    return nil
  }

  /// `1..3` and `a..c`.
  private func sequence(_ range: Range<Int>) -> [[Part]]? {
    guard range.count == 1, case .part(.literal(let bytes)) = tokens[range.lowerBound] else { return nil }
    let piece = String(decoding: text[bytes], as: UTF8.self)
    guard let dots = piece.utf8.firstIndex(of: Byte.dot) else { return nil }
    let tail = piece[dots...]
    guard tail.hasPrefix("..") else { return nil }
    // The values of a sequence have no place in the text; numbers and letters rarely decide what runs.
    let low = String(piece[..<dots])
    let high = String(tail.dropFirst(2))
    let isNumbers = Int(low) != nil && Int(high) != nil
    guard isNumbers || low.utf8.count == 1 && high.utf8.count == 1 else { return nil }
    let first = bytes.lowerBound..<bytes.lowerBound + low.utf8.count
    let last = bytes.upperBound - high.utf8.count..<bytes.upperBound
    return low == high ? [[.literal(first)]] : [[.literal(first)], [.literal(last)]]
  }
}
