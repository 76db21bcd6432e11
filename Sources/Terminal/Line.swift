/// The identity of a line; grows with every line that a screen has seen and is never given twice.
public struct LineID: Hashable, Comparable, Sendable, CustomStringConvertible {
  public let number: UInt64

  public static func < (a: LineID, b: LineID) -> Bool { a.number < b.number }
  public var description: String { "#\(number)" }
}

/// One logical line of a screen: the rows that the terminal wrapped are joined, trailing blanks are gone.
public struct Line: Sendable, Equatable {
  public internal(set) var id: LineID
  /// The first row, 0-based.
  ///
  /// Negative for a line that has left the screen at the top.
  public internal(set) var row: Int
  /// How many rows of the screen it takes.
  public internal(set) var rowCount: Int
  /// Counts the changes of this identity's text, news or not: whoever keeps what it worked out about a line
  /// keeps it by identity *and* revision.
  public internal(set) var revision: Int
  /// It was not there in the frame before.
  ///
  /// Blank lines are never new.
  public internal(set) var isNew: Bool
  /// It was there, and has become longer.
  public internal(set) var isRevised: Bool
  public internal(set) var style: Style
  /// The text as UTF-8.
  public internal(set) var utf8: [UInt8]
  var hash: UInt64

  /// The text.
  ///
  /// Made anew at each call: keep it rather than ask twice.
  public var text: String { String(decoding: utf8, as: UTF8.self) }
  public var isBlank: Bool { utf8.isEmpty }
  public var isNews: Bool { isNew || isRevised }
}

extension Line: CustomStringConvertible {
  public var description: String {
    "\(row)\(isNew ? "+" : isRevised ? "*" : " ") \(id) \(text)"
  }
}

/// A hash of a line's bytes, only for finding equal lines quickly; equality is always confirmed.
func hashOfLine(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt64 {
  var hash: UInt64 = 0x9E37_79B9_7F4A_7C15 &+ UInt64(bytes.count)
  guard let base = UnsafeRawPointer(bytes.baseAddress) else { return hash }
  var offset = 0
  while offset + 8 <= bytes.count {
    let word = base.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
    hash = (hash ^ word) &* 0xFF51_AFD7_ED55_8CCD
    hash ^= hash >> 32
    offset += 8
  }
  while offset < bytes.count {
    hash = (hash ^ UInt64(bytes[offset])) &* 0xC4CE_B9FE_1A85_EC53
    hash ^= hash >> 29
    offset += 1
  }
  return hash
}
