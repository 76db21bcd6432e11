extension Alert {
  /// What the human types to let a program run that was held; nil when nothing was.
  ///
  /// The agent's own dialog is no permission: who has just approved the command there learns here how to give it.
  public var wayToAllow: String? {
    guard outcome == .held, let hold = actions.last(where: { $0.action == "hold" }) else { return nil }
    // While it waits, what was done names the program.
    if hold.result.contains("outrider allow ") { return hold.result }
    return "outrider allow \(rule) --agent \(agent.pane ?? agent.name) --for 10m"
  }
}
