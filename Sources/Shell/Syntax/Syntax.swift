/// A text and its syntax. All ranges are offsets into the text.
final class Script: Sendable {
  let text: [UInt8]
  let statements: [Statement]
  /// The text as one double-quoted word: the body of a heredoc.
  let parts: [Part]
  let heredocs: [Heredoc]
  let isTruncated: Bool
  let isTooDeep: Bool
  let steps: Int

  init(
    text: [UInt8], statements: [Statement] = [], parts: [Part] = [], heredocs: [Heredoc] = [],
    isTruncated: Bool = false, isTooDeep: Bool = false, steps: Int = 0
  ) {
    self.text = text
    self.statements = statements
    self.parts = parts
    self.heredocs = heredocs
    self.isTruncated = isTruncated
    self.isTooDeep = isTooDeep
    self.steps = steps
  }

  func string(_ range: Range<Int>) -> String {
    text.withUnsafeBufferPointer { String(decoding: UnsafeBufferPointer(rebasing: $0[range]), as: UTF8.self) }
  }

  static let empty = Script(text: [])
}

/// A here-document. An expanded one has `parts` in its script.
struct Heredoc: Sendable {
  var script: Script
  var isExpanded: Bool
}

/// A pipeline, and how it is linked to the one before.
struct Statement: Sendable {
  enum Link: Sendable { case sequence, and, or }
  var link: Link
  var command: Command
  /// The further stages of the pipeline.
  var rest: [Command]
  var isBackground: Bool
}

enum Command: Sendable {
  case simple(Simple)
  case compound(Compound)
}

struct Simple: Sendable {
  var assignments: [Assignment] = []
  var words: [Word] = []
  var redirections: [RedirectionSyntax] = []
  var isTruncated = false
}

final class Compound: Sendable {
  enum Kind: Sendable {
    case group([Statement])
    case subshell([Statement])
    /// Conditions and bodies of `if`, `elif`, `else` (an empty condition).
    case branches([(condition: [Statement], body: [Statement])])
    case loop(condition: [Statement], body: [Statement])
    /// A `for` or `select` loop; no items stand for the positional parameters.
    case forEach(name: String, items: [Word]?, body: [Statement])
    case cases(subject: Word, arms: [(patterns: [Word], body: [Statement])])
    case function(name: String, body: Command)
    /// `[[ … ]]`: only what its words run matters.
    case test([Word])
    case arithmetic([Part])
    case coprocess(Command)
  }
  let kind: Kind
  let redirections: [RedirectionSyntax]

  init(_ kind: Kind, redirections: [RedirectionSyntax] = []) {
    self.kind = kind
    self.redirections = redirections
  }
}

struct Assignment: Sendable {
  var name: String
  var isAppending = false
  /// The element of an array; its text as written.
  var subscripted: String?
  var value: Word?
  var elements: [Word]?
}

struct RedirectionSyntax: Sendable {
  var op: String
  var descriptor: Int
  var target: Word
  /// The index of its here-document.
  var heredoc: Int?
}

/// A word as written; a plain one has no parts, its range is its text.
struct Word: Sendable {
  var range: Range<Int>
  var parts: [Part] = []
  var isPlain = true
  var hasBraces = false
}

enum Part: Sendable {
  /// Unquoted text.
  case literal(Range<Int>)
  /// Text whose bytes all stand for themselves.
  case quoted(Range<Int>)
  /// The inside of `$'…'`.
  case ansi(Range<Int>)
  case double([Part])
  case parameter(Parameter)
  case command([Statement])
  /// Between backquotes, which are unescaped before they are read.
  case backquoted(Script)
  case arithmetic([Part], Range<Int>)
  case process([Statement], isInput: Bool)
}

/// `$name` or `${…}`.
final class Parameter: Sendable {
  enum Subscript: Sendable, Equatable {
    case none, all
    case element(Range<Int>)
  }
  enum Operation: Sendable, Equatable {
    case none, length, indirect
    case useDefault, assignDefault, useAlternative, requireValue
    case removePrefix, removeSuffix, replace, replaceAll, upper, lower, slice, other
  }
  let name: Range<Int>
  let index: Subscript
  let operation: Operation
  /// `:` stood before the operator, or the operator was doubled.
  let isStrong: Bool
  let argument: [Part]
  let range: Range<Int>

  init(
    name: Range<Int>, index: Subscript = .none, operation: Operation = .none, isStrong: Bool = false,
    argument: [Part] = [], range: Range<Int>
  ) {
    self.name = name
    self.index = index
    self.operation = operation
    self.isStrong = isStrong
    self.argument = argument
    self.range = range
  }
}
