/// One program that a command line would run, with all that the text tells about it.
///
/// Words are those the program would receive: quotes removed, known variables and substitutions expanded,
/// wrappers such as `sudo` taken off. A part that the text does not tell stays as it was written (`$FILE`).
public struct SimpleCommand: Sendable, Equatable {
  /// The words as the program gets them; the first is the program as written. Empty when a line only redirects.
  public var words: [String] = []
  /// The last path component of the first word.
  public var program: String = ""
  /// What rules match: the program and its words, joined by single blanks, its global options left out.
  ///
  /// A word that is empty or has blanks, quotes or operators in it stands in single quotes, and each blank
  /// inside it is written `␣` (U+2423). So a blank always separates two words: `(?<!\S)--dry-run(?!\S)` cannot
  /// be met inside a message, and `kubectl 'apply x'` does not read like `kubectl apply x`.
  public var line: String = ""
  /// Assignments that hold for this command alone: leading ones and those of `env` and `sudo`, as `NAME=value`.
  public var assignments: [String] = []
  /// Variables that the session exported, as `NAME=value`, in order of their names; at most 32.
  public var exported: [String] = []
  /// Redirections in their order.
  public var redirections: [Redirection] = []
  /// Programs that were taken off the front, outermost first: `["sudo", "env"]`.
  public var wrappers: [String] = []
  /// Global options that `line` leaves out, with their values as words of their own. The keys of git's `-c` and
  /// `--config-env` are spelled as git compares them: section and name in lower case.
  public var globalOptions: [String] = []
  /// Why the text does not tell what would run; nil when it does.
  public var opaqueReason: OpaqueReason?
  /// The text ended within this command: it was cut by the pane, or a quote is unfinished.
  public var isTruncated = false
  /// Where it would run; nil is this machine.
  public var host: Host?
  /// The working directory where it is known: absolute, or relative to an unknown start (`k8s` after `cd k8s`).
  public var cwd: String?
  /// The checked-out git branch of `cwd` where it is known. Worked out for `git` only.
  public var branch: String?
  /// What a push or a merge would change; nil for any other command.
  public var push: Push?
  /// What it prints goes into a file, a variable, another command's words or a program that does not show it.
  public var isCaptured = false
  /// The text that the command was read from.
  public var source: CommandSource = .line

  /// An empty command.
  public init() {}

  /// Whether the program, or a word that decides what it does, cannot be told from the text.
  public var isOpaque: Bool { opaqueReason != nil }
}

/// A redirection of a simple command.
public struct Redirection: Sendable, Equatable {
  /// The operator without its descriptor: `>`, `>>`, `>|`, `<`, `<>`, `<<`, `<<-`, `<<<`, `>&`, `<&`, `&>`, `&>>`.
  public var op: String
  /// The descriptor: as written, or 0 for input and 1 for output.
  public var descriptor: Int
  /// The file name, the descriptor number, the delimiter of a heredoc or the text of a here-string.
  public var target: String

  /// A redirection from its three parts.
  public init(op: String, descriptor: Int, target: String) {
    self.op = op
    self.descriptor = descriptor
    self.target = target
  }
}

extension Redirection {
  /// Standard output goes to a file, or to nowhere.
  var takesOutput: Bool {
    descriptor == 1 && [">", ">>", ">|", "&>", "&>>"].contains(op)
      && !["/dev/stdout", "/dev/stderr", "/dev/tty"].contains(target)
  }
}

/// A place other than this machine.
public enum Host: Sendable, Equatable {
  /// A machine reached by a remote shell, as named in the command.
  case remote(String)
  /// A container or an image, as named in the command.
  case container(String)
  /// A pod, as named in the command.
  case pod(String)
}

/// The text in which a command was found.
public enum CommandSource: Sendable, Equatable, Hashable {
  /// The command line itself.
  case line
  /// A script, by its path.
  case script(String)
  /// A recipe of a make target.
  case makeTarget(String)
  /// A script of a package.json, by its name.
  case packageScript(String)
  /// A git alias.
  case gitAlias(String)
  /// A string in the code of another language (`python -c`).
  case code(String)
}

/// Why a command cannot be told from the text.
public enum OpaqueReason: String, Sendable, Equatable, CustomStringConvertible {
  case unknownProgram, unknownWord, maybeEmptyWord, unknownInput, unknownText, unreadableScript, hiddenCall
  case tooDeep, tooMuch

  /// One sentence.
  public var description: String {
    switch self {
    case .unknownProgram: "the program is named by something that the text does not tell"
    case .unknownWord: "a word that decides what the program does is not told by the text"
    case .maybeEmptyWord: "this runs if the unknown word before it is empty"
    case .unknownInput: "a shell reads commands from an input that the text does not tell"
    case .unknownText: "a shell is given commands that the text does not tell"
    case .unreadableScript: "the script could not be read"
    case .hiddenCall: "the code runs a command that it does not spell out"
    case .tooDeep: "the text nests deeper than the analysis goes"
    case .tooMuch: "the text expands to more than the analysis follows"
    }
  }
}

/// What a command line would run.
public struct Analysis: Sendable, Equatable {
  /// The simple commands, in the order in which they would start as far as the text tells. At most 2048.
  public var commands: [SimpleCommand] = []
  /// The text was cut or unfinished, or a bound of the analysis was met.
  public var isTruncated = false
  /// Files that the line writes with a content the text tells, by their path.
  public var filesWritten: [String] = []
  /// Work done, in units near one byte looked at; bounded by a constant times the length of the text.
  public var steps = 0

  /// An analysis that found nothing.
  public init() {}
}
