/// Where an agent keeps the settings that Outrider adds to.
public struct SettingsPlace: Sendable, Equatable {
  public enum Scope: String, Sendable, CaseIterable { case user, project }

  public let agent: HookAgent
  public let scope: Scope
  /// The folder of the agent's settings.
  public let folder: String

  /// The user's own: `$CLAUDE_CONFIG_DIR` or `~/.claude`, `$CODEX_HOME` or `~/.codex`. Nil without a home.
  public init?(userOf agent: HookAgent, environment: [String: String]) {
    self.agent = agent
    scope = .user
    let (variable, name) = agent == .codex ? ("CODEX_HOME", ".codex") : ("CLAUDE_CONFIG_DIR", ".claude")
    if let folder = environment[variable], !folder.isEmpty {
      self.folder = folder
    } else if let home = environment["HOME"], home.hasPrefix("/") {
      folder = home + (home.hasSuffix("/") ? "" : "/") + name
    } else {
      return nil
    }
  }

  /// - Parameter root: The folder of the repository.
  public init(projectOf agent: HookAgent, root: String) {
    self.agent = agent
    scope = .project
    folder = "\(root)/\(agent == .codex ? ".codex" : ".claude")"
  }

  /// The file with the hooks.
  public var hooks: String { "\(folder)/\(agent == .codex ? "hooks.json" : "settings.json")" }

  /// Codex's other settings; nil for an agent that has one file.
  public var configuration: String? { agent == .codex ? "\(folder)/config.toml" : nil }
}
