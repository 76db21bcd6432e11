import Processes
import Rulebook

/// How an agent that runs is started again, found out before it is ended.
public struct Relaunch: Sendable, Equatable {
  /// By whom.
  public enum Way: Sendable, Equatable {
    /// It is the pane's own program: tmux puts a new one in its place.
    case pane
    /// It was started from an interactive shell, which is given its command line.
    case shell(ProcessIdentity)
  }

  /// Why it cannot be started again; it is better not ended then.
  public struct Impossible: Error, Equatable, CustomStringConvertible {
    public let description: String

    public init(description: String) {
      self.description = description
    }
  }

  /// What `/proc` tells of the agent and of what started it.
  public struct Surroundings: Sendable {
    public var agent: ProcessIdentity
    /// The words of its command line; none where they cannot be read.
    public var words: [String]
    public var directory: String?
    /// The pane's first process.
    public var pane: Int32
    public var parent: ProcessIdentity?
    public var parentWords: [String]
    public var parentDirectory: String?

    public init(
      agent: ProcessIdentity, words: [String], directory: String?, pane: Int32, parent: ProcessIdentity?,
      parentWords: [String], parentDirectory: String?
    ) {
      self.agent = agent
      self.words = words
      self.directory = directory
      self.pane = pane
      self.parent = parent
      self.parentWords = parentWords
      self.parentDirectory = parentDirectory
    }
  }

  /// The process that is ended.
  public let agent: ProcessIdentity
  public let way: Way
  /// The command line, without what would go on with the old session.
  public let words: [String]
  /// Nothing had to be left out.
  public let isUnchanged: Bool
  /// Where it works.
  public let directory: String?
  /// Where its shell stands, if that is known.
  private let shellDirectory: String?

  /// - Parameters:
  ///   - isProgram: Whether a word of the command line names the agent's program, or its script.
  /// - Throws: `Impossible`.
  public init(
    _ around: Surroundings, _ restart: Dialect.Restart?, isProgram: (String) -> Bool
  ) throws(Impossible) {
    guard let restart else { throw Impossible(description: "its dialect has no 'restart'") }
    guard let head = around.words.firstIndex(where: isProgram), head < 3 else {
      throw Impossible(description: "its command line cannot be read")
    }
    agent = around.agent
    directory = around.directory
    shellDirectory = around.parentDirectory
    words = around.words[...head] + restart.fresh(around.words[(head + 1)...])
    isUnchanged = words == around.words
    if around.agent.id == around.pane {
      way = .pane
    } else if let parent = around.parent, Self.isInteractiveShell(around.parentWords) {
      way = .shell(parent)
    } else {
      let name = around.parentWords.first.map { cleaned($0, limit: 60) } ?? "a program that is gone"
      throw Impossible(description: "it was started by \(name), not by a shell at its prompt")
    }
  }

  /// What a shell has to be given to start the agent: each word quoted, and its folder where the shell stands in
  /// another one.
  public var shellLine: String {
    var words = words
    if let directory, let shellDirectory, directory != shellDirectory {
      words = ["env", "-C", directory] + words
    }
    return words.map(Self.quoted).joined(separator: " ")
  }

  /// What tmux has to run in the pane; a word alone goes to a shell.
  public var tmuxWords: [String] { words.count == 1 ? ["exec " + Self.quoted(words[0])] : words }

  private static let shells: Set<String> = ["sh", "bash", "zsh", "fish", "dash", "ksh", "mksh", "ash"]

  /// A shell that reads commands from its terminal, not a script or a text.
  static func isInteractiveShell(_ words: [String]) -> Bool {
    guard let first = words.first else { return false }
    let name = first.split(separator: "/").last.map(String.init) ?? first
    guard shells.contains(name.hasPrefix("-") ? String(name.dropFirst()) : name) else { return false }
    let options = words.dropFirst().prefix { $0.hasPrefix("-") || $0.hasPrefix("+") }
    if options.contains(where: { !$0.hasPrefix("--") && $0.contains("c") }) { return false }
    let operand = words.dropFirst(1 + options.count).first
    // The word behind one of these is a file that it reads first.
    let takesFile = options.last.map { ["--rcfile", "--init-file", "-o", "+o"].contains($0) } ?? false
    return operand == nil || takesFile || options.contains("-i")
  }

  private static func quoted(_ word: String) -> String {
    let isPlain =
      !word.isEmpty
      && word.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"):
          true
        default: "-_./:@%+,".utf8.contains(byte)
        }
      }
    return isPlain
      ? word
      : "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
  }
}
