/// Text that may be typed or pasted into a pane: valid UTF-8 without control characters, so that it can
/// neither press keys, nor carry an escape sequence, nor end a bracketed paste early.
public struct TypedText: Hashable, Sendable {
  /// The most bytes one text may have: 64 KiB.
  public static let longest = 64 << 10

  public let bytes: [UInt8]

  /// Text to be typed as single keys; not even a tab or a line feed is allowed.
  public init(typing text: some Sequence<UInt8>) throws(TypingError) {
    self.bytes = try Self.checked(Array(text), allowing: [])
  }

  /// Text to be pasted as one piece; tabs and line feeds are allowed.
  ///
  /// Each line feed arrives as the carriage return that a terminal's own paste would send.
  public init(pasting text: some Sequence<UInt8>) throws(TypingError) {
    self.bytes = try Self.checked(Array(text), allowing: [0x09, 0x0A])
  }

  /// Bytes of one piece: agents show a placeholder in place of a longer text that is pasted at once.
  static let pieceLength = 600

  /// The text in pieces, one after the other.
  public var pieces: [TypedText] {
    guard bytes.count > Self.pieceLength else { return [self] }
    var pieces: [TypedText] = []
    var start = 0
    while start < bytes.count {
      var end = min(start + Self.pieceLength, bytes.count)
      // Not within a character.
      while end < bytes.count, end > start, bytes[end] & 0xC0 == 0x80 { end -= 1 }
      pieces.append(TypedText(checked: Array(bytes[start..<end])))
      start = end
    }
    return pieces
  }

  private init(checked bytes: [UInt8]) {
    self.bytes = bytes
  }

  private static func checked(_ bytes: [UInt8], allowing: [UInt8]) throws(TypingError) -> [UInt8] {
    if bytes.isEmpty { throw .empty }
    if bytes.count > longest { throw .tooLong(bytes.count) }
    guard let text = String(validating: bytes, as: UTF8.self) else { throw .notUTF8 }
    for scalar in text.unicodeScalars
    where scalar.properties.generalCategory == .control && !allowing.contains(where: { $0 == scalar.value }) {
      throw .controlCharacter(scalar.value)
    }
    return bytes
  }
}

/// Why a text is not typed.
public enum TypingError: Error, Hashable, Sendable, CustomStringConvertible {
  case empty
  case tooLong(Int)
  case notUTF8
  case controlCharacter(UInt32)

  public var description: String {
    switch self {
    case .empty: "the text to type is empty; give at least one character"
    case .tooLong(let count):
      "the text to type has \(count) bytes; at most \(TypedText.longest) are typed, so shorten it"
    case .notUTF8: "the text to type is not valid UTF-8; replace the broken bytes first"
    case .controlCharacter(let value):
      "the text to type holds the control character \(value); remove it, or press a key instead"
    }
  }
}
