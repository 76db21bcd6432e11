/// Simple commands, their assignments and redirections.
extension Parser {
  mutating func command() -> Command? {
    switch byte(at) {
    case Byte.open, Byte.openBrace, Byte.openBracket, UInt8(ascii: "i"), UInt8(ascii: "f"), UInt8(ascii: "w"),
      UInt8(ascii: "u"), UInt8(ascii: "c"), UInt8(ascii: "s"):
      let start = at
      guard descend() else { return nil }
      defer { ascend() }
      if let kind = compound() {
        return .compound(Compound(kind, redirections: redirections()))
      }
      // No compound command begins here after all.
      if at < end { at = start }
    default: break
    }
    return simple()
  }

  private mutating func redirections() -> [RedirectionSyntax] {
    var list: [RedirectionSyntax] = []
    while true {
      skipBlanks()
      guard let redirection = redirection() else { return list }
      list.append(redirection)
    }
  }

  private mutating func simple() -> Command? {
    var simple = Simple()
    let wasTruncated = isTruncated
    let start = at
    loop: while true {
      skipBlanks()
      guard at < end else { break }
      let byte = text[at]
      switch byte {
      case Byte.newline, Byte.semicolon, Byte.pipe, Byte.close: break loop
      case Byte.ampersand:
        guard self.byte(at + 1) == Byte.greater, let redirection = redirection() else { break loop }
        simple.redirections.append(redirection)
        continue loop
      case Byte.hash:
        skipComment()
        break loop
      case Byte.less, Byte.greater:
        if let redirection = redirection() {
          simple.redirections.append(redirection)
          continue loop
        }
      case Byte.open:
        if simple.words.count == 1, simple.assignments.isEmpty, simple.redirections.isEmpty,
          let function = function(named: simple.words[0])
        {
          return function
        }
        // A parenthesis that fits nowhere: what is inside is read as commands by the caller.
        if simple.words.isEmpty, simple.assignments.isEmpty { at += 1 }
        break loop
      default:
        if Byte.isDigit(byte), let redirection = redirection() {
          simple.redirections.append(redirection)
          continue loop
        }
      }
      if Byte.isNameStart(byte), let assignment = assignment(isFirst: simple.words.isEmpty) {
        simple.assignments.append(assignment)
      } else {
        let before = at
        simple.words.append(word())
        if at == before { at += 1 }
      }
    }
    simple.isTruncated = isTruncated && !wasTruncated || isCut && at >= end
    return at == start ? nil : .simple(simple)
  }

  private mutating func function(named name: Word) -> Command? {
    guard name.isPlain else { return nil }
    let start = at
    at += 1
    skipBlanks()
    guard at < end, text[at] == Byte.close else {
      at = start
      return nil
    }
    at += 1
    skipSpace()
    guard descend() else { return nil }
    defer { ascend() }
    guard let body = command() else { return nil }
    return .compound(Compound(.function(name: string(name.range), body: body)))
  }

  /// `NAME=value`, `NAME+=value`, `NAME[…]=value`, `NAME=(…)`. After the first word only the last form counts.
  mutating func assignment(isFirst: Bool) -> Assignment? {
    var look = at
    while look < end, Byte.isName(text[look]) { look += 1 }
    guard look < end else { return nil }
    let nameEnd = look
    var subscripted: Range<Int>?
    if text[look] == Byte.openBracket, isFirst {
      let inner = look + 1
      while look < end, text[look] != Byte.closeBracket, look - inner < 256, !Byte.isSpace(text[look]) {
        look += 1
      }
      guard look < end, text[look] == Byte.closeBracket else { return nil }
      subscripted = inner..<look
      look += 1
    }
    let isAppending = byte(look) == Byte.plus
    if isAppending { look += 1 }
    guard byte(look) == Byte.equals else { return nil }
    look += 1
    let isArray = byte(look) == Byte.open
    guard isFirst || isArray else { return nil }
    var assignment = Assignment(name: string(at..<nameEnd), isAppending: isAppending)
    assignment.subscripted = subscripted.map(string)
    at = look
    if isArray {
      assignment.elements = elements()
    } else {
      assignment.value = word()
    }
    return assignment
  }

  private mutating func elements() -> [Word] {
    at += 1
    var words: [Word] = []
    while true {
      skipSpace()
      guard at < end else {
        isTruncated = true
        return words
      }
      if text[at] == Byte.close {
        at += 1
        return words
      }
      let before = at
      words.append(word())
      if at == before { at += 1 }
    }
  }

  /// A redirection, if one begins here; else nothing is passed.
  mutating func redirection() -> RedirectionSyntax? {
    var look = at
    var descriptor: Int?
    while look < end, Byte.isDigit(text[look]), look - at < 4 {
      descriptor = (descriptor ?? 0) * 10 + Int(text[look] - 0x30)
      look += 1
    }
    guard look < end else { return nil }
    let op: String
    let isInput: Bool
    switch (text[look], byte(look + 1), byte(look + 2)) {
    case (Byte.ampersand, Byte.greater, Byte.greater) where descriptor == nil: (op, isInput) = ("&>>", false)
    case (Byte.ampersand, Byte.greater, _) where descriptor == nil: (op, isInput) = ("&>", false)
    case (Byte.less, Byte.less, Byte.less): (op, isInput) = ("<<<", true)
    case (Byte.less, Byte.less, Byte.dash): (op, isInput) = ("<<-", true)
    case (Byte.less, Byte.less, _): (op, isInput) = ("<<", true)
    case (Byte.less, Byte.ampersand, _): (op, isInput) = ("<&", true)
    case (Byte.less, Byte.greater, _): (op, isInput) = ("<>", true)
    case (Byte.less, Byte.open, _), (Byte.greater, Byte.open, _): return nil
    case (Byte.less, _, _): (op, isInput) = ("<", true)
    case (Byte.greater, Byte.greater, _): (op, isInput) = (">>", false)
    case (Byte.greater, Byte.pipe, _): (op, isInput) = (">|", false)
    case (Byte.greater, Byte.ampersand, _): (op, isInput) = (">&", false)
    case (Byte.greater, _, _): (op, isInput) = (">", false)
    default: return nil
    }
    at = look + op.utf8.count
    skipBlanks()
    if at >= end { isTruncated = true }
    let target = word()
    var redirection = RedirectionSyntax(
      op: op, descriptor: descriptor ?? (isInput ? 0 : 1), target: target)
    if redirection.op == "<<" || redirection.op == "<<-" {
      redirection.heredoc = expectHeredoc(target, stripsTabs: redirection.op == "<<-")
    }
    return redirection
  }

  func string(_ range: Range<Int>) -> String {
    String(decoding: UnsafeBufferPointer(rebasing: text[range]), as: UTF8.self)
  }
}
