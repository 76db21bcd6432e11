import Terminal

/// The prose that an agent is writing. It is a fact when it is complete, not while it streams.
struct Speech {
  private var pending: [(id: LineID, text: String)] = []

  /// Whether it is more than was known.
  mutating func hear(_ id: LineID, _ text: String) -> Bool {
    guard let index = pending.firstIndex(where: { $0.id == id }) else {
      pending.append((id, text))
      return true
    }
    defer { pending[index].text = text }
    return pending[index].text != text
  }

  /// It turned out to be no prose.
  mutating func forget(_ id: LineID) {
    pending.removeAll { $0.id == id }
  }

  /// What is complete: something stands below it, it has left the screen, or the turn is over.
  mutating func finished(visible: Set<LineID>, last: LineID?, isOver: Bool) -> [String] {
    guard !pending.isEmpty else { return [] }
    let done = pending.filter { isOver || $0.id != last || !visible.contains($0.id) }
    pending.removeAll { item in done.contains { $0.id == item.id } }
    return done.map(\.text)
  }
}
