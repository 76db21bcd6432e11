/// Where a rule file lies, and so what it may do. A later layer speaks of what an earlier one states.
public enum Layer: String, Codable, CaseIterable, Comparable, Sendable {
  case shipped
  /// The user's own: may add, loosen, disable and replace.
  case user
  /// The project's, which an agent may have written: may only tighten.
  case project

  public static func < (a: Layer, b: Layer) -> Bool { a.rank < b.rank }

  private var rank: Int {
    switch self {
    case .shipped: 0
    case .user: 1
    case .project: 2
    }
  }
}

/// What another file changed about a rule.
public struct Change: Sendable, Equatable, CustomStringConvertible {
  public enum Kind: Sendable, Equatable {
    case severity(from: Severity, to: Severity)
    case except(pattern: String)
    case disabled
  }

  public let rule: String
  public let kind: Kind
  public let layer: Layer
  public let origin: Rule.Origin

  public var description: String {
    let what =
      switch kind {
      case .severity(let from, let to): "severity \(to.rawValue) instead of \(from.rawValue)"
      case .except(let pattern): "except \(cleaned(pattern, limit: 120))"
      case .disabled: "disabled"
      }
    return "\(what) (\(layer.rawValue), \(origin))"
  }
}

/// What a file says about rules of other files, as it was read.
struct Amendments: Sendable {
  /// A word about a rule, and where it stands.
  struct Entry<Content: Sendable>: Sendable {
    let rule: String
    let content: Content
    let place: Place
  }

  var except: [Entry<Exemption>] = []
  var severity: [Entry<Severity>] = []
  var raise: [Entry<Severity>] = []
  var disable: [Entry<Void>] = []
}

/// A place in a file.
struct Place: Sendable, Equatable {
  let file: String
  let line: Int
  let column: Int

  func error(_ message: String) -> FileError {
    FileError(file: file, line: line, column: column, message: message)
  }

  var origin: Rule.Origin { Rule.Origin(file: file, line: line) }
}
