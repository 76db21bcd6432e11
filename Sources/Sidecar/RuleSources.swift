import Foundation
import Rulebook

/// Where rules come from: the shipped folder, the user's, the project's, and files named on the command line.
public struct RuleSources: Sendable, Equatable {
  /// One rule file of a layer.
  public struct File: Sendable, Equatable {
    public let url: URL
    public let layer: Layer

    /// As short as it can be said from here.
    public var name: String { Self.name(of: url) }

    static func name(of url: URL) -> String {
      let here = FileManager.default.currentDirectoryPath + "/"
      return url.path.hasPrefix(here) ? String(url.path.dropFirst(here.count)) : url.path
    }
  }

  /// The shipped rules, with `agents/`, `programs.yaml` and `redact.yaml`.
  public let shipped: URL
  public let user: URL?
  public let project: URL?
  public let added: [URL]
  public let profile: Profile

  /// - Parameters:
  ///   - shipped: The shipped rules.
  ///   - user: The user's folder; it need not be there.
  ///   - project: The project's folder; it need not be there.
  ///   - added: More rule files or folders of them.
  ///   - profile: Which of the shipped rules are in force.
  public init(
    shipped: URL, user: URL? = nil, project: URL? = nil, added: [URL] = [], profile: Profile = .gitops
  ) {
    self.shipped = shipped
    self.user = user
    self.project = project
    self.added = added
    self.profile = profile
  }

  /// The same with the rules of another project.
  func of(project folder: URL?) -> RuleSources {
    RuleSources(shipped: shipped, user: user, project: folder, added: added, profile: profile)
  }

  /// The rule files as they are there now, in the order in which they are read. Whoever names a file on the
  /// command line is the user, and so it is the user's.
  public var files: [File] {
    var own = Self.yamlFiles(in: shipped).filter { !Self.reserved.contains($0.lastPathComponent) }
    if profile == .strict { own.append(shipped.appending(path: "profiles/strict.yaml")) }
    return own.map { File(url: $0, layer: .shipped) }
      + folder(user).filter { !Self.isRedaction($0) }.map { File(url: $0, layer: .user) }
      + folder(project).map { File(url: $0, layer: .project) }
      + addedFiles.filter { !Self.isDialect($0) && !Self.isRedaction($0) }.map { File(url: $0, layer: .user) }
  }

  /// The dialect files: the shipped ones, and of those that are named the ones in a folder `agents`.
  var dialects: [URL] {
    Self.yamlFiles(in: shipped.appending(path: "agents")) + addedFiles.filter(Self.isDialect)
  }

  var programs: URL { shipped.appending(path: "programs.yaml") }

  /// What is taken out of alerts: the shipped file, the user's where there is one, and what is named. A project
  /// has none: it could hide what its agents do.
  var redactions: [URL] {
    [shipped.appending(path: Self.redaction)] + (folder(user) + addedFiles).filter(Self.isRedaction)
  }

  private static let redaction = "redact.yaml"

  private static func isRedaction(_ url: URL) -> Bool { url.lastPathComponent == redaction }

  private var addedFiles: [URL] { added.flatMap { Self.isDirectory($0) ? Self.yamlFiles(in: $0) : [$0] } }

  private static func isDialect(_ url: URL) -> Bool {
    url.deletingLastPathComponent().lastPathComponent == "agents"
  }

  private func folder(_ url: URL?) -> [URL] { url.map(Self.yamlFiles(in:)) ?? [] }

  /// `$XDG_CONFIG_HOME/outrider/rules`, or that under `~/.config`; nil when there is no home.
  public static func userFolder(environment: [String: String]) -> URL? {
    if let path = environment["XDG_CONFIG_HOME"], path.hasPrefix("/") {
      return URL(filePath: path, directoryHint: .isDirectory).appending(path: "outrider/rules")
    }
    guard let home = environment["HOME"], home.hasPrefix("/") else { return nil }
    return URL(filePath: home, directoryHint: .isDirectory).appending(path: ".config/outrider/rules")
  }

  /// The nearest `.outrider/rules` at or above a folder; nil when there is none.
  public static func projectFolder(from directory: URL) -> URL? {
    var folder = directory.standardizedFileURL
    while true {
      let rules = folder.appending(path: ".outrider/rules")
      if isDirectory(rules) { return rules }
      guard folder.path != "/" else { return nil }
      folder.deleteLastPathComponent()
    }
  }

  private static let reserved: Set<String> = ["programs.yaml", redaction]

  static func yamlFiles(in directory: URL) -> [URL] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: directory.path)) ?? []
    return names.filter { ($0.hasSuffix(".yaml") || $0.hasSuffix(".yml")) && !$0.hasPrefix(".") }.sorted()
      .map { directory.appending(path: $0) }
  }

  static func isDirectory(_ url: URL) -> Bool {
    var isDirectory: ObjCBool = false
    return FileManager.default.fileExists(atPath: url.path, isDirectory: &isDirectory)
      && isDirectory.boolValue
  }
}
