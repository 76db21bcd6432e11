/// The shapes that a terminal's input takes, without any state.
enum InputGrammar {
  static let pasteEnd: [UInt8] = Array("\u{1B}[201~".utf8)
  private static let sequenceLimit = 256

  /// The first keystroke of `bytes` and how long it is; nil when more bytes are needed to tell.
  ///
  /// A nil keystroke is the opening bracket of a paste. With `final` nothing more comes, and every byte
  /// gets a meaning.
  static func first(of bytes: [UInt8], final: Bool) -> (length: Int, keystroke: Keystroke?)? {
    switch bytes[0] {
    case 0x1B: return escape(bytes, final: final)
    case 0x0D: return (1, .enter)
    case 0x09: return (1, .key("Tab"))
    case 0x7F, 0x08: return (1, .key("Backspace"))
    case 0x00: return (1, .key("C-Space"))
    case 0x01...0x1A: return (1, .key("C-" + String(UnicodeScalar(bytes[0] + 0x60))))
    case 0x1C...0x1F: return (1, .key("C-" + String(UnicodeScalar(bytes[0] + 0x40))))
    default: return text(bytes, final: final)
    }
  }

  private static func text(_ bytes: [UInt8], final: Bool) -> (Int, Keystroke?)? {
    var run = bytes.prefix { $0 >= 0x20 && $0 != 0x7F }
    if !final, run.count == bytes.count {
      run = run.dropLast(unfinished(run))
      if run.isEmpty { return nil }
    }
    return (run.count, .text(String(decoding: run, as: UTF8.self)))
  }

  /// How many bytes at the end begin a character that is not complete.
  private static func unfinished(_ bytes: ArraySlice<UInt8>) -> Int {
    for (distance, byte) in bytes.reversed().prefix(3).enumerated() where byte & 0xC0 != 0x80 {
      let need = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1
      return need > distance + 1 ? distance + 1 : 0
    }
    return 0
  }

  private static func escape(_ bytes: [UInt8], final: Bool) -> (Int, Keystroke?)? {
    let alone: (Int, Keystroke?) = (1, .key("Escape"))
    guard bytes.count > 1 else { return final ? alone : nil }
    switch bytes[1] {
    case UInt8(ascii: "["): return csi(bytes) ?? (final || bytes.count > sequenceLimit ? alone : nil)
    case UInt8(ascii: "O"):
      guard bytes.count > 2 else { return final ? alone : nil }
      guard let name = finals[bytes[2]] else { return alone }
      return (3, .key(name))
    case UInt8(ascii: "]"), UInt8(ascii: "P"):
      // Answers begin with a number or a mark; an Escape that text follows does not.
      guard bytes.count > 2 else { return final ? alone : nil }
      guard (0x30...0x39).contains(bytes[2]) || [0x21, 0x3E].contains(bytes[2]) else { return alone }
      guard let end = stringEnd(bytes) else {
        return final || bytes.count > sequenceLimit ? alone : nil
      }
      return (end, .report(visible(bytes[..<end])))
    default: return alone
    }
  }

  private static func stringEnd(_ bytes: [UInt8]) -> Int? {
    for index in 2..<bytes.count {
      if bytes[index] == 0x07 { return index + 1 }
      if bytes[index] == 0x5C, bytes[index - 1] == 0x1B { return index + 1 }
    }
    return nil
  }

  private static func csi(_ bytes: [UInt8]) -> (Int, Keystroke?)? {
    guard
      let end = bytes.dropFirst(2).prefix(sequenceLimit).firstIndex(where: { !(0x20...0x3F).contains($0) })
    else { return nil }
    guard (0x40...0x7E).contains(bytes[end]) else { return (1, .key("Escape")) }
    let body = String(decoding: bytes[2..<end], as: UTF8.self)
    let whole = bytes[...end]
    switch (body, bytes[end]) {
    case ("200", UInt8(ascii: "~")): return (end + 1, nil)
    case ("", let final), ("1", let final):
      guard let name = finals[final] else { break }
      return (end + 1, .key(name))
    case ("27", UInt8(ascii: "u")), ("27;1", UInt8(ascii: "u")), ("27;1;27", UInt8(ascii: "~")):
      return (end + 1, .key("Escape"))
    case (let number, UInt8(ascii: "~")):
      guard let name = numbered[number] else { break }
      return (end + 1, .key(name))
    default: break
    }
    return (end + 1, .report(visible(whole)))
  }

  private static let finals: [UInt8: String] = [
    0x41: "Up", 0x42: "Down", 0x43: "Right", 0x44: "Left", 0x46: "End", 0x48: "Home",
    0x50: "F1", 0x51: "F2", 0x52: "F3", 0x53: "F4", 0x5A: "BTab",
  ]
  private static let numbered = [
    "1": "Home", "2": "Insert", "3": "Delete", "4": "End", "5": "PageUp", "6": "PageDown",
  ]

  private static func visible(_ bytes: some Collection<UInt8>) -> String {
    bytes.map { $0 < 0x20 ? "^" + String(UnicodeScalar($0 + 0x40)) : String(UnicodeScalar($0)) }.joined()
  }
}
