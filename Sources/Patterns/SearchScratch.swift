/// What a `PatternSet` notes down while it searches one text.
final class SearchScratch {
  /// A bit for each pattern that is to be run.
  private(set) var candidates: UnsafeMutableBufferPointer<UInt64> = .allocate(capacity: 0)
  /// The number of the text in which each hit was last seen; saves clearing it for each text.
  private var lastSeen: UnsafeMutableBufferPointer<UInt32> = .allocate(capacity: 0)
  private var text: UInt32 = 0

  deinit {
    candidates.deallocate()
    lastSeen.deallocate()
  }

  func begin(with always: ContiguousArray<UInt64>, hits: Int) {
    if candidates.count < always.count {
      candidates.deallocate()
      candidates = .allocate(capacity: always.count)
    }
    for word in always.indices { candidates[word] = always[word] }
    if lastSeen.count < hits {
      lastSeen.deallocate()
      lastSeen = .allocate(capacity: hits)
      lastSeen.initialize(repeating: text)
    }
    if text == .max {
      text = 0
      lastSeen.update(repeating: 0)
    }
    text += 1
  }

  /// Whether the hit is the first of its kind in this text.
  func visit(_ hit: Int) -> Bool {
    guard lastSeen[hit] != text else { return false }
    lastSeen[hit] = text
    return true
  }
}
