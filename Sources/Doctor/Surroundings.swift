import Foundation
import Settings
import Sidecar
import Tmux

/// Everything from outside that the checks look at.
public struct Surroundings: Sendable {
  public var environment: [String: String]
  /// The repository that one stands in, if any.
  public var project: String?
  /// This program, by the path that `install` would write.
  public var program: String?
  public var server: Server
  /// The rules of all layers; why not, when there are none.
  public var rules: Result<RuleLibrary, MissingRules>
  /// Where the alert log is; nil without a home.
  public var log: String?
  /// Programs that are to be called with an alert.
  public var notifiers: [String]
  /// How long another program may take to answer.
  public var patience: Duration = .seconds(10)

  public init(
    environment: [String: String], project: String?, program: String?, server: Server,
    rules: Result<RuleLibrary, MissingRules>, log: String?, notifiers: [String]
  ) {
    self.environment = environment
    self.project = project
    self.program = program
    self.server = server
    self.rules = rules
    self.log = log
    self.notifiers = notifiers
  }

  /// The program that a shell would run for a name; nil when there is none.
  func executable(_ name: String) -> String? {
    if name.contains("/") { return FileManager.default.isExecutableFile(atPath: name) ? name : nil }
    return (environment["PATH"] ?? "").split(separator: ":").map { "\($0)/\(name)" }
      .first { FileManager.default.isExecutableFile(atPath: $0) && !RuleFolder.isFolder($0) }
  }

  /// The places of an agent's settings: the user's, and the project's if there is one.
  func places(of agent: HookAgent) -> [SettingsPlace] {
    let user = SettingsPlace(userOf: agent, environment: environment)
    let project = project.map { SettingsPlace(projectOf: agent, root: $0) }
    return [user, project].compactMap { $0 }
  }

  /// Whether somebody uses the agent here: its program is on the PATH, or it has a folder of settings.
  func has(_ agent: HookAgent) -> Bool {
    executable(agent.word) != nil
      || SettingsPlace(userOf: agent, environment: environment).map { RuleFolder.isFolder($0.folder) }
        ?? false
  }
}

enum RuleFolder {
  static func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
  }
}

extension HookAgent {
  /// The agent as its users start it, and as `outrider install` knows it.
  var word: String { self == .codex ? "codex" : "claude" }
}
