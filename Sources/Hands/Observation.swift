import Rulebook

/// What the hands must know of an agent's pane before they touch it.
public struct Observation: Sendable, Equatable {
  /// The pane is there and the same agent's program still runs in it.
  public var isAlive: Bool
  /// The pane is in copy mode or another mode of tmux: keys would go to tmux, not to the agent.
  public var isInMode: Bool
  public var state: AgentState
  /// What stands in the prompt box; nil when no box is on the screen.
  public var box: String?
  /// The prompts that were sent off since the intervention began, oldest first.
  public var prompts: [String]
  /// How soon a dialog may open over what the pane has just shown; zero when none will.
  public var dialogWithin: Duration
  /// A human has typed into the prompt box not long ago.
  public var isHumanTyping: Bool
  /// What stands in the prompt box are words that Outrider has typed, and nothing else.
  public var isBoxOwn: Bool
  /// The human has stopped all typing until further notice.
  public var isOnHold: Bool

  public init(
    isAlive: Bool = true, isInMode: Bool = false, state: AgentState, box: String?, prompts: [String] = [],
    dialogWithin: Duration = .zero, isHumanTyping: Bool = false, isBoxOwn: Bool = false,
    isOnHold: Bool = false
  ) {
    self.isAlive = isAlive
    self.isInMode = isInMode
    self.state = state
    self.box = box
    self.prompts = prompts
    self.dialogWithin = dialogWithin
    self.isHumanTyping = isHumanTyping
    self.isBoxOwn = isBoxOwn
    self.isOnHold = isOnHold
  }
}
