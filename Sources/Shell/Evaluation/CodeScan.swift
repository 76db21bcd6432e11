/// Finds calls that run programs in the text of a program.
enum CodeScan {
  enum Found: Equatable {
    case shell(String)
    /// Words; nil for one that is not spelled out.
    case words([String?])
    /// A call whose command is not spelled out.
    case hidden
  }

  private static let names: Set<String> = [
    "system", "popen", "run", "call", "check_call", "check_output", "Popen", "getoutput", "getstatusoutput",
    "exec", "execSync", "execFile", "execFileSync", "spawn", "spawnSync", "shell_exec", "passthru",
    "proc_open",
    "execvp", "execlp", "execv", "execl", "posix_spawn", "Command", "create_subprocess_shell",
    "create_subprocess_exec", "qx", "execute",
  ]
  /// Names that mean something else so often that an argument which is no text says nothing.
  private static let common: Set<String> = ["run", "call", "exec", "Command", "execute"]

  static func calls(in text: [UInt8], language: String) -> [Found] {
    var found: [Found] = []
    var index = 0
    while index < text.count, found.count < 64 {
      let byte = text[index]
      if Byte.isNameStart(byte) {
        let start = index
        while index < text.count, Byte.isName(text[index]) { index += 1 }
        guard index - start <= 24 else { continue }
        let name = String(decoding: text[start..<index], as: UTF8.self)
        guard names.contains(name) else { continue }
        if let call = arguments(text, &index, name: name, language: language) { found.append(call) }
      } else if byte == Byte.backquote, language == "perl" || language == "ruby" || language == "php" {
        if let literal = literal(text, &index) { found.append(.shell(literal)) } else { index += 1 }
      } else if byte == Byte.percent, language == "ruby", index + 2 < text.count,
        text[index + 1] == UInt8(ascii: "x")
      {
        index += 2
        if let literal = delimited(text, &index) { found.append(.shell(literal)) }
      } else {
        index += 1
      }
    }
    return found
  }

  private static func skipSpace(_ text: [UInt8], _ index: inout Int) {
    while index < text.count, Byte.isSpace(text[index]) { index += 1 }
  }

  private static func arguments(
    _ text: [UInt8], _ index: inout Int, name: String, language: String
  ) -> Found? {
    if name == "qx" {
      guard language == "perl", index < text.count else { return nil }
      return delimited(text, &index).map { .shell($0) }
    }
    skipSpace(text, &index)
    let hasParenthesis = index < text.count && text[index] == Byte.open
    if hasParenthesis { index += 1 }
    guard hasParenthesis || language == "perl" || language == "ruby" else { return nil }
    skipSpace(text, &index)
    guard index < text.count else { return nil }
    if language == "perl", text[index...].starts(with: "qw".utf8) {
      index += 2
      return delimited(text, &index).map { .words($0.split(whereSeparator: \.isWhitespace).map(String.init)) }
    }
    if text[index] == Byte.openBracket || text[index] == Byte.open {
      guard let words = list(text, &index), words.first ?? nil != nil else { return .hidden }
      return .words(words)
    }
    guard let first = literal(text, &index) else {
      // A text that is never closed has taken all that there is.
      let isEmpty = index < text.count && text[index] == Byte.close
      return hasParenthesis && !common.contains(name) && !isEmpty ? .hidden : nil
    }
    // Words may follow one by one, or as a list.
    var words: [String?] = [first]
    while index < text.count, words.count < 64 {
      skipSpace(text, &index)
      guard index < text.count, text[index] == Byte.comma else { break }
      index += 1
      skipSpace(text, &index)
      if index < text.count, text[index] == Byte.openBracket {
        guard let rest = list(text, &index) else { return .hidden }
        words += name.hasPrefix("exec") && rest.first == first ? Array(rest.dropFirst()) : rest
        break
      }
      guard let next = literal(text, &index) else { break }
      words.append(next)
    }
    if words.count == 1 {
      if index < text.count, text[index] == Byte.plus || text[index] == Byte.percent { return .hidden }
      return .shell(first)
    }
    if name.hasPrefix("exec"), name != "exec", words.count > 1, words[1] == first { words.removeFirst() }
    return .words(words)
  }

  private static func list(_ text: [UInt8], _ index: inout Int) -> [String?]? {
    index += 1
    var words: [String?] = []
    while index < text.count, words.count < 256 {
      skipSpace(text, &index)
      guard index < text.count else { return nil }
      if text[index] == Byte.closeBracket || text[index] == Byte.close {
        index += 1
        return words
      }
      if text[index] == Byte.comma {
        index += 1
        continue
      }
      if let word = literal(text, &index) {
        words.append(word)
      } else {
        guard index < text.count else { return nil }
        words.append(nil)
        skipValue(text, &index)
      }
    }
    return nil
  }

  /// Passes a value that is no literal, up to the comma or bracket behind it.
  private static func skipValue(_ text: [UInt8], _ index: inout Int) {
    var level = 0
    while index < text.count {
      switch text[index] {
      case Byte.open, Byte.openBracket: level += 1
      case Byte.close, Byte.closeBracket:
        if level == 0 { return }
        level -= 1
      case Byte.comma where level == 0: return
      default: break
      }
      index += 1
    }
  }

  /// A string literal; nil when none begins here or it is never closed, and nothing is passed.
  private static func literal(_ text: [UInt8], _ index: inout Int) -> String? {
    var look = index
    var isFormatted = false
    while look < text.count, look - index < 2, "rbuf".utf8.contains(text[look] | 0x20) {
      isFormatted = isFormatted || text[look] | 0x20 == UInt8(ascii: "f")
      look += 1
    }
    guard look < text.count, [Byte.single, Byte.double, Byte.backquote].contains(text[look]) else {
      return nil
    }
    let quote = text[look]
    let isTriple = look + 2 < text.count && text[look + 1] == quote && text[look + 2] == quote
    look += isTriple ? 3 : 1
    var bytes: [UInt8] = []
    while look < text.count {
      if text[look] == quote,
        !isTriple || look + 2 < text.count && text[look + 1] == quote && text[look + 2] == quote
      {
        index = look + (isTriple ? 3 : 1)
        return String(decoding: bytes, as: UTF8.self)
      }
      if text[look] == Byte.backslash, look + 1 < text.count {
        look += 1
        switch text[look] {
        case UInt8(ascii: "n"): bytes.append(Byte.newline)
        case UInt8(ascii: "t"): bytes.append(Byte.tab)
        default: bytes.append(text[look])
        }
      } else if isFormatted, text[look] == Byte.openBrace {
        bytes += Array("$".utf8) + [text[look]]
      } else {
        bytes.append(text[look])
      }
      look += 1
    }
    // Later literals are not looked for in a text that is never closed.
    index = text.count
    return nil
  }

  private static func delimited(_ text: [UInt8], _ index: inout Int) -> String? {
    guard index < text.count else { return nil }
    let close: UInt8 =
      switch text[index] {
      case Byte.open: Byte.close
      case Byte.openBrace: Byte.closeBrace
      case Byte.openBracket: Byte.closeBracket
      case Byte.slash, Byte.pipe, Byte.bang: text[index]
      default: 0
      }
    guard close != 0 else { return nil }
    let start = index + 1
    index = start
    while index < text.count, text[index] != close { index += 1 }
    guard index < text.count else { return nil }
    index += 1
    return String(decoding: text[start..<index - 1], as: UTF8.self)
  }
}
