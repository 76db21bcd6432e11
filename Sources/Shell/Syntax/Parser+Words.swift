/// Words: quotes, substitutions, parameters.
extension Parser {
  enum Mode { case word, double, brace, doubleBrace, heredoc, arithmetic }

  mutating func word() -> Word {
    let start = at
    while at < end, Byte.isPlain(text[at]) { at += 1 }
    if at == end || Byte.endsWord(text[at]) && !(isAngle(text[at]) && at > start && byte(at + 1) == Byte.open)
    {
      if at > start || at == end || byte(at + 1) != Byte.open || !isAngle(text[at]) {
        return Word(range: start..<at)
      }
    }
    at = start
    var hasBraces = false
    let parts = parts(.word, hasBraces: &hasBraces)
    return Word(range: start..<at, parts: parts, isPlain: false, hasBraces: hasBraces)
  }

  private func isAngle(_ byte: UInt8) -> Bool { byte == Byte.less || byte == Byte.greater }

  mutating func parts(_ mode: Mode) -> [Part] {
    var ignored = false
    return parts(mode, hasBraces: &ignored)
  }

  private mutating func parts(_ mode: Mode, hasBraces: inout Bool) -> [Part] {
    var parts: [Part] = []
    var start = at
    var level = 0
    let isQuoted = mode == .double || mode == .heredoc || mode == .doubleBrace
    func flush(_ parts: inout [Part], to position: Int) {
      if start < position { parts.append(isQuoted ? .quoted(start..<position) : .literal(start..<position)) }
    }
    while at < end {
      let byte = text[at]
      switch mode {
      case .word:
        if Byte.endsWord(byte), !(isAngle(byte) && self.byte(at + 1) == Byte.open) {
          flush(&parts, to: at)
          return parts
        }
      case .double where byte == Byte.double, .brace where byte == Byte.closeBrace,
        .doubleBrace where byte == Byte.closeBrace, .arithmetic where byte == Byte.close && level == 0:
        flush(&parts, to: at)
        return parts
      default: break
      }
      switch byte {
      case Byte.backslash:
        if at + 1 >= end {
          if mode != .heredoc { isTruncated = true }
          flush(&parts, to: at)
          at = end
          return parts
        }
        let next = text[at + 1]
        if next == Byte.newline {
          flush(&parts, to: at)
          at += 2
          start = at
        } else if !isQuoted || next == Byte.dollar || next == Byte.backquote || next == Byte.backslash
          || next == Byte.double && mode != .heredoc || next == Byte.closeBrace && mode == .doubleBrace
        {
          flush(&parts, to: at)
          start = at + 1
          at += 2
          while at < end, text[at] & 0xC0 == 0x80 { at += 1 }
          parts.append(.quoted(start..<at))
          start = at
        } else {
          at += 2
        }
      case Byte.single where mode == .word || mode == .brace:
        flush(&parts, to: at)
        parts.append(.quoted(singleQuoted()))
        start = at
      case Byte.double where mode != .heredoc && mode != .arithmetic:
        flush(&parts, to: at)
        parts.append(.double(doubleQuoted()))
        start = at
      case Byte.dollar:
        let from = at
        if let part = dollar(isQuoted: isQuoted || mode == .arithmetic) {
          flush(&parts, to: from)
          parts.append(part)
          start = at
        }
      case Byte.backquote:
        flush(&parts, to: at)
        parts.append(backquoted(inDouble: isQuoted))
        start = at
      case Byte.less, Byte.greater:
        if mode == .word {
          flush(&parts, to: at)
          parts.append(process())
          start = at
        } else {
          at += 1
        }
      case Byte.openBrace:
        if mode == .word { hasBraces = true }
        at += 1
      case Byte.open:
        level += 1
        at += 1
      case Byte.close:
        level -= 1
        at += 1
      default: at += 1
      }
    }
    flush(&parts, to: end)
    if mode != .word && mode != .heredoc { isTruncated = true }
    return parts
  }

  private mutating func singleQuoted() -> Range<Int> {
    let start = at + 1
    at = start
    while at < end, text[at] != Byte.single { at += 1 }
    let range = start..<max(start, at)
    if at < end { at += 1 } else { isTruncated = true }
    return range
  }

  private mutating func doubleQuoted() -> [Part] {
    at += 1
    guard descend() else { return [] }
    defer { ascend() }
    let parts = parts(.double)
    if at < end { at += 1 }
    return parts
  }

  /// What begins with `$`; nil when it stands for itself, and then it is passed.
  private mutating func dollar(isQuoted: Bool) -> Part? {
    let start = at
    let next = byte(at + 1)
    switch next {
    case Byte.open:
      if byte(at + 2) == Byte.open, isArithmetic(from: at + 1) {
        at += 3
        let parts = arithmetic()
        return .arithmetic(parts, start..<at)
      }
      if let hidden = hiddenSubstitution() { return hidden }
      at += 2
      let body = substituted()
      return .command(body)
    case Byte.openBrace: return .parameter(braced())
    case Byte.single where !isQuoted:
      at += 2
      let inner = at
      while at < end, text[at] != Byte.single { at += text[at] == Byte.backslash ? 2 : 1 }
      at = min(at, end)
      let range = inner..<at
      if at < end { at += 1 } else { isTruncated = true }
      return .ansi(range)
    case Byte.double where !isQuoted:
      at += 1
      return .double(doubleQuoted())
    case _ where Byte.isNameStart(next):
      at += 2
      while at < end, Byte.isName(text[at]) { at += 1 }
      return .parameter(Parameter(name: start + 1..<at, range: start..<at))
    case _ where Byte.isDigit(next) || isSpecial(next):
      at += 2
      return .parameter(Parameter(name: start + 1..<at, range: start..<at))
    default:
      at += 1
      return nil
    }
  }

  /// `$(…)`: how an expanded text shows a substitution whose output is not known.
  private mutating func hiddenSubstitution() -> Part? {
    guard byte(at + 2) == 0xE2, byte(at + 3) == 0x80, byte(at + 4) == 0xA6, byte(at + 5) == Byte.close else {
      return nil
    }
    let start = at
    at += 6
    return .parameter(Parameter(name: start..<start, operation: .other, range: start..<at))
  }

  private func isSpecial(_ byte: UInt8) -> Bool {
    switch byte {
    case Byte.at, Byte.star, Byte.hash, UInt8(ascii: "?"), Byte.dash, Byte.dollar, Byte.bang: true
    default: false
    }
  }

  private mutating func substituted() -> [Statement] {
    // Here-documents that wait outside do not begin inside.
    let waiting = pending
    pending = []
    let body = statements(until: .paren)
    closeParenthesis()
    if !pending.isEmpty { readHeredocs() }
    pending = waiting
    return body
  }

  private mutating func process() -> Part {
    let isInput = text[at] == Byte.less
    at += 2
    let body = substituted()
    return .process(body, isInput: isInput)
  }

  private mutating func backquoted(inDouble: Bool) -> Part {
    at += 1
    var inner: [UInt8] = []
    while at < end, text[at] != Byte.backquote {
      if text[at] == Byte.backslash, at + 1 < end {
        let next = text[at + 1]
        if next != Byte.backquote, next != Byte.backslash, next != Byte.dollar,
          !(inDouble && next == Byte.double)
        {
          inner.append(Byte.backslash)
        }
        inner.append(next)
        at += 2
      } else {
        inner.append(text[at])
        at += 1
      }
    }
    if at < end { at += 1 } else { isTruncated = true }
    let script = Parser.script(inner, isCut: isCut && at >= end, depth: depth + 1)
    if script.isTooDeep { isTooDeep = true }
    if script.isTruncated { isTruncated = true }
    extraSteps += script.steps
    return .backquoted(script)
  }
}
