import Rulebook

/// Something about a pull request that its agent has not been told: a thread, an objection, or a check that fails.
public struct ReviewNews: Sendable, Equatable {
  public enum Matter: String, Sendable {
    case thread, changes, check
  }

  /// Stands for it in what is remembered.
  public let key: String
  public let matter: Matter
  public let text: String
  public let fields: [String: Value]

  /// Characters of a reviewer's words that an agent is told.
  static let longest = 180

  /// What is open about a pull request: its threads first, then objections, then checks that fail.
  ///
  /// A thread counts again when somebody else has written in it, a check when it fails at another commit.
  public static func open(in request: PullRequest) -> [ReviewNews] {
    guard request.isOpen else { return [] }
    let threads = request.threads.filter { !$0.isAnswered }.map { thread in
      // The end of a long path says more than its beginning.
      let path = quoted(thread.path, limit: 200)
      let place = (path.count > 80 ? "…" + path.suffix(79) : path) + (thread.line.map { ":\($0)" } ?? "")
      var more: [String: Value] = ["path": .string(path), "place": .string(place)]
      if let line = thread.line { more["line"] = .number(Double(line)) }
      return news(
        request, .thread, "thread \(thread.id) \(thread.comment.id)", "\(place), \(spoken(thread.comment))",
        more,
        thread.comment)
    }
    let changes = request.objections.map { review in
      news(
        request, .changes, "review \(request.url) \(review.id)", "changes requested, \(spoken(review))", [:],
        review)
    }
    let checks = request.failing.map { check in
      let name = quoted(check, limit: 80)
      return news(
        request, .check, "check \(request.url) \(request.head) \(check)", "check '\(name)' fails",
        ["check": .string(name)], nil)
    }
    return threads + changes + checks
  }

  private static func news(
    _ request: PullRequest, _ matter: Matter, _ key: String, _ text: String, _ more: [String: Value],
    _ comment: PullRequest.Comment?
  ) -> ReviewNews {
    var fields = request.review(matter.rawValue).merging(more) { $1 }
    if let comment {
      fields["author"] = .string(quoted(comment.author, limit: 40))
      fields["words"] = .string(quoted(comment.words, limit: longest))
    }
    return ReviewNews(key: key, matter: matter, text: "#\(request.number) \(text)", fields: fields)
  }

  private static func spoken(_ comment: PullRequest.Comment) -> String {
    "\(quoted(comment.author, limit: 40)): \(quoted(comment.words, limit: longest))"
  }

  /// Foreign words as they may stand between quotes in a prompt: one line, no quote that would end them, nothing
  /// that the agent's prompt box would take for a mention of a file.
  static func quoted(_ text: String, limit: Int) -> String {
    String(
      unmentioned(cleaned(visible(text), limit: limit)).map { "«»“”\"`".contains($0) ? "'" : $0 })
  }

  /// Without what nobody sees and a model reads all the same: tags, joiners, private and unassigned letters.
  private static func visible(_ text: String) -> String {
    var kept = String.UnicodeScalarView()
    // Beyond this nothing could be left of it after the cut.
    for scalar in text.unicodeScalars.prefix(20_000) {
      switch scalar.properties.generalCategory {
      case .format, .privateUse, .unassigned, .surrogate: continue
      default: kept.append(scalar)
      }
    }
    return String(kept)
  }

  /// - Parameter more: How many others wait.
  public func fact(of agent: String, more: Int = 0, at now: Instant) -> Fact {
    var fields = fields
    if more > 0 { fields["more"] = .number(Double(more)) }
    return Fact(time: now, agent: agent, kind: .probe, text: text, fields: fields, source: .probe)
  }
}

extension PullRequest {
  /// The fields of a fact about this pull request.
  func review(_ what: String) -> [String: Value] {
    [
      "measure": .string("review"), "what": .string(what), "pull_request": .number(Double(number)),
      "url": .string(cleaned(url, limit: 200)), "branch": .string(cleaned(branch, limit: 100)),
    ]
  }

  /// A fact about the pull request as a whole: `pushed`, `quiet` when nothing about it is open, `closed`.
  public func fact(_ what: String, of agent: String, at now: Instant) -> Fact {
    Fact(
      time: now, agent: agent, kind: .probe, text: "#\(number) \(what)", fields: review(what), source: .probe)
  }
}
