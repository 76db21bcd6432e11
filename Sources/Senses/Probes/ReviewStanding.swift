import Rulebook

/// How an agent's pull request stands: what a person who may merge it wants to know.
public struct ReviewStanding: Sendable, Equatable, Codable {
  public enum Checks: String, Sendable, Codable {
    /// There are none.
    case none
    case green, pending, failing
  }

  public let number: Int
  public let url: String
  public let branch: String
  public let isDraft: Bool
  public let checks: Checks
  /// The names of checks that fail, the first ten.
  public let failing: [String]
  /// Threads of reviews that are not resolved.
  public let unresolved: Int
  /// `APPROVED`, `CHANGES_REQUESTED`, `REVIEW_REQUIRED`, or empty where no review is asked for.
  public let decision: String

  public init(_ request: PullRequest) {
    number = request.number
    url = cleaned(request.url, limit: 200)
    branch = cleaned(request.branch, limit: 100)
    isDraft = request.isDraft
    failing = Array(request.failing.prefix(10))
    unresolved = request.threads.count
    decision = cleaned(request.decision, limit: 40)
    checks =
      if !request.failing.isEmpty {
        .failing
      } else if !request.pending.isEmpty {
        .pending
      } else {
        request.passed > 0 ? .green : .none
      }
  }

  /// Nothing holds it up but the human, who merges.
  public var isGreen: Bool {
    !isDraft && [.none, .green].contains(checks) && unresolved == 0
      && !["CHANGES_REQUESTED", "REVIEW_REQUIRED"].contains(decision)
  }

  /// In a few words: `#7 green`, `#7 2 threads, 1 failing`, `#7 pending`.
  public var summary: String {
    if isGreen { return "#\(number) green" }
    var words: [String] = []
    if isDraft { words.append("draft") }
    if unresolved > 0 { words.append("\(unresolved) \(unresolved == 1 ? "thread" : "threads")") }
    if decision == "CHANGES_REQUESTED" { words.append("changes asked for") }
    switch checks {
    case .failing: words.append("\(failing.count) failing")
    case .pending: words.append("pending")
    case .none, .green: break
    }
    if words.isEmpty { words.append("review asked for") }
    return "#\(number) " + words.joined(separator: ", ")
  }
}
