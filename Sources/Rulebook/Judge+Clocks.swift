extension Judge {
  /// Where an agent's clocks stand: a line each of those that ever moved, and when the last of them did.
  ///
  /// Empty where no rule waits for a stall, since then nobody looks at clocks.
  public func clocks(of agent: String, at now: Instant) -> (lines: [String], moved: Instant?) {
    guard let clocks = state.progress[agent] else { return ([], nil) }
    let known = Set(clocks.moved.keys)
    return (clocks.evidence(of: known, at: now), clocks.latest(of: known))
  }
}
