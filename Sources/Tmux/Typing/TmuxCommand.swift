/// One tmux command: a name and its arguments, quoted by one function, so that no argument can become syntax.
///
/// Formats (`#{…}`) inside an argument are tmux's own business: only commands that expand an argument expand
/// it, `send-keys` and `set-buffer` do not.
public struct TmuxCommand: Hashable, Sendable, CustomStringConvertible {
  public let words: [[UInt8]]

  public init(_ words: String...) {
    self.words = words.map { Array($0.utf8) }
  }

  public init(words: [[UInt8]]) {
    self.words = words
  }

  /// The command as tmux's parser must read it to get exactly `words` back; never holds a line feed.
  ///
  /// `nil` when a word holds a NUL, which tmux cannot take in, or when there is no word.
  public var line: [UInt8]? {
    guard !words.isEmpty, !words.contains(where: { $0.contains(0) }) else { return nil }
    var line: [UInt8] = []
    for word in words {
      if !line.isEmpty { line.append(0x20) }
      quote(word, into: &line)
    }
    return line
  }

  public var description: String { String(decoding: line ?? [], as: UTF8.self) }
}

/// Within double quotes tmux's parser reads a backslash and three octal digits as that byte.
///
/// All that is not plainly harmless is written so; bytes of UTF-8 stand for themselves.
private func quote(_ word: [UInt8], into line: inout [UInt8]) {
  line.append(UInt8(ascii: "\""))
  for byte in word {
    if harmless(byte) {
      line.append(byte)
    } else {
      line.append(UInt8(ascii: "\\"))
      line.append(0x30 + (byte >> 6))
      line.append(0x30 + (byte >> 3 & 7))
      line.append(0x30 + (byte & 7))
    }
  }
  line.append(UInt8(ascii: "\""))
}

private func harmless(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), 0x80...: true
  case UInt8(ascii: "0")...UInt8(ascii: "9"): true
  default: " _-./:=@,+%".utf8.contains(byte)
  }
}
