import Journal

/// Joins what was seen to the alerts that come of it: a verdict that leads to no line in the log needs no file.
struct SeenDrawer {
  private static let most = 128
  private var waiting: [Seen] = []
  private var written: [String] = []

  /// What was seen of an alert; given back when the alert's first line is written already.
  mutating func take(_ seen: Seen) -> Seen? {
    if written.contains(seen.id) { return seen }
    waiting.append(seen)
    if waiting.count > Self.most { waiting.removeFirst() }
    return nil
  }

  /// A line of an alert was written: what was seen of it, when that had been waiting.
  mutating func noteLine(of id: String) -> Seen? {
    if let index = waiting.firstIndex(where: { $0.id == id }) {
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
