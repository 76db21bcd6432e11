/// Compound commands.
extension Parser {
  /// A compound command, if one begins here. When none does the position is undefined.
  mutating func compound() -> Compound.Kind? {
    switch text[at] {
    case Byte.open:
      if byte(at + 1) == Byte.open, isArithmetic(from: at) {
        at += 2
        return .arithmetic(arithmetic())
      }
      at += 1
      let body = statements(until: .paren)
      closeParenthesis()
      return .subshell(body)
    case Byte.openBrace:
      guard isKeyword("{") else { return nil }
      return .group(braces())
    case Byte.openBracket:
      guard isKeyword("[[") else { return nil }
      at += 2
      return .test(testWords())
    default: return named()
    }
  }

  private mutating func named() -> Compound.Kind? {
    if isKeyword("if") {
      at += 2
      return .branches(branches())
    }
    if isKeyword("while") || isKeyword("until") {
      at += 5
      let condition = statements(until: .do)
      return .loop(condition: condition, body: doBody())
    }
    if isKeyword("for") {
      at += 3
      return forLoop()
    }
    if isKeyword("select") {
      at += 6
      return forLoop()
    }
    if isKeyword("case") {
      at += 4
      return cases()
    }
    if isKeyword("function") {
      at += 8
      return functionKeyword()
    }
    guard isKeyword("coproc") else { return nil }
    at += 6
    return coprocess()
  }

  private mutating func braces() -> [Statement] {
    at += 1
    let body = statements(until: .brace)
    if at < end { at += 1 } else { isTruncated = true }
    return body
  }

  mutating func closeParenthesis() {
    if at < end, text[at] == Byte.close { at += 1 } else { isTruncated = true }
  }

  private mutating func branches() -> [(condition: [Statement], body: [Statement])] {
    var list: [(condition: [Statement], body: [Statement])] = []
    var condition = statements(until: .then)
    while true {
      _ = take("then")
      list.append((condition, statements(until: .branch)))
      guard at < end else {
        isTruncated = true
        return list
      }
      if take("elif") {
        condition = statements(until: .then)
        continue
      }
      if take("else") { list.append(([], statements(until: .branch))) }
      _ = take("fi")
      return list
    }
  }

  private mutating func doBody() -> [Statement] {
    skipSpace()
    if at < end, text[at] == Byte.semicolon { at += 1 }
    guard take("do") else {
      skipSpace()
      return at < end && isKeyword("{") ? braces() : []
    }
    let body = statements(until: .done)
    _ = take("done")
    return body
  }

  private mutating func forLoop() -> Compound.Kind? {
    skipBlanks()
    if byte(at) == Byte.open, byte(at + 1) == Byte.open {
      at += 2
      let header = arithmetic()
      let body = doBody()
      return .loop(
        condition: [
          Statement(
            link: .sequence, command: .compound(Compound(.arithmetic(header))), rest: [], isBackground: false)
        ], body: body)
    }
    let name = word()
    skipSpace()
    var items: [Word]?
    if isKeyword("in") {
      at += 2
      var list: [Word] = []
      while skipBlanks(), at < end, !Byte.endsWord(text[at]) || isProcess { list.append(word()) }
      items = list
    }
    return .forEach(name: string(name.range), items: items, body: doBody())
  }

  private var isProcess: Bool {
    (byte(at) == Byte.less || byte(at) == Byte.greater) && byte(at + 1) == Byte.open
  }

  private mutating func cases() -> Compound.Kind? {
    skipBlanks()
    let subject = word()
    guard take("in") else { return .cases(subject: subject, arms: []) }
    var arms: [(patterns: [Word], body: [Statement])] = []
    while true {
      skipSpace()
      guard at < end else {
        isTruncated = true
        break
      }
      if isKeyword("esac") {
        at += 4
        break
      }
      if text[at] == Byte.open { at += 1 }
      var patterns: [Word] = []
      while skipBlanks(), at < end, text[at] != Byte.close, text[at] != Byte.newline {
        let before = at
        if text[at] != Byte.pipe { patterns.append(word()) }
        if at == before { at += 1 }
      }
      if at < end { at += 1 }
      arms.append((patterns, statements(until: .arm)))
      if byte(at) == Byte.semicolon {
        at += 2
        if byte(at) == Byte.ampersand { at += 1 }
      }
    }
    return .cases(subject: subject, arms: arms)
  }

  private mutating func functionKeyword() -> Compound.Kind? {
    skipBlanks()
    let name = word()
    skipBlanks()
    if byte(at) == Byte.open {
      at += 1
      skipBlanks()
      if byte(at) == Byte.close { at += 1 }
    }
    skipSpace()
    guard let body = command() else { return nil }
    return .function(name: string(name.range), body: body)
  }

  private mutating func coprocess() -> Compound.Kind? {
    skipBlanks()
    let start = at
    while at < end, Byte.isName(text[at]) { at += 1 }
    skipBlanks()
    // A name may stand before a compound command only.
    if byte(at) != Byte.open, !(at < end && isKeyword("{")) { at = start }
    return command().map { .coprocess($0) }
  }

  private mutating func testWords() -> [Word] {
    var words: [Word] = []
    while true {
      skipSpace()
      guard at < end else {
        isTruncated = true
        return words
      }
      if isKeyword("]]") {
        at += 2
        return words
      }
      let before = at
      words.append(word())
      if at == before {
        words.removeLast()
        at += 1
      }
    }
  }

  /// `((` at `start` is closed by `))`: the inner parenthesis directly before the outer one.
  mutating func isArithmetic(from start: Int) -> Bool {
    var level = 0
    var look = start
    while look < end {
      switch text[look] {
      case Byte.open: level += 1
      case Byte.close:
        level -= 1
        if level == 1 {
          extraSteps += look - start
          return byte(look + 1) == Byte.close
        }
      case Byte.backslash: look += 1
      case Byte.single:
        look += 1
        while look < end, text[look] != Byte.single { look += 1 }
      default: break
      }
      look += 1
    }
    extraSteps += end - start
    return false
  }

  /// The inside of `((…))`, up to and with its end.
  mutating func arithmetic() -> [Part] {
    guard descend() else { return [] }
    defer { ascend() }
    let parts = parts(.arithmetic)
    for _ in 0..<2 { closeParenthesis() }
    return parts
  }
}
