import Foundation
import Processes
import Rulebook

/// Which files are an agent's own by what git says of its work tree: changed, staged or new, and changed on the
/// branch since it left the remote's main one.
public struct ChangedFiles: Sendable, Equatable {
  /// Relative to the root of the work tree.
  public let paths: [String]

  /// Files that are kept; a change of more is not told file by file.
  static let most = 512

  public init(_ paths: [String]) {
    self.paths = paths
  }

  /// Asks git; nil when it cannot tell.
  ///
  /// Git runs no program that the repository's settings name: an agent could have put one there that nobody would
  /// see, since it would run below Outrider and not below the agent.
  public static func ask(in directory: String, limit: Duration = .seconds(10)) async -> ChangedFiles? {
    let filters = await git(
      ["config", "--null", "--name-only", "--get-regexp", "^filter\\..*\\.(clean|process|required)$"], [],
      directory, limit)
    let settings =
      ["core.fsmonitor=false", "core.hooksPath=/dev/null"]
      + entries(filters ?? []).map { $0.hasSuffix(".required") ? "\($0)=false" : "\($0)=" }
    let ask = ["status", "--porcelain=v1", "-z", "--untracked-files=all", "--ignore-submodules=all"]
    guard let status = await git(ask, settings, directory, limit) else { return nil }
    let diff = [
      "diff", "--name-only", "--no-ext-diff", "--ignore-submodules=all", "-z", "origin/HEAD...HEAD",
    ]
    let branch = await git(diff, settings, directory, limit) ?? []
    return ChangedFiles(status: status, names: branch)
  }

  private static func git(
    _ words: [String], _ settings: [String], _ directory: String, _ limit: Duration
  ) async -> [UInt8]? {
    var environment = ProcessInfo.processInfo.environment
    // No lock that the agent's own git would run into, and nothing is fetched.
    (environment["GIT_OPTIONAL_LOCKS"], environment["GIT_ALLOW_PROTOCOL"]) = ("0", "none")
    environment["LC_ALL"] = "C"
    let run = ProgramRun(
      ["git"] + settings.flatMap { ["-c", $0] } + words, in: directory, environment: environment, limit: limit
    )
    guard let result = try? await run.result(), result.status == 0 else { return nil }
    return result.output
  }

  /// - Parameters:
  ///   - status: What `git status --porcelain=v1 -z` printed.
  ///   - names: What `git diff --name-only -z` printed.
  init(status: [UInt8], names: [UInt8]) {
    var paths: [String] = []
    var entries = Self.entries(status)[...]
    while let entry = entries.popFirst() {
      guard entry.utf8.count > 3 else { continue }
      paths.append(String(entry.dropFirst(3)))
      // Of what was renamed, the old name follows.
      if entry.hasPrefix("R") || entry.hasPrefix("C"), let old = entries.popFirst() { paths.append(old) }
    }
    var seen: Set<String> = []
    self.init(Array((paths + Self.entries(names)).filter { seen.insert($0).inserted }.prefix(Self.most)))
  }

  private static func entries(_ bytes: [UInt8]) -> [String] {
    bytes.split(separator: 0).prefix(4 * most).map { String(decoding: $0, as: UTF8.self) }
  }

  public func fact(of agent: String, at now: Instant) -> Fact {
    Fact(
      time: now, agent: agent, kind: .probe, text: "\(paths.count) changed files",
      fields: ["measure": .string("changed"), "paths": .list(paths)], source: .probe)
  }
}
