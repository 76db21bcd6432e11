import Journal

/// Calls on their way to one notifier, the oldest first. A value that is told the time.
struct DeliveryQueue: Sendable, Equatable, Codable {
  struct Item: Sendable, Equatable, Codable {
    let call: Call
    var tries = 0
  }

  private(set) var items: [Item] = []
  /// Tries since the last one that arrived.
  private(set) var failures = 0
  /// Not before this.
  private(set) var pause: WallTime?

  /// How long after a failure the next try follows; the last repeats.
  static let delays: [Duration] = [2, 5, 15, 60, 120, 300, 900].map { .seconds($0) }
  /// What could not be told for so long is old.
  static let longest = Duration.seconds(86_400)
  /// Calls at a time.
  static let most = 200
  /// After so many tries one call lets the others go first.
  static let patience = 4

  /// - Returns: A call that had to go, since there are too many.
  mutating func add(_ call: Call) -> Call? {
    guard !items.contains(where: { $0.call.id == call.id }) else { return nil }
    let isKnown = items.contains { $0.call.escalation.id == call.escalation.id && $0.call.kind != .resolved }
    // What has yet to be told need not be told again.
    if call.kind == .repeated, isKnown { return nil }
    items.append(Item(call: call))
    return items.count > Self.most ? items.removeFirst().call : nil
  }

  /// What is to be tried now.
  func next(at now: WallTime) -> Call? {
    if let pause, pause > now { return nil }
    return items.first?.call
  }

  /// When to ask again; nil when there is nothing.
  var nextTry: WallTime? {
    items.isEmpty ? nil : pause ?? WallTime(milliseconds: WallTime.earliest)
  }

  /// - Returns: Whether it is the first that arrived after a failure.
  mutating func delivered(_ id: String) -> Bool {
    items.removeAll { $0.call.id == id }
    defer { (failures, pause) = (0, nil) }
    return failures > 0
  }

  /// - Returns: Whether it is the first failure since something arrived.
  mutating func failed(_ id: String, at now: WallTime) -> Bool {
    failures += 1
    pause = now + Self.delays[min(failures, Self.delays.count) - 1]
    if let index = items.firstIndex(where: { $0.call.id == id }) {
      items[index].tries += 1
      if items[index].tries % Self.patience == 0 { items.append(items.remove(at: index)) }
    }
    return failures == 1
  }

  /// Gives up what is too old, and does not let a clock that was set back keep the rest waiting.
  ///
  /// - Returns: What was given up.
  mutating func expire(at now: WallTime) -> [Call] {
    if let until = pause, until - now > (Self.delays.last ?? .zero) { pause = now }
    let old = items.filter { now - $0.call.time >= Self.longest }.map(\.call)
    if !old.isEmpty { items.removeAll { now - $0.call.time >= Self.longest } }
    return old
  }
}
