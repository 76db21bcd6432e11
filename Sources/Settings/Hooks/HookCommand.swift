/// A command in an agent's settings that runs Outrider's hook program: `…/outrider hook …`.
public struct HookCommand: Sendable, Equatable {
  /// The path as it is written there.
  public let program: String
  /// What stands behind `hook`.
  public let arguments: [String]
  /// Where the path stands, in scalars of the line.
  let programRange: Range<Int>
  /// Where each argument stands.
  let argumentRanges: [Range<Int>]

  /// Nil for a command that is somebody else's.
  public init?(_ line: String) {
    self.init(scalars: Array(line.unicodeScalars))
  }

  init?(scalars: [Unicode.Scalar]) {
    let words = ShellWords(scalars).words.drop { Self.isAssignment($0.text) }
    guard let first = words.first, Self.isOurs(program: first.text), words.dropFirst().first?.text == "hook"
    else { return nil }
    program = first.text
    programRange = first.range
    arguments = words.dropFirst(2).map(\.text)
    argumentRanges = words.dropFirst(2).map(\.range)
  }

  public var isStatusLine: Bool { arguments.contains("--status-line") }

  /// For a status line: the program that was there before, as a shell command, and that is run as well.
  public var then: String? { thenIndex.map { arguments[$0] } }

  var thenIndex: Int? {
    guard let index = arguments.lastIndex(of: "--then"), index + 1 < arguments.count else { return nil }
    return index + 1
  }

  static func isOurs(program: String) -> Bool {
    program.split(separator: "/").last == "outrider" && !program.hasSuffix("/")
  }

  private static func isAssignment(_ word: String) -> Bool {
    guard let equals = word.firstIndex(of: "="), equals > word.startIndex else { return false }
    return word[..<equals].allSatisfy { $0 == "_" || $0.isASCII && ($0.isLetter || $0.isNumber) }
  }
}
