import Journal

/// Joins what was seen to the alerts that come of it: a verdict that leads to no line in the log needs no file.
struct SeenDrawer {
  private static let most = 128
  private var waiting: [Sighting] = []
  private var written: [String] = []

  /// What was seen of an alert; given back when the alert's first line is written already.
  mutating func take(_ sighting: Sighting) -> Sighting? {
    if written.contains(sighting.alert) { return sighting }
    waiting.append(sighting)
    if waiting.count > Self.most { waiting.removeFirst() }
    return nil
  }

  /// A line of an alert was written: what was seen of it, when that had been waiting.
  mutating func noteLine(of id: String) -> Sighting? {
    if let index = waiting.firstIndex(where: { $0.alert == id }) {
      remember(id)
      return waiting.remove(at: index)
    }
    if !written.contains(id) { remember(id) }
    return nil
  }

  private mutating func remember(_ id: String) {
    written.append(id)
    if written.count > Self.most { written.removeFirst() }
  }
}
