import Foundation
import Processes
import Rulebook

/// Asks the host of a repository about the pull request of the branch that is checked out, by `gh` and so by the
/// user's own login. It only reads.
public struct GitHubProbe: Sendable {
  /// What is in the way of an answer.
  public enum Trouble: Error, Sendable, Equatable, CustomStringConvertible {
    case notInstalled, notLoggedIn, rateLimited, noNetwork, tooSlow
    /// In `gh`'s own words.
    case other(String)

    public var description: String {
      switch self {
      case .notInstalled: "gh is not installed; reviews and checks of pull requests are not seen"
      case .notLoggedIn: "gh is not logged in; reviews and checks are not seen until you run: gh auth login"
      case .rateLimited: "GitHub answers gh no more for now (rate limit); reviews are looked at later"
      case .noNetwork: "gh does not reach GitHub; reviews are looked at when it does"
      case .tooSlow: "gh does not answer in time; reviews are looked at later"
      case .other(let words): "gh fails: \(words)"
      }
    }
  }

  /// What `gh` is called by, and in which environment.
  public var environment: [String: String]
  public var limit: Duration = .seconds(20)

  /// - Parameter environment: The user's, as the watch has it.
  public init(environment: [String: String] = ProcessInfo.processInfo.environment) {
    // It must not ask, colour, page or look for a newer version of itself.
    self.environment = environment.merging([
      "GH_PROMPT_DISABLED": "1", "GH_NO_UPDATE_NOTIFIER": "1", "NO_COLOR": "1", "CLICOLOR": "0",
      "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "PAGER": "cat",
    ]) { _, own in own }
    for name in ["GH_FORCE_TTY", "CLICOLOR_FORCE", "GH_DEBUG", "DEBUG", "GH_REPO"] {
      self.environment[name] = nil
    }
  }

  /// The pull request of the branch that is checked out in a folder; nil when there is none.
  public func pullRequest(in directory: String) async throws(Trouble) -> PullRequest? {
    let view = ["gh", "pr", "view", "--json", PullRequest.fields.joined(separator: ",")]
    guard let answer = try await ask(view, in: directory) else { return nil }
    guard var request = PullRequest(json: answer) else {
      throw .other("what 'gh pr view --json' printed is no pull request")
    }
    guard request.isOpen, let (host, owner, name) = request.repository else { return request }
    let query = [
      "gh", "api", "graphql", "--hostname", host, "-f", "owner=\(owner)", "-f", "name=\(name)", "-F",
      "number=\(request.number)", "-f", "query=\(PullRequest.threadQuery)",
    ]
    guard let answer = try await ask(query, in: directory), let threads = PullRequest.threads(json: answer)
    else { throw .other("what 'gh api graphql' printed are no review threads") }
    request.threads = threads
    return request
  }

  private func ask(_ words: [String], in directory: String) async throws(Trouble) -> [UInt8]? {
    let result: ProgramRun.Result
    do throws(ProgramRun.Failure) {
      result = try await ProgramRun(words, in: directory, environment: environment, limit: limit).result()
    } catch {
      switch error {
      case .missing: throw .notInstalled
      case .tooLong: throw .tooSlow
      default: throw .other(cleaned(error.description, limit: 200))
      }
    }
    if result.status == 0 { return result.output }
    if let trouble = Self.trouble(status: result.status, result.complaints) { throw trouble }
    return nil
  }

  /// What the complaints mean; nil when there just is no pull request.
  static func trouble(status: Int32, _ complaints: String) -> Trouble? {
    let words = complaints.lowercased()
    func tells(_ some: String...) -> Bool { some.contains(where: words.contains) }
    if tells(
      "no pull requests found", "no open pull requests", "not a git repository", "no git remotes found",
      "known github host", "could not determine current branch", "not on any branch")
    {
      return nil
    }
    if tells("rate limit", "http 429") { return .rateLimited }
    if status == 4 || tells("gh auth login", "bad credentials", "http 401") { return .notLoggedIn }
    if tells(
      "error connecting to", "dial tcp", "could not resolve host", "no such host", "i/o timeout",
      "network is unreachable", "connection refused", "tls handshake")
    {
      return .noNetwork
    }
    let first = complaints.split(separator: "\n").first.map(String.init) ?? "status \(status)"
    return .other(cleaned(first, limit: 200))
  }
}
