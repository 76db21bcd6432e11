/// One JSON object, its keys in the order in which they are added, on one line.
///
/// Foundation's encoder knows no order but the alphabet's, and people read these lines too.
struct JSONLine {
  private var bytes: [UInt8] = [UInt8(ascii: "{")]

  mutating func add(_ key: String, _ value: String) {
    addKey(key)
    addString(value)
  }

  mutating func add(_ key: String, _ value: Bool) {
    addRaw(key, value ? "true" : "false")
  }

  mutating func add(_ key: String, _ value: [String]) {
    addKey(key)
    bytes.append(UInt8(ascii: "["))
    for (index, item) in value.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      addString(item)
    }
    bytes.append(UInt8(ascii: "]"))
  }

  /// - Parameter literal: JSON already: a number, `null`, an object that was made before.
  mutating func addRaw(_ key: String, _ literal: String) {
    addKey(key)
    bytes.append(contentsOf: literal.utf8)
  }

  /// The object, closed, without a line break.
  func finished() -> String {
    String(decoding: bytes + [UInt8(ascii: "}")], as: UTF8.self)
  }

  private mutating func addKey(_ key: String) {
    if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
    addString(key)
    bytes.append(UInt8(ascii: ":"))
  }

  private mutating func addString(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x22: bytes += [0x5C, 0x22]
      case 0x5C: bytes += [0x5C, 0x5C]
      case 0x0A: bytes += [0x5C, UInt8(ascii: "n")]
      case 0x09: bytes += [0x5C, UInt8(ascii: "t")]
      case 0..<0x20, 0x7F..<0xA0, 0x2028, 0x2029, 0x202A...0x202E, 0x2066...0x2069:
        let hex = String(scalar.value, radix: 16)
        bytes += Array("\\u\(String(repeating: "0", count: 4 - hex.count))\(hex)".utf8)
      default: bytes.append(contentsOf: UTF8.encode(scalar)!)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }
}
