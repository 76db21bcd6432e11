/// Shell patterns with `*`, `?` and simple sets, over bytes. Linear in the product of both lengths; both are short.
enum Glob {
  static func matches(_ pattern: String, _ text: String) -> Bool {
    guard pattern.utf8.count <= 256, text.utf8.count <= 4096 else { return false }
    return matches(Array(pattern.utf8)[...], Array(text.utf8)[...])
  }

  static func matches(_ pattern: ArraySlice<UInt8>, _ text: ArraySlice<UInt8>) -> Bool {
    var p = pattern.startIndex
    var t = text.startIndex
    var star: (pattern: Int, text: Int)?
    while t < text.endIndex {
      if p < pattern.endIndex, pattern[p] == Byte.star {
        star = (p + 1, t)
        p += 1
      } else if p < pattern.endIndex, let next = matchOne(pattern, p, text[t]) {
        p = next
        t += 1
      } else if let back = star {
        star = (back.pattern, back.text + 1)
        p = back.pattern
        t = back.text + 1
      } else {
        return false
      }
    }
    while p < pattern.endIndex, pattern[p] == Byte.star { p += 1 }
    return p == pattern.endIndex
  }

  /// The position behind the pattern's element when it matches the byte.
  private static func matchOne(_ pattern: ArraySlice<UInt8>, _ position: Int, _ byte: UInt8) -> Int? {
    switch pattern[position] {
    case UInt8(ascii: "?"): return position + 1
    case Byte.openBracket:
      var look = position + 1
      var isNegated = false
      if look < pattern.endIndex, pattern[look] == Byte.bang || pattern[look] == UInt8(ascii: "^") {
        isNegated = true
        look += 1
      }
      var isFound = false
      let first = look
      while look < pattern.endIndex, pattern[look] != Byte.closeBracket || look == first {
        if look + 2 < pattern.endIndex, pattern[look + 1] == Byte.dash, pattern[look + 2] != Byte.closeBracket
        {
          if pattern[look] <= byte, byte <= pattern[look + 2] { isFound = true }
          look += 3
        } else {
          if pattern[look] == byte { isFound = true }
          look += 1
        }
      }
      guard look < pattern.endIndex else { return byte == Byte.openBracket ? position + 1 : nil }
      return isFound != isNegated ? look + 1 : nil
    default: return pattern[position] == byte ? position + 1 : nil
    }
  }
}
