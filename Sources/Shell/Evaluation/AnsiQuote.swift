/// The escapes of `$'…'`.
enum AnsiQuote {
  static func decoded(_ bytes: ArraySlice<UInt8>) -> String {
    var result: [UInt8] = []
    var index = bytes.startIndex
    while index < bytes.endIndex {
      guard bytes[index] == Byte.backslash, index + 1 < bytes.endIndex else {
        result.append(bytes[index])
        index += 1
        continue
      }
      let escape = bytes[index + 1]
      index += 2
      switch escape {
      case UInt8(ascii: "n"): result.append(Byte.newline)
      case UInt8(ascii: "t"): result.append(Byte.tab)
      case UInt8(ascii: "r"): result.append(13)
      case UInt8(ascii: "a"): result.append(7)
      case UInt8(ascii: "b"): result.append(8)
      case UInt8(ascii: "e"), UInt8(ascii: "E"): result.append(27)
      case UInt8(ascii: "f"): result.append(12)
      case UInt8(ascii: "v"): result.append(11)
      case UInt8(ascii: "x"): append(number(bytes, &index, radix: 16, digits: 2), to: &result, isByte: true)
      case UInt8(ascii: "u"): append(number(bytes, &index, radix: 16, digits: 4), to: &result, isByte: false)
      case UInt8(ascii: "U"): append(number(bytes, &index, radix: 16, digits: 8), to: &result, isByte: false)
      case UInt8(ascii: "0")...UInt8(ascii: "7"):
        index -= 1
        append(number(bytes, &index, radix: 8, digits: 3), to: &result, isByte: true)
      case UInt8(ascii: "c"): index = min(index + 1, bytes.endIndex)
      case Byte.backslash, Byte.single, Byte.double, UInt8(ascii: "?"): result.append(escape)
      default: result += [Byte.backslash, escape]
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  private static func number(
    _ bytes: ArraySlice<UInt8>, _ index: inout Int, radix: Int, digits: Int
  ) -> Int {
    var value = 0
    var left = digits
    while index < bytes.endIndex, left > 0, let digit = digit(bytes[index]), digit < radix {
      value = value * radix + digit
      index += 1
      left -= 1
    }
    return value
  }

  private static func digit(_ byte: UInt8) -> Int? {
    switch byte {
    case 0x30...0x39: Int(byte) - 0x30
    case 0x41...0x46: Int(byte) - 0x41 + 10
    case 0x61...0x66: Int(byte) - 0x61 + 10
    default: nil
    }
  }

  private static func append(_ value: Int, to result: inout [UInt8], isByte: Bool) {
    if isByte {
      result.append(UInt8(truncatingIfNeeded: value))
    } else if let scalar = Unicode.Scalar(UInt32(truncatingIfNeeded: value)) {
      result.append(contentsOf: Array(String(Character(scalar)).utf8))
    }
  }
}
