/// The last lines of a log, alerts that repeat joined: what is printed first.
public struct AlertRuns: Sendable {
  /// What is shown by itself.
  enum Item: Sendable {
    case run(AlertRun)
    case note(AlertReader.Event)
  }

  private(set) var items: [Item] = []
  var shown = ShownAlerts()
  let isGrouping: Bool
  /// Lines that are wanted.
  public let limit: Int

  /// - Parameters:
  ///   - isGrouping: False shows each line by itself.
  ///   - limit: How many of the last lines are kept.
  public init(isGrouping: Bool, limit: Int) {
    self.isGrouping = isGrouping
    self.limit = limit
  }

  public var isEmpty: Bool { items.isEmpty }

  public mutating func take(_ event: AlertReader.Event) {
    guard case .alert(let alert) = event else { return append(.note(event)) }
    let isFirst = shown.isFirst(alert.id)
    if isGrouping, case .run(var run)? = items.last {
      // Not to be copied for each of its lines.
      items.removeLast()
      let isTaken = run.take(alert, isFirst: isFirst)
      items.append(.run(run))
      if isTaken { return }
    }
    append(.run(AlertRun(alert, isFirst: isFirst)))
  }

  private mutating func append(_ item: Item) {
    items.append(item)
    if items.count - limit > 1024, items.count / 4 > limit { items.removeFirst(items.count - limit) }
  }

  /// The last of them, as many as make `limit` lines; what was cut off before them tells no later line.
  func latest() -> [Item] {
    var room = limit
    var latest: [Item] = []
    for item in items.reversed() where room > 0 {
      switch item {
      case .note: latest.append(item)
      case .run(let run):
        latest.append(.run(run.suffix(room)))
        room -= run.height
      }
    }
    return latest.reversed()
  }
}
