import Foundation
import Hands
import Journal
import Processes
import Rulebook
import Senses
import Tmux

/// Brings queued texts to agents whose turn is over.
extension Watcher {
  /// How often the queue is looked at: for texts that another program has written, and for what waits for time.
  private static let lookEvery: Duration = .milliseconds(250)

  /// Looks after the queue until the watch is over.
  nonisolated func followQueue() async {
    guard let queue else { return }
    while !Task.isCancelled, await !isOver {
      do {
        let items = try await queue.items()
        for notice in await queue.takeNotices() { office.report(.trouble(notice)) }
        await lookAfter(items.filter { $0.target.server == settings.server })
      } catch {
        await tellQueueTrouble("\(error)")
      }
      try? await Task.sleep(for: Self.lookEvery)
    }
  }

  private func tellQueueTrouble(_ text: String) {
    guard mail.trouble != text else { return }
    mail.trouble = text
    office.report(.trouble(text))
  }

  private func lookAfter(_ items: [QueueItem]) async {
    let now = clock.now
    mail.trouble = ""
    mail.take(items)
    mail.began = mail.began ?? now
    for item in mail.items where item.expires <= WallTime(now) { await expire(item) }
    guard !settings.isObserving else { return }
    for id in panes.keys { bring(to: id, at: clock.now) }
    await settleLeftOver(at: now)
  }

  /// Goes on with what is on its way to a pane, or begins with the next text when the turn is over.
  func bring(to id: PaneID, at now: Instant) {
    guard queue != nil, !settings.isObserving, !mail.isHalted, let place = panes[id], place.isReported else {
      return
    }
    if var courier = mail.couriers[id] {
      let effects = courier.delivery.advance(view(of: id, courier), at: now)
      mail.couriers[id] = courier
      carry(out: effects, of: courier, to: id, at: now)
      return
    }
    guard !mail.items.isEmpty, !place.pane.isIntervening else { return }
    begin(in: id, at: now)
  }

  private func begin(in id: PaneID, at now: Instant) {
    guard let place = panes[id], let present = target(of: id) else { return }
    let mine = mail.items(for: present)
    if let left = mine.first(where: {
      ($0.state == .typing || $0.state == .sending) && !mail.isOnItsWay($0.id)
    }) {
      // Another watch was ended in the middle of it.
      if left.by != QueueItem.human { place.pane.reader.expect(typed: left.text) }
      mail.couriers[id] = MailRoom.Courier(
        item: left,
        delivery: QueueDelivery(
          resuming: left.text, left.state == .typing ? .typing : .sending, shownBefore: left.shownBefore ?? 0,
          at: now))
      return
    }
    // What stands before it in the line may have been sent or not; that is for the human to say.
    guard let next = mine.first(where: { $0.state != .handed }), next.state == .waiting,
      mail.mayTry(next.id, at: now),
      mail.isAtRest(
        id, place.court.judge.standing(of: place.pane.id), isBack: present.process != nil, at: now),
      view(of: id, nil).isReady
    else { return }
    mail.couriers[id] = MailRoom.Courier(item: next, delivery: QueueDelivery(next.text))
    bring(to: id, at: now)
  }

  private func view(of id: PaneID, _ courier: MailRoom.Courier?) -> QueueView {
    guard let pane = panes[id]?.pane else {
      var gone = QueueView(state: .exited, box: nil)
      gone.isAlive = false
      return gone
    }
    var view = QueueView(state: pane.reader.state, box: pane.reader.box)
    view.isAlive = pane.isAlive
    view.isInMode = pane.isInMode
    view.queues = pane.keys?.queue != nil
    view.prompts = courier?.prompts ?? []
    view.shown = pane.reader.shownPrompts
    view.queued = pane.reader.queued
    return view
  }

  private func carry(
    out effects: [QueueDelivery.Effect], of courier: MailRoom.Courier, to id: PaneID, at now: Instant
  ) {
    let process = panes[id]?.info.process ?? 0
    for effect in effects {
      switch effect {
      case .note(let mark):
        Task { await self.writeDown(mark, courier.item, courier.delivery.shownBefore, for: id) }
      case .paste(let text):
        // What a human has queued is the human's prompt, and begins a new task like any other.
        if courier.item.by != QueueItem.human { panes[id]?.pane.reader.expect(typed: text) }
        carry([.paste(text)], to: id, process: process)
      case .send(let again):
        guard let pane = panes[id]?.pane, let keys = pane.keys else { continue }
        let submits = keys.queue == nil || (again && pane.reader.state == .idle)
        carry([.submit(key: submits ? keys.submit : keys.queue ?? keys.submit)], to: id, process: process)
      }
    }
    guard let end = courier.delivery.end else { return }
    mail.couriers[id] = nil
    settle(courier.item, end, of: id, at: now)
  }

  /// Writes down what is about to be done, for the agent that is there now and no other, and lets it be done.
  private func writeDown(_ mark: QueueDelivery.Mark, _ item: QueueItem, _ shown: Int, for id: PaneID) async {
    var isNoted = false
    do {
      switch mark {
      case .typing:
        if var present = target(of: id) {
          present.instance = try await instance()
          if item.target.objection(to: present) == nil {
            isNoted =
              try await queue?.mark(
                item.id, .typing, if: [.waiting], target: present, at: WallTime(clock.now))
              ?? false
          }
        }
      case .sending:
        if let present = target(of: id), courierTarget(of: id)?.objection(to: present) == nil {
          isNoted =
            try await queue?.mark(
              item.id, .sending, if: [.typing, .sending], shownBefore: shown, at: WallTime(clock.now))
            ?? false
        }
      }
    } catch {
      office.report(.trouble("\(error)"))
    }
    guard var courier = mail.couriers[id], courier.item.id == item.id else { return }
    let now = clock.now
    let effects = courier.delivery.noted(isNoted, view(of: id, courier), at: now)
    mail.couriers[id] = courier
    carry(out: effects, of: courier, to: id, at: now)
  }

  /// For whom the text on its way to a pane is.
  private func courierTarget(of id: PaneID) -> QueueTarget? { mail.couriers[id]?.item.target }

  private func settle(_ item: QueueItem, _ end: QueueDelivery.End, of id: PaneID, at now: Instant) {
    let time = WallTime(now)
    switch end {
    case .delivered(let how):
      mail.note(item.id, nil)
      mail.given[id] = now
      finish(item, how, at: now)
    case .handed:
      mail.note(item.id, .handed)
      mail.given[id] = now
      office.report(.note("\(item.label) waits in the own queue of \(item.target.label)"))
      keep { try await $0.mark(item.id, .handed, if: [.typing, .sending], at: time) }
    case .returned(let why):
      mail.note(item.id, .waiting, why)
      mail.retryLater(item.id, at: now)
      settings.logger.debug("queue", metadata: ["id": "\(item.id)", "returned": "\(why)"])
      keep { try await $0.mark(item.id, .waiting, if: [.typing, .sending], note: why, at: time) }
    case .unknown(let why):
      mail.note(item.id, .unknown, why)
      let alert = item.alert(.unknown(why), at: time)
      office.call(alert, cure: .human)
      office.file(alert)
      keep { try await $0.mark(item.id, .unknown, if: [.typing, .sending], note: why, at: time) }
    }
  }

  private func finish(_ item: QueueItem, _ how: String, at now: Instant) {
    let time = WallTime(now)
    office.file(item.alert(.delivered(how), at: time))
    keep { try await $0.end(item.id, "delivered", at: time) }
  }

  private func keep(_ change: @escaping @Sendable (QueueStore) async throws -> some Sendable) {
    guard let queue else { return }
    Task {
      do { _ = try await change(queue) } catch { self.office.report(.trouble("\(error)")) }
    }
  }

  /// Notes what a fact tells of texts on their way, and of those in the agent's own queue.
  func noteForQueue(_ fact: Fact, of id: PaneID, at now: Instant) {
    guard queue != nil else { return }
    if fact.kind == .state, fact.text == AgentState.idle.rawValue { mail.rested[id] = now }
    if fact.kind == .prompt { notePromptForQueue(fact.text, of: id, at: now) }
  }

  /// A prompt was sent off, as the pane or a hook tells.
  func notePromptForQueue(_ text: String, of id: PaneID, at now: Instant) {
    mail.couriers[id]?.hear(prompt: text)
    guard !mail.items.isEmpty, let present = target(of: id) else { return }
    for item in mail.items(for: present)
    where item.state == .handed && SameWords(item.text).isPart(of: text) {
      mail.note(item.id, nil)
      mail.given[id] = now
      finish(item, "sent from the agent's own queue", at: now)
    }
  }

  /// tmux has not delivered what was asked of it.
  func refuseQueued(_ id: PaneID, _ refusal: Intervention.Refusal, at now: Instant) {
    mail.couriers[id]?.delivery.refuse(refusal, at: now)
    bring(to: id, at: now)
  }

  /// The pane is gone or another program's.
  func leaveQueue(of id: PaneID, at now: Instant) {
    defer { (mail.given[id], mail.rested[id]) = (nil, nil) }
    guard var courier = mail.couriers[id] else { return }
    let effects = courier.delivery.advance(view(of: id, courier), at: now)
    mail.couriers[id] = nil
    if courier.delivery.end != nil { carry(out: effects, of: courier, to: id, at: now) }
  }

  private func expire(_ item: QueueItem) async {
    // What the agent holds itself, and what is being sent at this moment, is no longer ours to take back.
    guard item.state != .handed, item.state != .sending else { return }
    let now = clock.now
    for (id, courier) in mail.couriers where courier.item.id == item.id { mail.couriers[id] = nil }
    mail.note(item.id, nil)
    do {
      guard
        try await queue?.end(item.id, "expired", if: [.waiting, .typing, .unknown], at: WallTime(now)) != nil
      else { return }
      office.file(item.alert(.expired(item.note ?? hindrance(of: item)), at: WallTime(now)))
    } catch {
      office.report(.trouble("\(error)"))
    }
  }

  /// Texts that a watch before has left in the middle, and whose agent is not there: what was not sent waits on, what
  /// may have been sent is told.
  private func settleLeftOver(at now: Instant) async {
    guard let began = mail.began, now - began >= MailRoom.leftOver else { return }
    for item in mail.items
    where [.typing, .sending, .handed].contains(item.state) && !mail.isOnItsWay(item.id) {
      let present = PaneID(Array(item.target.pane.utf8)).flatMap(target(of:))
      let isThere = present.map { item.target.objection(to: $0) == nil } ?? false
      if item.state == .handed {
        // Its queue has ended with the process.
        guard let process = item.target.process, !isThere || present?.process.map({ $0 != process }) ?? false
        else {
          continue
        }
        mail.note(item.id, .waiting)
        let time = WallTime(now)
        keep {
          try await $0.mark(
            item.id, .waiting, if: [.handed], note: "the agent that held it has ended", at: time)
        }
      } else if !isThere, let id = PaneID(Array(item.target.pane.utf8)) {
        settle(
          item,
          item.state == .typing
            ? .returned("the agent went away") : .unknown("the agent went away while it was being sent"),
          of: id, at: now)
      }
    }
  }

  /// Why an item waits, for people.
  func hindrance(of item: QueueItem) -> String {
    if item.state == .typing { return "it stands in the prompt box and was not sent yet" }
    guard let id = PaneID(Array(item.target.pane.utf8)), let present = target(of: id) else {
      return "its agent is gone"
    }
    if let objection = item.target.objection(to: present) { return objection }
    if settings.isObserving { return "the watch only observes" }
    if mail.isHalted { return "everything is stopped" }
    if let place = panes[id], place.court.judge.standing(of: place.pane.id)?.state == .limited {
      return "the agent has reached a limit"
    }
    return view(of: id, nil).hindrance
  }

  /// Who is in a pane now; nil when no agent was recognised there.
  func target(of id: PaneID) -> QueueTarget? {
    guard let place = panes[id], let dialect = place.pane.reader.dialect else { return nil }
    return QueueTarget(
      server: settings.server, instance: "", pane: "\(id)", agent: dialect.name,
      session: place.info.sessionName,
      cwd: place.info.directory, process: agentProcess(of: id))
  }

  /// The process of a pane's agent; nil for one on another machine, or that has ended.
  func agentProcess(of id: PaneID) -> ProcessIdentity? {
    guard watch.server.prefix.isEmpty, let place = panes[id], let dialect = place.pane.reader.dialect else {
      return nil
    }
    if let known = executions.roots["\(id)"], known.isAlive { return known }
    return AgentProcess.find(in: place.info.process, dialect)
  }

  /// This tmux server and no later one.
  func instance() async throws -> String {
    String(
      decoding: try await watch.server.run(["display-message", "-p", "#{pid}:#{start_time}"]), as: UTF8.self
    )
    .trimmingCharacters(in: .whitespacesAndNewlines)
  }
}
