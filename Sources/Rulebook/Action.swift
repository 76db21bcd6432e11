/// What a rule asks for when it fires. Each is refused by the hands when it could do harm.
public enum Action: String, Codable, CaseIterable, Sendable {
  case deny, hold, interrupt, prompt, queue, restart, escalate, run

  /// Whether evidence of this kind still leaves the action something to do. Only a hook that asks can refuse, and
  /// then nothing has to be interrupted and the refusal itself tells the agent why; only the kernel's event comes
  /// early enough to freeze a program.
  ///
  /// - Parameter step: What else the rule wants.
  func applies(to fact: Fact, among step: [Action]) -> Bool {
    let isRefusable = fact.source == .hook && fact.phase == .asked
    return switch self {
    case .deny: isRefusable
    case .hold: fact.source == .exec
    case .interrupt, .prompt: !(isRefusable && step.contains(.deny))
    case .queue, .restart, .escalate, .run: true
    }
  }
}
