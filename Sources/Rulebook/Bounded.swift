/// A table of bounded size: a new key beyond it makes the least recently used one go.
struct Bounded<Key: Hashable, Content> {
  private var contents: [Key: (content: Content, used: UInt64)] = [:]
  private var clock: UInt64 = 0
  let capacity: Int

  init(capacity: Int) {
    self.capacity = capacity
  }

  var isEmpty: Bool { contents.isEmpty }
  var keys: [Key] { Array(contents.keys) }
  /// The last used first.
  var newestKeys: [Key] { contents.sorted { $0.value.used > $1.value.used }.map(\.key) }

  subscript(key: Key) -> Content? { contents[key]?.content }

  /// Changes what is kept for the key, in place; `initial` when there was nothing.
  ///
  /// - Returns: What the body returned, and whether another key had to go.
  mutating func update<Result>(
    _ key: Key, initial: @autoclosure () -> Content, _ body: (inout Content) -> Result
  ) -> (result: Result, hasForgotten: Bool) {
    clock += 1
    contents[key, default: (initial(), clock)].used = clock
    let result = body(&contents[key]!.content)
    guard contents.count > capacity, let oldest = contents.min(by: { $0.value.used < $1.value.used })?.key
    else { return (result, false) }
    contents[oldest] = nil
    return (result, true)
  }

  mutating func remove(_ key: Key) {
    contents[key] = nil
  }

  mutating func removeAll(where isGone: (Key) -> Bool) {
    guard contents.keys.contains(where: isGone) else { return }
    contents = contents.filter { !isGone($0.key) }
  }
}
