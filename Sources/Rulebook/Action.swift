/// What a rule asks for when it fires. Each is refused by the hands when it could do harm.
public enum Action: String, Codable, CaseIterable, Sendable {
  case deny, hold, interrupt, prompt, queue, restart, escalate, run

  /// Whether evidence of this kind still leaves the action something to do: only a hook can refuse a
  /// command, only the kernel's event comes early enough to freeze a program.
  public func applies(to source: Fact.Source) -> Bool {
    switch self {
    case .deny: source == .hook
    case .hold: source == .exec
    case .interrupt: source != .hook
    case .prompt, .queue, .restart, .escalate, .run: true
    }
  }
}
