import Hands
import Journal
import Rulebook
import Tmux

/// What the watcher knows of the queue: what waits, what is on its way, and when to try.
struct MailRoom {
  /// A text on its way into a pane.
  struct Courier {
    let item: QueueItem
    var delivery: QueueDelivery
    /// The prompts that were sent off since it began.
    var prompts: [String] = []

    mutating func hear(prompt: String) {
      prompts.append(prompt)
      if prompts.count > 16 { prompts.removeFirst() }
    }
  }

  /// How long a turn must be over before something is typed: an agent that pauses for a breath is not at rest.
  static let rest: Duration = .seconds(1)
  /// An agent that shows no work of what it was given gets the next text only after this.
  static let patience: Duration = .seconds(30)
  /// Texts that a watch before has left half delivered are settled after this, when their agent is not seen.
  static let leftOver: Duration = .seconds(10)

  /// What waits for agents of this server, in the order in which it was queued, as last read.
  var items: [QueueItem] = []
  var couriers: [PaneID: Courier] = [:]
  /// When an agent was given something last.
  var given: [PaneID: Instant] = [:]
  /// When an agent's screen came to rest last, flicker and all.
  var rested: [PaneID: Instant] = [:]
  /// Nothing is typed at all, as when everything was stopped.
  var isHalted = false
  /// When the queue was read first.
  var began: Instant?
  /// The last trouble with the journal; told once.
  var trouble = ""
  /// What this watch has made of items, nil for what has ended, until the journal says so as well.
  private var made: [String: QueueItem.State?] = [:]
  private var retries: [String: (at: Instant, count: Int)] = [:]

  /// Those that are for the agent, in their order.
  func items(for present: QueueTarget) -> [QueueItem] {
    items.filter { $0.target.objection(to: present) == nil }
  }

  func isOnItsWay(_ id: String) -> Bool { couriers.values.contains { $0.item.id == id } }

  /// Takes what the journal says, which may have been read before the last change was written there.
  mutating func take(_ read: [QueueItem]) {
    items = read.compactMap { item in
      guard let state = made[item.id] else { return item }
      guard let state else { return nil }
      if state == item.state { made[item.id] = nil }
      var item = item
      item.state = state
      return item
    }
    if made.count > 4 * QueueItem.most {
      let ids = Set(read.map(\.id))
      made = made.filter { ids.contains($0.key) }
    }
  }

  /// Notes what becomes of an item; it is being written down.
  ///
  /// - Parameter state: nil when it has ended.
  mutating func note(_ id: String, _ state: QueueItem.State?, _ note: String? = nil) {
    made[id] = .some(state)
    guard let index = items.firstIndex(where: { $0.id == id }) else { return }
    guard let state else {
      items.remove(at: index)
      retries[id] = nil
      return
    }
    items[index].state = state
    items[index].note = note
  }

  /// It was brought back: the next try waits longer each time, up to a minute.
  mutating func retryLater(_ id: String, at now: Instant) {
    let count = (retries[id]?.count ?? 0) + 1
    retries[id] = (now + .seconds(min(60, 5 << min(count - 1, 4))), count)
    if retries.count > QueueItem.most { retries = retries.filter { $0.value.at > now } }
  }

  func mayTry(_ id: String, at now: Instant) -> Bool { retries[id].map { $0.at <= now } ?? true }

  /// Whether the turn is over: settled, and not the turn before the last text.
  ///
  /// - Parameters:
  ///   - standing: What the agent is doing, without flicker.
  ///   - isBack: It had ended, and another one of its kind runs there.
  func isAtRest(_ id: PaneID, _ standing: Standing?, isBack: Bool, at now: Instant) -> Bool {
    guard let standing, standing.state == .idle || (standing.state == .exited && isBack) else { return false }
    let since = max(standing.since, rested[id] ?? standing.since)
    guard now - since >= Self.rest else { return false }
    guard let given = given[id] else { return true }
    return since > given || now - given >= Self.patience
  }
}
