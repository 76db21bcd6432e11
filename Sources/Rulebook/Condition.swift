/// A `when` clause: comparisons over a fact's fields and the file's lists, joined by `and`, `or`, `not`.
///
///     target in $protected and not forced
///     context <= 14
///     state == working or state == asking
///
/// The left side is a field, or a 'quoted text' before `in`; the right side a number, a word, a 'quoted text', a `[list, of, them]` or a
/// `$list`. A field that is itself a list compares if any of its items does. A field alone is true when it
/// is set and neither `false`, zero nor empty. Comparing a field that the fact lacks is false. Entries of a
/// list may hold `*`, which stands for any run of characters: `release/*`.
public struct Condition: Sendable, Equatable {
  indirect enum Node: Sendable, Equatable {
    case and(Node, Node)
    case or(Node, Node)
    case not(Node)
    case set(field: String)
    case compare(field: String, Operator, Value)
    case member(field: String, Members)
    /// A text of the condition's own: whether a list, which a user may change, holds it.
    case listed(String, Members)
  }

  enum Operator: String, Sendable, CaseIterable {
    case equal = "=="
    case unequal = "!="
    case atMost = "<="
    case atLeast = ">="
    case less = "<"
    case greater = ">"
  }

  enum Members: Sendable, Equatable {
    case named(String)
    case inline([String])
  }

  let root: Node
  public let source: String

  /// The fields it looks at, each once.
  public var fields: Set<String> {
    var found: Set<String> = []
    Self.visit(root) { node in
      switch node {
      case .set(let field), .compare(let field, _, _), .member(let field, _): found.insert(field)
      case .and, .or, .not, .listed: break
      }
    }
    return found
  }

  /// The lists it names, each once.
  public var lists: Set<String> {
    var found: Set<String> = []
    Self.visit(root) { if let name = $0.list { found.insert(name) } }
    return found
  }

  /// The entries that it looks for in a field: of its lists, and those that it names itself.
  func members(of name: String, lists: [String: [String]]) -> [String] {
    var found: [String] = []
    Self.visit(root) { node in
      switch node {
      case .member(name, .named(let list)): found += lists[list] ?? []
      case .member(name, .inline(let items)): found += items
      case .compare(name, .equal, let value): found.append(value.text)
      default: break
      }
    }
    return found
  }

  /// The lists that make it hold where a value is not in them: adding to one loosens the rule.
  var listsThatLoosen: Set<String> {
    var found: Set<String> = []
    Self.visit(root, isNegated: false) { node, isNegated in
      if isNegated, let name = node.list { found.insert(name) }
    }
    return found
  }

  /// The parts joined by `and` at its top: those that do not look at the field, and those that do.
  func parted(by field: String) -> (filter: Condition?, threshold: Condition?) {
    var parts: [Node] = []
    func take(_ node: Node) {
      guard case .and(let a, let b) = node else { return parts.append(node) }
      take(a)
      take(b)
    }
    take(root)
    func joined(_ nodes: [Node]) -> Condition? {
      guard let first = nodes.first else { return nil }
      return Condition(root: nodes.dropFirst().reduce(first) { .and($0, $1) }, source: source)
    }
    let isAbout = { (node: Node) in Condition(root: node, source: "").fields.contains(field) }
    return (joined(parts.filter { !isAbout($0) }), joined(parts.filter(isAbout)))
  }

  init(root: Node, source: String) {
    self.root = root
    self.source = source
  }

  /// Whether the fact's fields satisfy the condition.
  ///
  /// - Parameter lists: The lists in force, by name. A name that is not there has no members.
  public func holds(for fields: [String: Value], lists: [String: [String]]) -> Bool {
    Self.evaluate(root, fields, lists)
  }

  private static func evaluate(
    _ node: Node, _ fields: [String: Value], _ lists: [String: [String]]
  ) -> Bool {
    switch node {
    case .and(let a, let b): evaluate(a, fields, lists) && evaluate(b, fields, lists)
    case .or(let a, let b): evaluate(a, fields, lists) || evaluate(b, fields, lists)
    case .not(let a): !evaluate(a, fields, lists)
    case .set(let field): isSet(fields[field])
    case .compare(let field, let op, let value): compare(fields[field], op, value)
    case .member(let field, .inline(let items)): isMember(fields[field], items)
    case .member(let field, .named(let name)): isMember(fields[field], lists[name] ?? [])
    case .listed(let text, .inline(let items)): isMember(.string(text), items)
    case .listed(let text, .named(let name)): isMember(.string(text), lists[name] ?? [])
    }
  }

  private static func isSet(_ value: Value?) -> Bool {
    switch value {
    case nil: false
    case .flag(let flag): flag
    case .number(let number): number != 0
    case .string(let text): !text.isEmpty
    case .list(let items): !items.isEmpty
    }
  }

  private static func compare(_ left: Value?, _ op: Operator, _ right: Value) -> Bool {
    switch left {
    case nil: return false
    case .list(let items):
      return items.contains { compare(.string($0), op, right) }
    case .some(let left):
      if let a = number(left), let b = number(right) { return ordered(a, op, b) }
      return ordered(left.text, op, right.text)
    }
  }

  private static func ordered<T: Comparable>(_ a: T, _ op: Operator, _ b: T) -> Bool {
    switch op {
    case .equal: a == b
    case .unequal: a != b
    case .atMost: a <= b
    case .atLeast: a >= b
    case .less: a < b
    case .greater: a > b
    }
  }

  private static func number(_ value: Value) -> Double? {
    switch value {
    case .number(let number): number
    case .string(let text): Double(text)
    case .flag, .list: nil
    }
  }

  private static func isMember(_ value: Value?, _ items: [String]) -> Bool {
    switch value {
    case nil: false
    case .list(let own): own.contains { text in items.contains { glob($0, matches: text) } }
    case .some(let value): items.contains { glob($0, matches: value.text) }
    }
  }

  private static func visit(_ node: Node, _ body: (Node) -> Void) {
    visit(node, isNegated: false) { node, _ in body(node) }
  }

  private static func visit(_ node: Node, isNegated: Bool, _ body: (Node, Bool) -> Void) {
    body(node, isNegated)
    switch node {
    case .and(let a, let b), .or(let a, let b):
      visit(a, isNegated: isNegated, body)
      visit(b, isNegated: isNegated, body)
    case .not(let a): visit(a, isNegated: !isNegated, body)
    case .set, .compare, .member, .listed: break
    }
  }
}

extension Condition.Node {
  /// The list that it looks a value up in.
  fileprivate var list: String? {
    switch self {
    case .member(_, .named(let name)), .listed(_, .named(let name)): name
    default: nil
    }
  }
}

/// Whether `text` is `pattern`, in which `*` stands for any run of characters. Linear in the product of
/// both lengths at worst; neither side is a regular expression.
func glob(_ pattern: String, matches text: String) -> Bool {
  guard pattern.utf8.contains(UInt8(ascii: "*")) else { return pattern == text }
  let pattern = Array(pattern.utf8)
  let text = Array(text.utf8)
  var p = 0
  var t = 0
  var star: (pattern: Int, text: Int)?
  while t < text.count {
    if p < pattern.count, pattern[p] == UInt8(ascii: "*") {
      star = (p, t)
      p += 1
    } else if p < pattern.count, pattern[p] == text[t] {
      p += 1
      t += 1
    } else if let last = star {
      p = last.pattern + 1
      t = last.text + 1
      star = (last.pattern, t)
    } else {
      return false
    }
  }
  return pattern[p...].allSatisfy { $0 == UInt8(ascii: "*") }
}
