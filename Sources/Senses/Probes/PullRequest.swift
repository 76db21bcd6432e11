import Foundation
import Rulebook

/// A pull request as `gh` tells of it: what is open about it, and whether it is green.
public struct PullRequest: Sendable, Equatable {
  /// One thread of a review that nobody has resolved.
  public struct Thread: Sendable, Equatable {
    public var id: String
    public var path: String
    public var line: Int?
    /// The newest comment that the user's own login did not write.
    public var comment: Comment
    /// The newest comment of all is the user's own: the thread waits for the reviewer.
    public var isAnswered: Bool
  }

  public struct Comment: Sendable, Equatable {
    public var id: String
    public var author: String
    public var words: String
  }

  public var number: Int
  public var url: String
  /// `OPEN`, `CLOSED` or `MERGED`.
  public var state: String
  public var branch: String
  /// The commit that is shown.
  public var head: String
  public var isDraft: Bool
  /// `APPROVED`, `CHANGES_REQUESTED` or `REVIEW_REQUIRED`; empty where no review is asked for.
  public var decision: String
  /// The reviews that ask for changes, of each reviewer the latest.
  public var objections: [Comment]
  public var failing: [String]
  public var pending: [String]
  public var passed: Int
  public var threads: [Thread] = []

  public var isOpen: Bool { state == "OPEN" }

  /// The fields that are asked of `gh pr view --json`.
  public static let fields = [
    "number", "url", "state", "isDraft", "headRefName", "headRefOid", "reviewDecision", "latestReviews",
    "statusCheckRollup",
  ]

  /// Reads what `gh pr view --json` printed; nil when that is something else.
  public init?(json: [UInt8]) {
    guard let view = try? JSONDecoder().decode(View.self, from: Data(json)) else { return nil }
    (number, url, state) = (view.number, view.url, view.state)
    (branch, head) = (view.headRefName, view.headRefOid ?? "")
    (isDraft, decision) = (view.isDraft ?? false, view.reviewDecision ?? "")
    objections = (view.latestReviews ?? []).filter { $0.state == "CHANGES_REQUESTED" }.prefix(Self.most).map {
      Comment(
        id: $0.id.flatMap { $0.isEmpty ? nil : $0 } ?? "\($0.author?.login ?? "") \($0.submittedAt ?? "")",
        author: $0.author?.login ?? "somebody", words: $0.body ?? "")
    }
    let checks = (view.statusCheckRollup ?? []).prefix(Self.most)
    failing = checks.filter { $0.standing == .failing }.map(\.title)
    pending = checks.filter { $0.standing == .pending }.map(\.title)
    passed = checks.count { $0.standing == .passed }
  }

  /// Threads, reviews and checks that are looked at.
  static let most = 200

  /// The repository, as the address of the pull request names it: host, owner and name; nil when that is no
  /// address of a pull request.
  public var repository: (host: String, owner: String, name: String)? {
    guard let address = URL(string: url), address.scheme == "https", let host = address.host() else {
      return nil
    }
    let parts = address.path().split(separator: "/").map(String.init)
    guard parts.count >= 4, parts[2] == "pull", parts[3] == "\(number)",
      [host, parts[0], parts[1]].allSatisfy({ $0.wholeMatch(of: /[A-Za-z0-9][\w.-]*/) != nil })
    else { return nil }
    return (host, parts[0], parts[1])
  }

  private struct View: Decodable {
    let number: Int
    let url: String
    let state: String
    let isDraft: Bool?
    let headRefName: String
    let headRefOid: String?
    let reviewDecision: String?
    let latestReviews: [Review]?
    let statusCheckRollup: [Check]?
  }

  private struct Review: Decodable {
    let id: String?
    let author: Author?
    let state: String?
    let body: String?
    let submittedAt: String?
  }

  struct Author: Decodable {
    let login: String
  }

  private struct Check: Decodable {
    enum Standing { case passed, pending, failing }

    /// Of a check run.
    let name: String?
    let workflowName: String?
    let status: String?
    let conclusion: String?
    /// Of a commit status.
    let context: String?
    let state: String?

    var title: String { cleaned(name ?? context ?? "a check", limit: 80) }

    /// A check that was left out, cancelled or is neutral holds nothing up.
    var standing: Standing {
      let word = (state ?? (status == "COMPLETED" ? conclusion : status)) ?? ""
      return switch word {
      case "SUCCESS", "NEUTRAL", "SKIPPED", "CANCELLED", "STALE": .passed
      case "FAILURE", "ERROR", "TIMED_OUT", "ACTION_REQUIRED", "STARTUP_FAILURE": .failing
      default: .pending
      }
    }
  }
}

extension PullRequest {
  /// What is asked of `gh api graphql`, with the variables `owner`, `name` and `number`.
  public static let threadQuery = """
    query($owner: String!, $name: String!, $number: Int!) {
      repository(owner: $owner, name: $name) {
        pullRequest(number: $number) {
          reviewThreads(last: 100) {
            nodes {
              id isResolved path line originalLine
              comments(last: 20) { nodes { id body viewerDidAuthor author { login } } }
            }
          }
        }
      }
    }
    """

  /// The unresolved threads in what `gh api graphql` answered to `threadQuery`; nil when that is something else.
  public static func threads(json: [UInt8]) -> [Thread]? {
    guard let answer = try? JSONDecoder().decode(Answer.self, from: Data(json)),
      let nodes = answer.data?.repository?.pullRequest?.reviewThreads.nodes
    else { return nil }
    return nodes.compactMap { $0 }.filter { !$0.isResolved }.prefix(most).compactMap { node in
      let comments = node.comments.nodes.compactMap { $0 }
      // A thread that only the user's own login wrote is a note to the reviewer.
      guard let foreign = comments.last(where: { $0.viewerDidAuthor != true }) else { return nil }
      return Thread(
        id: node.id, path: cleaned(node.path ?? "", limit: 200), line: node.line ?? node.originalLine,
        comment: Comment(
          id: foreign.id, author: foreign.author?.login ?? "somebody", words: foreign.body ?? ""),
        isAnswered: comments.last?.viewerDidAuthor == true)
    }
  }

  private struct Answer: Decodable {
    let data: Content?

    struct Content: Decodable { let repository: Repository? }
    struct Repository: Decodable { let pullRequest: Request? }
    struct Request: Decodable { let reviewThreads: Threads }
    struct Threads: Decodable { let nodes: [Node?] }
    struct Node: Decodable {
      let id: String
      let isResolved: Bool
      let path: String?
      let line: Int?
      let originalLine: Int?
      let comments: Comments
    }
    struct Comments: Decodable { let nodes: [Reply?] }
    struct Reply: Decodable {
      let id: String
      let body: String?
      let viewerDidAuthor: Bool?
      let author: Author?
    }
  }
}
