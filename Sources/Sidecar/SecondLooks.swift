import Hands
import Processes
import Rulebook
import Journal

/// What is looked at a second time before something is done that cannot be undone: an agent that has stalled is
/// watched for some seconds more, with its child processes.
struct SecondLooks {
  /// One verdict that waits for its second look.
  struct Look {
    let verdict: Verdict
    let alert: Alert
    let since: Instant
    /// The agent's children at the first look.
    let load: ProcessLoad?
  }

  /// Between the two looks.
  static let length: Duration = .seconds(3)
  private static let most = 16

  private var open: [Look] = []

  /// Whether the verdict asks for a step that harms an agent which gets on after all.
  static func need(_ verdict: Verdict) -> Bool {
    verdict.rule.windows.stall != nil
      && verdict.actions.contains { $0 == .interrupt || $0 == .restart }
  }

  var deadline: Instant? { open.first.map { $0.since + Self.length } }

  /// False when too many wait already; then the step is not to be done.
  mutating func add(_ look: Look) -> Bool {
    guard open.count < Self.most else { return false }
    open.append(look)
    return true
  }

  /// Those whose time has come.
  mutating func due(at now: Instant) -> [Look] {
    let due = open.filter { now - $0.since >= Self.length }
    open.removeAll { now - $0.since >= Self.length }
    return due
  }

  /// Why the step is withheld; nil when the agent still stands still.
  ///
  /// - Parameters:
  ///   - load: The agent's children now.
  ///   - started: When the agent was started by Outrider last, and how long it has for that.
  static func objection(
    to look: Look, _ pane: Observation, _ load: ProcessLoad?, stands: Bool,
    started: (at: Instant, grace: Duration)?, at now: Instant
  ) -> (why: String, moved: Clock?)? {
    if pane.state == .asking { return ("a dialog is open", nil) }
    if pane.isHumanTyping { return ("a human is at the keyboard", .typing) }
    if let box = pane.box, !box.isEmpty, !pane.isBoxOwn {
      return ("somebody's words stand in the prompt box", nil)
    }
    if !stands { return ("it got on after all", nil) }
    if let load, let before = look.load, let busy = load.busy(since: before) {
      return ("its child process \(busy) is at work", .children)
    }
    if let started, now - started.at < started.grace {
      return ("it was started \((now - started.at).inWholeSeconds) ago", nil)
    }
    return nil
  }
}

extension AgentPane {
  /// Takes the first look.
  func look(at verdict: Verdict, _ alert: Alert, at now: Instant) -> [Effect] {
    let load = reader.dialect.flatMap { dialect in processes?.load(dialect) }
    let look = SecondLooks.Look(verdict: verdict, alert: alert, since: now, load: load)
    guard looks.add(look) else { return withhold(look, "too much is looked at already", at: now) }
    return [.log(alert)]
  }

  /// Takes the second look at what is due, and acts or says why not.
  func lookAgain(at now: Instant) -> [Effect] {
    looks.due(at: now).flatMap { look -> [Effect] in
      let load = reader.dialect.flatMap { dialect in processes?.load(dialect) }
      let objection = SecondLooks.objection(
        to: look, observation(at: now), load, stands: judge?.stands(look.verdict) ?? true,
        started: restarts.lastStart, at: now)
      guard let objection else { return take(look.verdict, look.alert, at: now) }
      if let clock = objection.moved { judge?.progress(agent: id, clock: clock, at: now) }
      return withhold(look, objection.why, at: now)
    }
  }

  private func withhold(_ look: SecondLooks.Look, _ why: String, at now: Instant) -> [Effect] {
    let deeds = look.verdict.actions.filter { $0 != .escalate }.map {
      Alert.Deed($0.rawValue, result: "withheld: \(why)")
    }
    return [
      .log(
        look.alert.updated(
          at: WallTime(now), outcome: .resolved, actions: deeds))
    ]
  }
}
