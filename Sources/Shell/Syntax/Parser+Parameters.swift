/// `${…}`.
extension Parser {
  mutating func braced() -> Parameter {
    let start = at
    at += 2
    guard descend() else { return Parameter(name: end..<end, operation: .other, range: start..<end) }
    defer { ascend() }
    var operation = Parameter.Operation.none
    if byte(at) == Byte.hash, byte(at + 1) != Byte.closeBrace {
      operation = .length
      at += 1
    } else if byte(at) == Byte.bang, Byte.isNameStart(byte(at + 1)) {
      operation = .indirect
      at += 1
    }
    let nameStart = at
    if Byte.isNameStart(byte(at)) {
      while at < end, Byte.isName(text[at]) { at += 1 }
    } else if Byte.isDigit(byte(at)) {
      while at < end, Byte.isDigit(text[at]) { at += 1 }
    } else if at < end, text[at] != Byte.closeBrace {
      at += 1
    }
    let name = nameStart..<at
    let index = parameterSubscript()
    var isStrong = false
    if operation == .none { (operation, isStrong) = parameterOperator() }
    let argument = parts(.brace)
    if at < end { at += 1 }
    return Parameter(
      name: name, index: index, operation: operation, isStrong: isStrong, argument: argument,
      range: start..<at)
  }

  private mutating func parameterSubscript() -> Parameter.Subscript {
    guard byte(at) == Byte.openBracket else { return .none }
    let inner = at + 1
    var look = inner
    while look < end, text[look] != Byte.closeBracket, text[look] != Byte.closeBrace, look - inner < 256 {
      look += 1
    }
    guard look < end, text[look] == Byte.closeBracket else { return .none }
    at = look + 1
    if look == inner + 1, text[inner] == Byte.at || text[inner] == Byte.star { return .all }
    return .element(inner..<look)
  }

  private mutating func parameterOperator() -> (Parameter.Operation, Bool) {
    var isStrong = false
    if byte(at) == Byte.colon {
      at += 1
      isStrong = true
    }
    let first = byte(at)
    let operation: Parameter.Operation
    switch first {
    case Byte.closeBrace: return (.none, false)
    case Byte.dash: operation = .useDefault
    case Byte.equals: operation = .assignDefault
    case Byte.plus: operation = .useAlternative
    case UInt8(ascii: "?"): operation = .requireValue
    default:
      if isStrong { return (.slice, true) }
      switch first {
      case Byte.hash: operation = .removePrefix
      case Byte.percent: operation = .removeSuffix
      case Byte.slash: operation = .replace
      case UInt8(ascii: "^"): operation = .upper
      case Byte.comma: operation = .lower
      default: return (.other, false)
      }
      at += 1
      guard byte(at) == first else { return (operation, false) }
      at += 1
      return (operation == .replace ? .replaceAll : operation, true)
    }
    at += 1
    return (operation, isStrong)
  }
}
