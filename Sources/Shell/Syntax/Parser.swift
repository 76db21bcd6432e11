/// Reads a text into its syntax. Never fails: what is unfinished gives what there is.
///
/// One pass; only arithmetic is looked over twice, once per level of nesting, and levels are bounded.
struct Parser {
  let text: UnsafeBufferPointer<UInt8>
  let end: Int
  /// The text was cut by whoever showed it, so that its last word may not be whole.
  let isCut: Bool
  var at = 0
  var depth: Int
  var heredocs: [Heredoc] = []
  var pending: [PendingHeredoc] = []
  var isTruncated = false
  var isTooDeep = false
  var extraSteps = 0

  struct PendingHeredoc {
    var index: Int
    var delimiter: [UInt8]
    var stripsTabs: Bool
    var isExpanded: Bool
  }

  init(_ text: UnsafeBufferPointer<UInt8>, isCut: Bool = false, depth: Int = 0) {
    self.text = text
    self.end = text.count
    self.isCut = isCut
    self.depth = depth
  }

  /// Reads a text as commands.
  static func script(_ text: [UInt8], isCut: Bool = false, depth: Int = 0) -> Script {
    text.withUnsafeBufferPointer { buffer in
      var parser = Parser(buffer, isCut: isCut, depth: depth)
      let statements = parser.statements(until: [])
      return parser.finished(text, statements: statements)
    }
  }

  /// Reads a text as one double-quoted word in which quotes stand for themselves.
  static func template(_ text: [UInt8], depth: Int) -> Script {
    text.withUnsafeBufferPointer { buffer in
      var parser = Parser(buffer, depth: depth)
      let parts = parser.parts(.heredoc)
      return parser.finished(text, parts: parts)
    }
  }

  private mutating func finished(_ text: [UInt8], statements: [Statement] = [], parts: [Part] = []) -> Script
  {
    if !pending.isEmpty {
      isTruncated = true
      readHeredocs()
    }
    return Script(
      text: text, statements: statements, parts: parts, heredocs: heredocs,
      isTruncated: isTruncated || isCut, isTooDeep: isTooDeep, steps: text.count + extraSteps)
  }

  // What may end a list of statements.
  struct Closers: OptionSet {
    let rawValue: Int
    static let paren = Closers(rawValue: 1)
    static let brace = Closers(rawValue: 2)
    static let then = Closers(rawValue: 4)
    static let `do` = Closers(rawValue: 8)
    static let done = Closers(rawValue: 16)
    static let branch = Closers(rawValue: 32)
    static let arm = Closers(rawValue: 64)
  }

  /// Goes one level down; false when that is too deep, and then the rest of the text is given up.
  mutating func descend() -> Bool {
    depth += 1
    if depth <= Limits.syntaxDepth { return true }
    isTooDeep = true
    at = end
    return false
  }

  mutating func ascend() { depth -= 1 }

  // MARK: Lists

  mutating func statements(until closers: Closers) -> [Statement] {
    guard descend() else { return [] }
    defer { ascend() }
    var list: [Statement] = []
    var link = Statement.Link.sequence
    while true {
      skipSpace()
      guard at < end, !isAtCloser(closers) else { break }
      let start = at
      if let command = pipelineStage() {
        var statement = Statement(link: link, command: command, rest: [], isBackground: false)
        link = .sequence
        while skipBlanks(), at < end, text[at] == Byte.pipe, byte(at + 1) != Byte.pipe {
          at += byte(at + 1) == Byte.ampersand ? 2 : 1
          skipSpace()
          guard let stage = pipelineStage() else { break }
          statement.rest.append(stage)
        }
        if at < end, text[at] == Byte.ampersand, byte(at + 1) != Byte.ampersand {
          statement.isBackground = true
        }
        list.append(statement)
      }
      skipBlanks()
      guard at < end else { break }
      switch text[at] {
      case Byte.semicolon:
        if closers.contains(.arm), [Byte.semicolon, Byte.ampersand].contains(byte(at + 1)) { return list }
        at += 1
      case Byte.ampersand where byte(at + 1) == Byte.ampersand:
        at += 2
        link = .and
        noteEnd()
      case Byte.ampersand:
        at += 1
      case Byte.pipe where byte(at + 1) == Byte.pipe:
        at += 2
        link = .or
        noteEnd()
      default:
        // A byte that fits nowhere is passed over.
        if at == start, !isAtCloser(closers) { at += 1 }
      }
    }
    return list
  }

  /// A link with nothing behind it is unfinished.
  private mutating func noteEnd() {
    var look = at
    while look < end, Byte.isSpace(text[look]) { look += 1 }
    if look == end { isTruncated = true }
  }

  private mutating func pipelineStage() -> Command? {
    while true {
      skipBlanks()
      guard at < end else { return nil }
      if text[at] == Byte.bang, at + 1 == end || Byte.isSpace(text[at + 1]) {
        at += 1
        continue
      }
      guard text[at] == UInt8(ascii: "t"), isKeyword("time") else { break }
      at += 4
      skipBlanks()
      if isKeyword("-p") { at += 2 }
    }
    return command()
  }

  // MARK: Space

  @inline(__always) func byte(_ index: Int) -> UInt8 { index < end ? text[index] : 0 }

  /// Passes blanks and line continuations.
  @discardableResult
  mutating func skipBlanks() -> Bool {
    while at < end {
      if Byte.isBlank(text[at]) {
        at += 1
      } else if text[at] == Byte.backslash, byte(at + 1) == Byte.newline {
        at += 2
      } else if text[at] == Byte.backslash, byte(at + 1) == 0x0D, byte(at + 2) == Byte.newline {
        at += 3
      } else {
        break
      }
    }
    return true
  }

  /// Passes blanks, newlines with the here-documents behind them, and comments.
  mutating func skipSpace() {
    while true {
      skipBlanks()
      guard at < end else { return }
      if text[at] == Byte.newline {
        newline()
      } else if text[at] == Byte.hash {
        skipComment()
      } else {
        return
      }
    }
  }

  mutating func skipComment() {
    while at < end, text[at] != Byte.newline { at += 1 }
  }

  mutating func newline() {
    at += 1
    if !pending.isEmpty { readHeredocs() }
  }

  // MARK: Keywords

  /// A whole unquoted word stands here.
  func isKeyword(_ word: StaticString) -> Bool {
    let count = word.utf8CodeUnitCount
    guard at + count <= end else { return false }
    for offset in 0..<count where text[at + offset] != word.utf8Start[offset] { return false }
    return at + count == end || Byte.endsWord(text[at + count])
  }

  mutating func take(_ word: StaticString) -> Bool {
    skipSpace()
    guard isKeyword(word) else {
      if at >= end { isTruncated = true }
      return false
    }
    at += word.utf8CodeUnitCount
    return true
  }

  func isAtCloser(_ closers: Closers) -> Bool {
    if closers.isEmpty { return false }
    switch text[at] {
    case Byte.close: return closers.contains(.paren)
    case Byte.closeBrace: return closers.contains(.brace) && isKeyword("}")
    case Byte.semicolon:
      return closers.contains(.arm) && [Byte.semicolon, Byte.ampersand].contains(byte(at + 1))
    case UInt8(ascii: "t"): return closers.contains(.then) && isKeyword("then")
    case UInt8(ascii: "f"): return closers.contains(.branch) && isKeyword("fi")
    case UInt8(ascii: "d"):
      return closers.contains(.do) && isKeyword("do") || closers.contains(.done) && isKeyword("done")
    case UInt8(ascii: "e"):
      return closers.contains(.branch) && (isKeyword("else") || isKeyword("elif"))
        || closers.contains(.arm) && isKeyword("esac")
    default: return false
    }
  }
}
