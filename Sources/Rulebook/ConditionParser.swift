/// Why a `when` clause cannot be read, with the column in it and what to write instead.
public struct ConditionError: Error, Sendable, Equatable, CustomStringConvertible {
  /// 1-based, in characters of the clause.
  public let column: Int
  public let message: String

  public var description: String { message }
}

extension Condition {
  /// - Throws: `ConditionError` with the first thing that cannot be read.
  public init(_ source: String) throws(ConditionError) {
    var parser = ConditionParser(source)
    root = try parser.parse()
    self.source = source
  }
}

private struct ConditionParser {
  private enum Token: Equatable {
    case word(String)
    case quoted(String)
    case list(String)
    case symbol(String)
  }

  private var tokens: [(token: Token, column: Int)] = []
  private var next = 0
  private var depth = 0
  private let end: Int
  private var lexicalError: ConditionError?

  init(_ source: String) {
    let characters = Array(source)
    end = characters.count + 1
    var i = 0
    while i < characters.count {
      let c = characters[i]
      let column = i + 1
      if c.isWhitespace {
        i += 1
      } else if c == "'" || c == "\"" {
        guard let close = characters[(i + 1)...].firstIndex(of: c) else {
          lexicalError = ConditionError(
            column: column, message: "the quote is not closed; end the text with \(c)")
          return
        }
        tokens.append((.quoted(String(characters[(i + 1)..<close])), column))
        i = close + 1
      } else if "()[],".contains(c) {
        tokens.append((.symbol(String(c)), column))
        i += 1
      } else if "=!<>".contains(c) {
        let pair = String(characters[i..<min(i + 2, characters.count)])
        let symbol = Condition.Operator(rawValue: pair)?.rawValue ?? String(c)
        tokens.append((.symbol(symbol), column))
        i += symbol.count
      } else {
        var j = i
        while j < characters.count, !characters[j].isWhitespace, !"()[],=!<>'\"".contains(characters[j]) {
          j += 1
        }
        let word = String(characters[i..<j])
        tokens.append((word.hasPrefix("$") ? .list(String(word.dropFirst())) : .word(word), column))
        i = j
      }
    }
  }

  mutating func parse() throws(ConditionError) -> Condition.Node {
    if let lexicalError { throw lexicalError }
    guard !tokens.isEmpty else {
      throw ConditionError(column: 1, message: "it is empty; write a comparison such as: exit != 0")
    }
    let node = try disjunction()
    if next < tokens.count {
      throw unexpected("join comparisons with 'and' or 'or'")
    }
    return node
  }

  private mutating func disjunction() throws(ConditionError) -> Condition.Node {
    var node = try conjunction()
    while accept("or") {
      node = .or(node, try conjunction())
    }
    return node
  }

  private mutating func conjunction() throws(ConditionError) -> Condition.Node {
    var node = try negation()
    while accept("and") {
      node = .and(node, try negation())
    }
    return node
  }

  private mutating func negation() throws(ConditionError) -> Condition.Node {
    depth += 1
    defer { depth -= 1 }
    guard depth <= 32 else {
      throw unexpected("nest at most 32 deep")
    }
    if accept("not") { return .not(try negation()) }
    if accept(symbol: "(") {
      let node = try disjunction()
      guard accept(symbol: ")") else { throw unexpected("close the group with ')'") }
      return node
    }
    return try comparison()
  }

  private mutating func comparison() throws(ConditionError) -> Condition.Node {
    if next < tokens.count, case .quoted(let text) = tokens[next].token {
      next += 1
      guard accept("in") else {
        throw unexpected("a text of its own is looked up in a list: 'text' in $list")
      }
      return .listed(text, try members())
    }
    guard next < tokens.count, case .word(let field) = tokens[next].token, Self.isName(field) else {
      throw unexpected("a comparison starts with a field's name, as in: exit != 0")
    }
    next += 1
    if accept("in") { return .member(field: field, try members()) }
    if next + 1 < tokens.count, tokens[next].token == .word("not"), tokens[next + 1].token == .word("in") {
      next += 2
      return .not(.member(field: field, try members()))
    }
    guard next < tokens.count, case .symbol(let symbol) = tokens[next].token else {
      return .set(field: field)
    }
    if symbol == ")" { return .set(field: field) }
    guard let op = Condition.Operator(rawValue: symbol) else {
      throw unexpected(
        symbol == "=" ? "compare with '==' instead" : "use one of == != < <= > >= in")
    }
    next += 1
    return .compare(field: field, op, try value())
  }

  private mutating func value() throws(ConditionError) -> Value {
    guard next < tokens.count else {
      throw unexpected("a comparison ends with a number, a word or a 'quoted text'")
    }
    defer { next += 1 }
    switch tokens[next].token {
    case .quoted(let text): return .string(text)
    case .word("true"): return .flag(true)
    case .word("false"): return .flag(false)
    case .word(let word):
      let digits = word.hasSuffix("%") ? String(word.dropLast()) : word
      return Double(digits).map { .number($0) } ?? .string(word)
    case .list(let name):
      throw ConditionError(
        column: tokens[next].column, message: "'$\(name)' is a list; write: in $\(name)")
    case .symbol:
      throw unexpected("a comparison ends with a number, a word or a 'quoted text'")
    }
  }

  private mutating func members() throws(ConditionError) -> Condition.Members {
    if next < tokens.count, case .list(let name) = tokens[next].token {
      next += 1
      return .named(name)
    }
    guard accept(symbol: "[") else {
      throw unexpected("'in' wants a $list or [a, list]")
    }
    var items: [String] = []
    while !accept(symbol: "]") {
      if !items.isEmpty, !accept(symbol: ",") {
        throw unexpected("separate the list's items by commas and end it with ']'")
      }
      items.append(try value().text)
    }
    return .inline(items)
  }

  private mutating func accept(_ word: String) -> Bool {
    guard next < tokens.count, tokens[next].token == .word(word) else { return false }
    next += 1
    return true
  }

  private mutating func accept(symbol: String) -> Bool {
    guard next < tokens.count, tokens[next].token == .symbol(symbol) else { return false }
    next += 1
    return true
  }

  private func unexpected(_ advice: String) -> ConditionError {
    guard next < tokens.count else {
      return ConditionError(column: end, message: "it ends too early; \(advice)")
    }
    let found =
      switch tokens[next].token {
      case .word(let word): word
      case .quoted(let text): "'\(text)'"
      case .list(let name): "$\(name)"
      case .symbol(let symbol): symbol
      }
    return ConditionError(
      column: tokens[next].column, message: "\"\(found)\" does not belong here; \(advice)")
  }

  private static func isName(_ word: String) -> Bool {
    guard let first = word.unicodeScalars.first, first == "_" || first.properties.isAlphabetic else {
      return false
    }
    return !["and", "or", "not", "in"].contains(word)
      && word.unicodeScalars.allSatisfy {
        $0.isASCII
          && ($0 == "_" || $0 == "." || $0 == "-" || $0.properties.isAlphabetic || ("0"..."9").contains($0))
      }
  }
}
