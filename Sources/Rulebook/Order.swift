/// An action and how it is to be done: what one entry of a rule's `do` says.
public struct Order: Sendable, Equatable {
  /// What is particular to an action.
  public enum Details: Sendable, Equatable {
    case none
    /// How long a program stays frozen while a human may decide, and what happens when none did.
    case hold(for: Duration?, then: Release)
    case restart(Restart)
    /// A program of the user's, which gets the alert on its standard input.
    case run(program: String)
    /// What is queued; nil is the correction itself. Its places are filled in a verdict.
    case queue(text: String?)
  }

  /// What becomes of a frozen program.
  public enum Release: String, Codable, CaseIterable, Sendable {
    case kill, allow
  }

  /// How an agent is ended and started anew.
  public struct Restart: Sendable, Equatable {
    /// The agent is first asked for a summary that the next one is started with.
    public let handoff: Bool
    /// How long the turn that is going on may take to its end; then it is interrupted.
    public let turn: Duration
    /// How long the hand-off may take.
    public let within: Duration
    /// So long after a restart, whatever asked for it, the agent is not restarted again.
    public let cooldown: Duration
    /// How long the new agent may take to its prompt; so long it is not judged as one that stands still.
    public let grace: Duration

    public init(
      handoff: Bool = true, turn: Duration = .seconds(120), within: Duration = .seconds(90),
      cooldown: Duration = .seconds(900), grace: Duration = .seconds(120)
    ) {
      self.handoff = handoff
      self.turn = turn
      self.within = within
      self.cooldown = cooldown
      self.grace = grace
    }
  }

  public let action: Action
  public let details: Details

  public init(_ action: Action, _ details: Details? = nil) {
    self.action = action
    switch (details, action) {
    case (let details?, _): self.details = details
    case (nil, .hold): self.details = .hold(for: nil, then: .kill)
    case (nil, .restart): self.details = .restart(Restart())
    case (nil, .queue): self.details = .queue(text: nil)
    case (nil, _): self.details = .none
    }
  }

  /// The order with the places of its text filled.
  func filled(from fields: [String: Value]) -> Order {
    guard case .queue(let text?) = details else { return self }
    return Order(action, .queue(text: cleaned(Template(text).typed(from: fields), limit: Verdict.longest)))
  }
}
