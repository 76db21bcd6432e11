/// What earlier lines of one agent left behind, carried from command to command.
///
/// Bounded: 256 variables, 128 aliases, 128 functions, 64 files of 64 KiB, 64 branches, 64 settings. What comes
/// after a full table is not kept. The shells of agents differ in what they really keep; this keeps all.
public struct Session: Sendable {
  /// The working directory: absolute; relative to an unknown start; nil when unknown.
  public var cwd: String?
  var variables: [String: Variable] = [:]
  /// In order.
  var exports: [String] = []
  var aliases: [String: String] = [:]
  var functions: [String: Function] = [:]
  /// Branches that the caller told, by directory; they count before what a repository says.
  var toldBranches: [String: String?] = [:]
  /// Branches that earlier lines switched to, by directory.
  var branches: [String: String?] = [:]
  var settings: [String: String] = [:]
  var files: [String: String?] = [:]
  var previousDirectory: String?
  var isLost = false

  /// A fresh session.
  /// - Parameters:
  ///   - cwd: the agent's working directory where it is known.
  ///   - branch: the branch checked out there where it is known. It holds until the line switches.
  public init(cwd: String? = nil, branch: String? = nil) {
    self.cwd = cwd.map(Path.normalized)
    if let branch { setBranch(branch) }
  }

  /// Says which branch is checked out in `cwd`. It counts until a line switches, whatever the repository says.
  public mutating func setBranch(_ name: String?) {
    let key = cwd ?? ""
    guard toldBranches[key] != nil || toldBranches.count < Self.maximumBranches else { return }
    toldBranches[key] = name.map { .some($0) }
  }

  /// Says where the agent is now, as a hook tells it. Does nothing when that is known already.
  public mutating func setDirectory(_ path: String) {
    let path = Path.normalized(path)
    guard path != cwd || isLost else { return }
    cwd = path
    isLost = false
  }

  /// Forgets the content of a file, since something other than a command line changed it.
  public mutating func forgetFile(_ path: String) {
    files[Path.joined(cwd ?? "", path)] = nil
  }

  mutating func export(_ name: String) {
    let index = exports.firstIndex { $0 >= name } ?? exports.endIndex
    guard exports.count < Self.maximumVariables, index == exports.endIndex || exports[index] != name else {
      return
    }
    exports.insert(name, at: index)
  }

  mutating func withdraw(_ name: String) {
    if let index = exports.firstIndex(of: name) { exports.remove(at: index) }
  }

  static let maximumVariables = 256
  static let maximumAliases = 128
  static let maximumFunctions = 128
  static let maximumFiles = 64
  static let maximumFileLength = 65_536
  static let maximumBranches = 64
  static let maximumSettings = 64
}

/// A shell function: its body, and the text that the body's ranges point into.
struct Function: Sendable {
  let script: Script
  let body: Command
}

/// A shell variable. An array has any number of fields, any other exactly one.
struct Variable: Sendable, Equatable {
  var fields: [Field]
  var isArray = false
  /// Values it may have instead, when a branch that may not run set it. At most three.
  var others: [[Field]] = []
}

/// A word after expansion.
struct Field: Sendable, Equatable {
  var text: String
  /// The offsets in UTF-8 from the first to the last byte that is not known; nil when all of it is.
  var unknown: Range<Int>?
  /// Any part of it was quoted.
  var isQuoted = false

  init(_ text: String, unknown: Range<Int>? = nil, isQuoted: Bool = false) {
    self.text = text
    self.unknown = unknown
    self.isQuoted = isQuoted
  }

  var isKnown: Bool { unknown == nil }

  static func hidden(_ written: String) -> Field { Field(written, unknown: 0..<max(1, written.utf8.count)) }
}
