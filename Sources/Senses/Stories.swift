import Rulebook
import Terminal

/// Which of the commands that a screen shows are one and the same run.
///
/// A command is drawn many times: its bullet blinks, a timer stands behind it, a dialog asks for it, it is
/// kept with other words when it has ended. It is the same run while it stands below the same item of the
/// transcript; the same words below a new item are another run.
struct Stories {
  /// Where a command stands.
  struct Place: Equatable {
    /// The item of the transcript above it.
    let anchor: LineID?
    /// The words of the activity it belongs to, which count its commands.
    let activity: String
  }

  private struct Story {
    let id: UInt64
    var text: String
    var squeezed: [UInt8]
    var phase: Fact.Phase
    var places: [Place]
    var lines: [LineID]
    let start: Instant
  }

  /// Newest last; the oldest are forgotten.
  private var stories: [Story] = []
  private var paraphrases: [(place: Place, squeezed: [UInt8])] = []
  private static let capacity = 64
  private var nextID: UInt64 = 1
  /// The words of the newest story.
  private(set) var latestText = ""

  var latest: UInt64? { stories.last?.id }

  /// The story that a drawn command belongs to, or nil when nothing new was said by drawing it.
  ///
  /// - Parameter isBelowNews: The item above it is itself new, so that a line which kept its identity was
  ///   drawn for another run.
  mutating func note(
    _ text: String, phase: Fact.Phase, at place: Place, isBelowNews: Bool, line: LineID, now: Instant
  ) -> UInt64? {
    let squeezed = squeeze(text)
    let known =
      stories.lastIndex { $0.places.contains(place) && isSame($0.squeezed, squeezed) }
      ?? (isBelowNews ? nil : stories.lastIndex { $0.lines.contains(line) && isSame($0.squeezed, squeezed) })
    if let index = known {
      let isLonger = squeezed.count > stories[index].squeezed.count
      let isLater = continues(stories[index].phase, phase)
      if isLonger {
        stories[index].squeezed = squeezed
        stories[index].text = text
      }
      if isLater { stories[index].phase = phase }
      return isLonger || isLater ? stories[index].id : nil
    }
    if let index = stories.lastIndex(where: { isSame($0.squeezed, squeezed) && continues($0.phase, phase) }) {
      stories[index].phase = phase
      stories[index].places.append(place)
      stories[index].lines.append(line)
      return stories[index].id
    }
    return begin(text, squeezed, phase, place, [line], now)
  }

  /// The story that an agent's own words about a command belong to ("Pushed to main"): the command that
  /// runs or has just run. Nil when the words stood there already.
  mutating func noteParaphrase(_ text: String, at place: Place, now: Instant) -> UInt64? {
    let squeezed = squeeze(text)
    guard !paraphrases.contains(where: { $0.place == place && $0.squeezed == squeezed }) else { return nil }
    if paraphrases.count == Self.capacity { paraphrases.removeFirst() }
    paraphrases.append((place, squeezed))
    guard let latest = stories.last, now - latest.start < .seconds(600) else {
      return begin(text, squeezed, .ran, place, [], now)
    }
    return latest.id
  }

  /// The newest commands below an item that were not seen to end, as they have now; the newest last.
  mutating func conclude(_ count: Int, below anchor: LineID?) -> [(id: UInt64, text: String)] {
    let open = stories.indices.filter { index in
      stories[index].phase < .ran && stories[index].places.contains { $0.anchor == anchor }
    }
    return open.suffix(max(0, count)).map { index in
      stories[index].phase = .ran
      return (stories[index].id, stories[index].text)
    }
  }

  private mutating func begin(
    _ text: String, _ squeezed: [UInt8], _ phase: Fact.Phase, _ place: Place, _ lines: [LineID],
    _ now: Instant
  ) -> UInt64 {
    if stories.count == Self.capacity { stories.removeFirst() }
    defer { nextID += 1 }
    latestText = text
    stories.append(
      Story(
        id: nextID, text: text, squeezed: squeezed, phase: phase, places: [place], lines: lines, start: now))
    return nextID
  }

  /// Whether a command that was last seen in one phase can be seen next in another. A command that seemed
  /// to run and is then asked about had only been announced.
  private func continues(_ old: Fact.Phase, _ new: Fact.Phase) -> Bool {
    switch (old, new) {
    case (.asked, .running), (.asked, .ran), (.running, .ran), (.running, .asked): true
    default: false
    }
  }

  /// Equal, or one is the other cut by the pane's ellipsis.
  private func isSame(_ a: [UInt8], _ b: [UInt8]) -> Bool {
    let ellipsis: [UInt8] = [0xE2, 0x80, 0xA6]
    if a.suffix(3) == ellipsis[...], b.starts(with: a.dropLast(3)) { return true }
    if b.suffix(3) == ellipsis[...], a.starts(with: b.dropLast(3)) { return true }
    return a == b
  }

  private func squeeze(_ text: String) -> [UInt8] {
    text.utf8.filter { $0 > 0x20 }
  }
}
