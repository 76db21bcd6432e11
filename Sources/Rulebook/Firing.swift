/// What comes of a rule that fires: whether it may, which step is due, and what the verdict says.
extension Judge {
  /// Notes that what the rule expects after a command has come.
  func noteMet(_ rule: Rule, by fact: Fact) {
    let owner = WindowState.Owner(rule: rule.id, agent: fact.agent)
    let tally = WindowState.Tally(time: now, source: fact.source)
    _ = state.met.update(owner, initial: tally) { $0 = tally }
    guard let story = fact.story else { return }
    _ = raised.insert(story: story, agent: fact.agent, rule: Self.met(rule), at: now)
  }

  /// Whether it had come when the command was told: of this very command, or from another sense just now.
  func isMet(_ rule: Rule, before fact: Fact) -> Bool {
    if let story = fact.story, raised.contains(story: story, agent: fact.agent, rule: Self.met(rule)) {
      return true
    }
    guard let met = state.met[WindowState.Owner(rule: rule.id, agent: fact.agent)] else { return false }
    return met.source != fact.source && now - met.time <= WindowState.Tally.coincidence
  }

  private static func met(_ rule: Rule) -> String { "\(rule.id)\u{0}met" }

  /// A rule that has fired on this command, which a hook asks about only now: it is refused all the same.
  func repeated(_ rule: Rule, _ fact: Fact) -> [Verdict] {
    guard rule.actions.contains(.deny), Action.deny.applies(to: fact, among: rule.actions),
      rule.windows.count == nil, rule.windows.expectation == nil
    else { return [] }
    return [verdict(rule, fact, at: fact.time, orders: [Order(.deny)], isRepeat: true)]
  }

  /// Fires, unless the rule has fired too lately.
  func fire(_ rule: Rule, _ fact: Fact, at time: Instant, depth: Int, count: Int? = nil) -> [Verdict] {
    let owner = WindowState.Owner(rule: rule.id, agent: fact.agent)
    let windows = rule.windows
    if let cooldown = windows.cooldown, let last = state.firings[owner]?.last, now - last < cooldown {
      return []
    }
    var allowed = WindowState.Allowance.all
    if let cap = windows.cap { allowed = state.spend(cap, of: owner, at: now) }
    guard allowed != .nothing else { return [] }
    var number = 0
    let before = state.firings[owner]?.last
    if windows.cooldown != nil || rule.steps.count > 1 {
      let progress = windows.stall.flatMap { state.progress[fact.agent]?.latest(of: $0.clocks) }
      number = state.climb(owner, windows, progress: progress, at: now)
    }
    let isCapped = allowed == .onlyHuman
    let step = min(number, max(0, rule.steps.count - 1))
    var orders = rule.steps.isEmpty ? [] : orders(of: rule, step: step, for: fact.agent)
    if isCapped { orders = [Order(.escalate)] }
    let wanted = orders.map(\.action)
    let verdict = verdict(
      rule, fact, at: time, orders: orders.filter { $0.action.applies(to: fact, among: wanted) },
      step: step + 1, count: count, isCapped: isCapped,
      proof: proof(rule, fact.agent, step: step, after: before, isCapped: isCapped))
    guard let kind = rule.emit else { return [verdict] }
    return [verdict] + emit(kind, from: rule, fact, at: time, depth: depth)
  }

  private func verdict(
    _ rule: Rule, _ fact: Fact, at time: Instant, orders: [Order], step: Int = 1, count: Int? = nil,
    isCapped: Bool = false, isRepeat: Bool = false, proof: [String] = []
  ) -> Verdict {
    var places = fact.fields
    places["agent"] = .string(fact.agent)
    places["text"] = .string(fact.text)
    places["rule"] = .string(rule.id)
    places["severity"] = .string(rule.severity.rawValue)
    if rule.tellsComplaint { places[Complaints.place] = .string(complaints.sentence(about: fact)) }
    return Verdict(
      rule: rule, fact: fact, time: time, why: rule.why.filled(from: places),
      instead: rule.instead?.filled(from: places),
      prompt: rule.prompt.map { cleaned($0.typed(from: places), limit: Verdict.longest) },
      orders: orders.map { $0.filled(from: places) }, step: step, count: count,
      evidence: proof + evidence(for: rule, fact, at: time), isCapped: isCapped, isRepeat: isRepeat,
      waiver: waivers.first { $0.covers(rule, fact, at: now) }?.words)
  }

  /// Why it is this step: that the one before had no effect, or that the cap is reached.
  private func proof(
    _ rule: Rule, _ agent: String, step: Int, after before: Instant?, isCapped: Bool
  ) -> [String] {
    var lines: [String] = []
    if step > 0, rule.steps.count > 1, let before {
      let done = orders(of: rule, step: step - 1, for: agent).map(\.action.rawValue).joined(separator: ", ")
      let still = rule.windows.stall == nil ? "it came again" : "no clock has moved since but by its echo"
      lines.append(
        "step \(step + 1) of \(rule.steps.count): step \(step) (\(done)) was taken "
          + "\((now - before).inWholeSeconds) ago and had no effect, \(still)")
    }
    if isCapped, let cap = rule.windows.cap {
      lines.append(
        "the rule acts \(cap.at) times within \(cap.within.spelled) and has; only the human is called")
    }
    return lines
  }
}
