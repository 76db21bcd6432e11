/// An agent that runs hooks.
public enum HookAgent: String, Sendable, CaseIterable {
  case claudeCode = "claude-code"
  case codex

  /// As people call it.
  public var title: String {
    switch self {
    case .claudeCode: "Claude Code"
    case .codex: "Codex"
    }
  }

  /// The events that Outrider listens to, all of which the agent knows.
  public var events: [HookedEvent] {
    switch self {
    case .claudeCode:
      [
        HookedEvent("PreToolUse", ofTools: true), HookedEvent("PermissionRequest", ofTools: true),
        HookedEvent("PostToolUse", ofTools: true), HookedEvent("PostToolUseFailure", ofTools: true),
        HookedEvent("UserPromptSubmit"), HookedEvent("Stop"), HookedEvent("SubagentStop"),
        HookedEvent("SessionStart"), HookedEvent("SessionEnd"), HookedEvent("PreCompact"),
        HookedEvent("Notification"),
      ]
    case .codex:
      [
        HookedEvent("PreToolUse", ofTools: true), HookedEvent("PermissionRequest", ofTools: true),
        HookedEvent("PostToolUse", ofTools: true), HookedEvent("UserPromptSubmit"), HookedEvent("Stop"),
        HookedEvent("SubagentStop"), HookedEvent("SessionStart"), HookedEvent("SessionEnd"),
        HookedEvent("PreCompact"),
      ]
    }
  }
}

/// A moment at which an agent calls its hooks.
public struct HookedEvent: Sendable, Hashable {
  public let name: String
  /// Whether it is about a tool, and a matcher says which tools are meant.
  public let isOfTools: Bool

  init(_ name: String, ofTools: Bool = false) {
    self.name = name
    isOfTools = ofTools
  }
}

/// What Outrider wants to stand in an agent's settings.
public struct HookPlan: Sendable {
  public let agent: HookAgent
  /// The absolute path of the program, which is named `outrider`.
  public let program: String
  /// After so many seconds the agent gives a hook up. The hook itself answers far sooner; this is for a machine
  /// that hangs.
  public let timeout = 10

  public init(agent: HookAgent, program: String) {
    precondition(HookCommand.isOurs(program: program), "hooks are recognised by a program named outrider")
    self.agent = agent
    self.program = program
  }

  var command: String { "\(ShellWords.quoted(program)) hook --agent \(agent.rawValue)" }

  func group(for event: HookedEvent) -> JSONValue {
    let handler = JSONValue.object([
      ("type", .string("command")), ("command", .string(command)), ("timeout", .number(timeout)),
    ])
    return .object((event.isOfTools ? [("matcher", .string("*"))] : []) + [("hooks", .array([handler]))])
  }
}
