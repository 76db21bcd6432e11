import Rulebook

/// What is remembered of an agent's work, for a hand-off that the agent does not write itself: the last prompts of
/// the human, the files that were edited, the last commands that failed, the agent's last words.
///
/// Fed by facts, of bounded size.
public struct Memoir: Sendable, Equatable {
  private static let mostPrompts = 3
  private static let mostFiles = 12
  private static let mostFailures = 3

  private var prompts: [String] = []
  /// Newest last, each once.
  private var files: [String] = []
  private var failures: [String] = []
  private var said = ""

  public init() {}

  public mutating func note(_ fact: Fact) {
    switch fact.kind {
    case .prompt where fact.fields["by"] != .string("outrider"):
      Self.add(cleaned(fact.text, limit: 300), to: &prompts, most: Self.mostPrompts)
    case .edit where fact.phase != .asked:
      Self.add(cleaned(fact.text, limit: 120), to: &files, most: Self.mostFiles)
    case .command where fact.phase == .ran && Self.hasFailed(fact):
      let exit = fact.fields["exit"].map { " (exit \($0.text))" } ?? ""
      Self.add(cleaned(fact.text, limit: 160) + exit, to: &failures, most: Self.mostFailures)
    case .said: said = cleaned(fact.text, limit: 300)
    default: break
    }
  }

  private static func hasFailed(_ fact: Fact) -> Bool {
    if fact.fields["failed"] == .flag(true) { return true }
    if case .number(let exit)? = fact.fields["exit"] { return exit != 0 }
    return false
  }

  private static func add(_ text: String, to list: inout [String], most: Int) {
    list.removeAll { $0 == text }
    list.append(text)
    if list.count > most { list.removeFirst() }
  }

  /// One paragraph; says so when nothing is remembered.
  public var text: String {
    var parts: [String] = []
    if !prompts.isEmpty { parts.append("Asked for, the last last: \(Self.quoted(prompts)).") }
    if !files.isEmpty { parts.append("Files edited: \(files.joined(separator: ", ")).") }
    if !failures.isEmpty { parts.append("Commands that failed last: \(Self.quoted(failures)).") }
    if !said.isEmpty { parts.append("Its last words: \"\(said)\"") }
    if parts.isEmpty { parts.append("Nothing of its work was seen.") }
    return parts.joined(separator: " ") + " Look at git status and git log before you go on."
  }

  private static func quoted(_ texts: [String]) -> String {
    texts.map { "\"\($0)\"" }.joined(separator: "; ")
  }
}
