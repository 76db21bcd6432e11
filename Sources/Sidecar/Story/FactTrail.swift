import Rulebook

/// The last facts about one agent that may be part of a later alert's story.
///
/// What is told all the time (lines of output, prose, values of the status line) is left out: where a rule fires on
/// it, its verdict has it.
struct FactTrail {
  private static let capacity = 48
  private static let leftOut: Set<Fact.Kind> = [.output, .line, .said, .status, .progress]

  private var facts: [Fact] = []

  mutating func note(_ fact: Fact) {
    guard !Self.leftOut.contains(fact.kind) else { return }
    if facts.count >= Self.capacity { facts.removeFirst(facts.count - Self.capacity + 1) }
    facts.append(fact)
  }

  /// Those that belong to what a rule fired on: of the same command, of the same kind, and the states around them.
  func leading(to fired: Fact) -> [Fact] {
    facts.filter { fact in
      let isItself = fact.kind == fired.kind && fact.time == fired.time && fact.text == fired.text
      guard !isItself, fact.time <= fired.time else { return false }
      let isSameStory = fact.story != nil && fact.story == fired.story
      return isSameStory || fact.kind == fired.kind || fact.kind == .state
    }
  }
}
