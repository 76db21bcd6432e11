import Rulebook

/// What one sense told and another tells once more: lines of output and prompts, which both the pane and the
/// hooks show. Each is a fact once.
///
/// Bounded: 1024 texts, kept for half a minute.
struct Echoes {
  private struct Told {
    let kind: Fact.Kind
    let squeezed: [UInt8]
    let source: Fact.Source
    let story: UInt64?
    let time: Instant
  }

  private static let capacity = 1024
  private static let span: Duration = .seconds(30)
  private var told: [Told] = []

  /// The facts that no other sense has told.
  mutating func filter(_ facts: [Fact]) -> [Fact] {
    facts.filter { fact in
      guard fact.kind == .output || fact.kind == .prompt else { return true }
      return !take(fact)
    }
  }

  /// Whether another sense has told it; if not, it is noted.
  private mutating func take(_ fact: Fact) -> Bool {
    told.removeAll { fact.time - $0.time > Self.span }
    let squeezed = fact.text.utf8.filter { $0 > 0x20 }
    if let index = told.firstIndex(where: {
      $0.source != fact.source && $0.kind == fact.kind && $0.story == fact.story
        && isSame($0.squeezed, squeezed)
    }) {
      told.remove(at: index)
      return true
    }
    if told.count == Self.capacity { told.removeFirst() }
    told.append(
      Told(
        kind: fact.kind, squeezed: squeezed, source: fact.source, story: fact.story, time: fact.time))
    return false
  }
}
