/// Where a character of UTF-8 was cut by the end of a piece.
enum UTF8Cut {
  /// How many bytes at the end begin a character that is not complete; 0 when there is none.
  static func length(in bytes: Slice<UnsafeRawBufferPointer>) -> Int {
    for back in 1...3 where back <= bytes.count {
      let byte = bytes[bytes.endIndex - back]
      if byte & 0xC0 != 0x80 { return width(lead: byte) > back ? back : 0 }
    }
    return 0
  }

  /// How many bytes a character takes that begins with `lead`; 1 for what begins none.
  static func width(lead: UInt8) -> Int {
    switch lead {
    case 0xC2...0xDF: 2
    case 0xE0...0xEF: 3
    case 0xF0...0xF4: 4
    default: 1
    }
  }
}
