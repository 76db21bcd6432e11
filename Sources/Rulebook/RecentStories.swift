/// The last few thousand (agent, story, rule) for which an alert was raised, and when. The oldest are forgotten.
struct RecentStories {
  private struct Key: Hashable {
    let agent: String
    let story: UInt64
    let rule: String
  }

  private static let capacity = 4096
  private var known: [Key: Instant] = [:]
  private var order: [Key] = []
  private var oldest = 0

  func contains(story: UInt64, agent: String, rule: String) -> Bool {
    known[Key(agent: agent, story: story, rule: rule)] != nil
  }

  /// When it was there first; nil when it had not been there.
  mutating func insert(story: UInt64, agent: String, rule: String, at time: Instant) -> Instant? {
    let key = Key(agent: agent, story: story, rule: rule)
    if let first = known[key] { return first }
    known[key] = time
    if order.count < Self.capacity {
      order.append(key)
    } else {
      known[order[oldest]] = nil
      order[oldest] = key
      oldest = (oldest + 1) % Self.capacity
    }
    return nil
  }
}
