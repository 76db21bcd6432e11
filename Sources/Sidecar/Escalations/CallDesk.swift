import Foundation
import Journal
import Notices
import Rulebook

/// Decides when the human is called, and sees to it that the calls arrive. What it knows outlives the watch.
///
/// Notifiers work on their own: however slow one is, neither the watch nor the others wait for it.
actor CallDesk {
  /// What it says, in order.
  enum Word: Sendable {
    case call(Call)
    /// A line for the alert log.
    case line(Alert)
    case trouble(String)
  }

  private enum Event: Sendable {
    case delivery(DeliveryReport)
    case acknowledged(String, by: String)
  }

  private var settings: CallSettings
  let say: @Sendable (Word) async -> Void
  private let awaited: Awaited
  var escalations: Escalations
  private let file: StateFile<Escalations>?
  private var messengers: Messengers
  /// Those that no configuration names, and so no edit of it ends.
  private let own: Messengers
  private let pulse: Pulse
  private let events: AsyncStream<Event>
  private let inbox: AsyncStream<Event>.Continuation
  /// The lines about notifiers that fail, by their names.
  private var failing: [String: Alert] = [:]
  var generator = SystemRandomNumberGenerator()
  private var isBroken = false

  /// However little is due, it is looked after so often: the clock on the wall may be set.
  private static let interval = Duration.seconds(15)

  /// - Parameters:
  ///   - notifiers: Besides those of the settings.
  ///   - awaited: Filled with what ends the troubles that are open.
  ///   - say: Called one after the other.
  init(
    _ settings: CallSettings, notifiers: [any Notifier], awaited: Awaited,
    say: @escaping @Sendable (Word) async -> Void
  ) {
    self.settings = settings
    self.awaited = awaited
    self.say = say
    let (events, inbox) = AsyncStream.makeStream(of: Event.self, bufferingPolicy: .bufferingNewest(1024))
    (self.events, self.inbox) = (events, inbox)
    file = settings.state?.escalations
    escalations = file?.read() ?? Escalations()
    own = Messengers(notifiers, Self.answers(to: inbox))
    messengers = Messengers(settings, Self.answers(to: inbox))
    pulse = Pulse(settings.heartbeat, file: settings.state?.heartbeat.path, server: settings.key) {
      inbox.yield(.delivery($0))
    }
    awaited.set(escalations)
  }

  private static func answers(to inbox: AsyncStream<Event>.Continuation) -> Messengers.Answers {
    Messengers.Answers(
      report: { inbox.yield(.delivery($0)) }, acknowledge: { inbox.yield(.acknowledged($0, by: $1)) })
  }

  /// Works until the task is cancelled.
  ///
  /// - Parameter isWell: Returns when the watch has answered; without it there is no sign of life.
  func run(isWell: @escaping @Sendable () async -> Bool) async {
    messengers.start()
    own.start()
    await withDiscardingTaskGroup { group in
      group.addTask { await self.pulse.run(isWell: isWell) }
      group.addTask { await self.keepTime() }
      for await event in events { await take(event) }
    }
    await messengers.stop()
    await own.stop()
  }

  /// Goes on by another configuration, but for the heartbeat. What is on its way to a notifier that it still
  /// names arrives.
  func adopt(_ next: CallSettings) async {
    settings.policy = next.policy
    settings.channels = next.channels
    let old = messengers
    let new = Messengers(settings, Self.answers(to: inbox))
    messengers = new
    await old.stop()
    await old.retire(for: new)
    // Another edit may have come meanwhile.
    guard messengers === new else { return }
    new.start()
    await settle([])
  }

  private func keepTime() async {
    while !Task.isCancelled {
      await tick()
      let wait = escalations.nextDue.map { $0 - .now } ?? Self.interval
      try? await Task.sleep(for: min(max(wait, .milliseconds(200)), Self.interval))
    }
  }

  private func take(_ event: Event) async {
    switch event {
    case .acknowledged(let trouble, let by): _ = await acknowledge(trouble, by: by)
    case .delivery(let report): await take(report)
    }
  }

  /// An alert for which a human is wanted.
  func take(_ alert: Alert, cure: Cure) async {
    escalations.take(alert, cure: cure, at: .now, by: settings.policy)
    await tick()
  }

  /// A further line of an alert.
  func note(_ alert: Alert) async {
    let calls = escalations.note(alert, at: .now)
    if !calls.isEmpty { await settle(calls) }
  }

  func hear(_ fact: Fact) async {
    let before = escalations
    let calls = escalations.hear(fact, at: .now)
    await tellEnds(since: before, "its cause has gone")
    await settle(calls)
  }

  /// A pane has gone.
  func leave(_ agent: String) async {
    let before = escalations
    let calls = escalations.leave(agent, at: .now)
    guard escalations != before else { return }
    await tellEnds(since: before, "its pane has gone")
    await settle(calls)
  }

  /// After a start: the troubles of panes that have gone meanwhile.
  ///
  /// - Parameter panes: Those that are there.
  func reconcile(with panes: Set<String>) async {
    let gone = Set(escalations.open.filter { $0.alert.agent.pane != nil }.map(\.agent)).subtracting(panes)
    for agent in gone { await leave(agent) }
  }

  /// Calls that wait for a notifier are given a last moment.
  func finish(within limit: Duration) async {
    let end = ContinuousClock.now + limit
    for courier in own.couriers + messengers.couriers {
      while await !courier.isIdle, ContinuousClock.now < end { try? await Task.sleep(for: .milliseconds(20)) }
    }
  }

  func tick() async {
    let now = WallTime.now
    await settle(escalations.tick(at: now, secondsEast: now.secondsEast, by: settings.policy))
  }

  /// Carries out what was decided: writes it down first, so that a restart does not call again.
  func settle(_ calls: [Call]) async {
    keep()
    awaited.set(escalations)
    for call in calls {
      for courier in own.couriers + messengers.couriers { await courier.post(call) }
      await say(.call(call))
    }
    let now = WallTime.now
    let shown = escalations.all.filter {
      !escalations.isSilenced($0, at: now)
        && ($0.state != .open || escalations.explanation(of: $0, at: now, by: settings.policy) == nil)
    }
    for board in messengers.boards { await board.show(shown) }
  }

  private func tellEnds(since before: Escalations, _ why: String) async {
    let wereOpen = Set(before.open.map(\.id))
    for trouble in escalations.all where trouble.state == .resolved && wereOpen.contains(trouble.id) {
      await say(
        .line(
          trouble.alert.updated(
            at: .now, outcome: .resolved,
            actions: trouble.alert.actions + [Alert.Deed(Action.escalate.rawValue, result: why)])))
    }
  }

  private var kept: Escalations?

  private func keep() {
    guard let file, escalations != kept else { return }
    do throws(NotifierError) {
      try file.write(escalations)
      kept = escalations
      isBroken = false
    } catch {
      guard !isBroken else { return }
      isBroken = true
      Task { await say(.trouble("\(error)")) }
    }
  }

  private func take(_ report: DeliveryReport) async {
    switch report {
    case .failing(let name, let why):
      guard failing[name] == nil else { return }
      let text = "\(name) does not reach anybody: \(why)"
      let alert = remark("notifier-failed", text, "Calls wait for it and are tried again.", .warning)
      failing[name] = alert
      await say(.trouble(text))
      await say(.line(alert))
    case .works(let name):
      guard let alert = failing.removeValue(forKey: name) else { return }
      await say(.line(alert.updated(at: .now, outcome: .resolved, actions: alert.actions)))
    case .lost(let name, let call):
      let text = "\(name): a call was given up: \(call.line(limit: 120))"
      await say(.trouble(text))
      await say(.line(remark("call-lost", text, "It could not be told in time.", .warning)))
    }
  }

  /// A line about Outrider itself.
  func remark(_ rule: String, _ text: String, _ why: String, _ severity: Severity) -> Alert {
    let now = WallTime.now
    return Alert(
      time: now, id: Alert.makeID(at: now, using: &generator), rule: rule, severity: severity,
      agent: Alert.Agent(name: "outrider"), source: Alert.Source(rawValue: "outrider"),
      text: cleaned(text, limit: 400), why: why, outcome: .observed)
  }
}
