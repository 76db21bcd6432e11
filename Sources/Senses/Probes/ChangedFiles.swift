import Foundation
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
  public static func ask(in directory: String, limit: Duration = .seconds(10)) async -> ChangedFiles? {
    var environment = ProcessInfo.processInfo.environment
    environment["GIT_OPTIONAL_LOCKS"] = "0"
    environment["LC_ALL"] = "C"
    func git(_ words: [String]) async -> [UInt8]? {
      // The repository's own settings must not make git run a program of theirs.
      let run = ProgramRun(
        ["git", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"] + words, in: directory,
        environment: environment, limit: limit)
      guard let result = try? await run.result(), result.status == 0 else { return nil }
      return result.output
    }
    guard let status = await git(["status", "--porcelain=v1", "-z", "--untracked-files=all"]) else {
      return nil
    }
    let branch = await git(["diff", "--name-only", "--no-ext-diff", "-z", "origin/HEAD...HEAD"]) ?? []
    return ChangedFiles(status: status, names: branch)
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
