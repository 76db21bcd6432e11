/// The last few thousand (agent, story, rule) for which an alert was raised. The oldest are forgotten.
struct RecentStories {
  private struct Key: Hashable {
    let agent: String
    let story: UInt64
    let rule: String
  }

  private static let capacity = 4096
  private var known: Set<Key> = []
  private var order: [Key] = []
  private var oldest = 0

  /// Whether it had not been there.
  mutating func insert(story: UInt64, agent: String, rule: String) -> Bool {
    let key = Key(agent: agent, story: story, rule: rule)
    guard known.insert(key).inserted else { return false }
    if order.count < Self.capacity {
      order.append(key)
    } else {
      known.remove(order[oldest])
      order[oldest] = key
      oldest = (oldest + 1) % Self.capacity
    }
    return true
  }
}
