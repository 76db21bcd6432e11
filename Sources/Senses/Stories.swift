import Rulebook
import Terminal

/// Which of the commands that an agent's senses tell of are one and the same run.
///
/// A command is drawn many times: its bullet blinks, a timer stands behind it, a dialog asks for it, it is
/// kept with other words when it has ended. It is the same run while it stands below the same item of the
/// transcript; the same words below a new item are another run. A hook tells of it by the number of the
/// call, before and after it runs, and its words are what joins it to the pane. One owner, one agent.
public final class Stories {
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
    var places: [Place] = []
    var lines: [LineID] = []
    let start: Instant
    /// The agent's number of the tool call, when a hook told of it.
    var call: String?
    /// When it ended or was refused, as far as a hook told.
    var end: Instant?
    /// Whether the pane has shown it.
    var isOnPane: Bool
  }

  /// Newest last; the oldest are forgotten.
  private var stories: [Story] = []
  private var paraphrases: [(place: Place, squeezed: [UInt8])] = []
  private static let capacity = 64
  private var nextID: UInt64 = 1
  /// The words of the newest story on the pane.
  private(set) var latestText = ""
  /// The newest story on the pane.
  private(set) var latest: UInt64?

  /// How long before a hook's word the pane may have shown the command.
  private static let headStart: Duration = .seconds(10)
  /// How long after its end the pane may show a command for the first time.
  private static let lag: Duration = .seconds(2)
  /// How long the agent's own words may come after a command began.
  private static let wordsDelay: Duration = .seconds(600)

  public init() {}

  /// The story that a drawn command belongs to, or nil when nothing new was said by drawing it.
  ///
  /// - Parameter isBelowNews: The item above it is itself new, so that a line which kept its identity was
  ///   drawn for another run.
  func note(
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
    let awaited =
      stories.firstIndex { isSame($0.squeezed, squeezed) && isAwaitedOnPane($0, at: now) }
      ?? stories.lastIndex { isSame($0.squeezed, squeezed) && continues($0.phase, phase) }
    if let index = awaited {
      stories[index].phase = stories[index].call == nil ? phase : max(stories[index].phase, phase)
      stories[index].places.append(place)
      stories[index].lines.append(line)
      return show(index, text)
    }
    return show(
      begin(text, squeezed, phase, now) {
        $0.places = [place]; $0.lines = [line]
      }, text)
  }

  /// The story that an agent's own words about a command belong to ("Pushed to main"): the command that
  /// runs or has just run. Nil when the words stood there already.
  func noteParaphrase(_ text: String, at place: Place, now: Instant) -> UInt64? {
    let squeezed = squeeze(text)
    guard !paraphrases.contains(where: { $0.place == place && $0.squeezed == squeezed }) else { return nil }
    if paraphrases.count == Self.capacity { paraphrases.removeFirst() }
    paraphrases.append((place, squeezed))
    guard let newest = stories.last, now - newest.start < Self.wordsDelay else {
      return show(begin(text, squeezed, .ran, now) { $0.places = [place] }, text)
    }
    return newest.id
  }

  /// The newest commands below an item that were not seen to end, as they have now; the newest last.
  func conclude(_ count: Int, below anchor: LineID?) -> [(id: UInt64, text: String)] {
    let open = stories.indices.filter { index in
      stories[index].phase < .ran && stories[index].places.contains { $0.anchor == anchor }
    }
    return open.suffix(max(0, count)).map { index in
      stories[index].phase = .ran
      return (stories[index].id, stories[index].text)
    }
  }

  /// The story of a command that a hook tells of.
  ///
  /// - Parameter call: The agent's number of the tool call; nil where its hook gives none.
  func noteHook(_ text: String, call: String?, phase: Fact.Phase, now: Instant) -> UInt64 {
    let squeezed = squeeze(text)
    let index =
      stories.lastIndex { $0.call != nil && $0.call == call }
      ?? stories.lastIndex { isSame($0.squeezed, squeezed) && isOpenForHook($0, call, phase, at: now) }
      ?? begin(text, squeezed, phase, now) { _ in }
    // Between the two hooks the command runs, whatever the pane shows.
    stories[index].phase = max(stories[index].phase, phase)
    if let call { stories[index].call = call }
    if phase == .ran { stories[index].end = now }
    return stories[index].id
  }

  /// The hook refused the command, so that it will not run.
  func close(_ id: UInt64, at now: Instant) {
    guard let index = stories.lastIndex(where: { $0.id == id }) else { return }
    stories[index].end = now
  }

  /// The turn is over, and with it all that ran.
  func closeAll(at now: Instant) {
    for index in stories.indices where stories[index].end == nil { stories[index].end = now }
  }

  /// Whether a hook knows of the story.
  public func isKnownToHook(_ id: UInt64) -> Bool {
    stories.last { $0.id == id }?.call != nil
  }

  /// The newest command that has begun and not ended, as far as is known: what a program that is executed
  /// now most likely belongs to.
  public func underWay(at now: Instant) -> UInt64? {
    stories.last { $0.end == nil && $0.phase != .ran && now - $0.start < Self.wordsDelay }?.id
  }

  private func isAwaitedOnPane(_ story: Story, at now: Instant) -> Bool {
    !story.isOnPane && (story.end.map { now - $0 < Self.lag } ?? true)
  }

  private func isOpenForHook(_ story: Story, _ call: String?, _ phase: Fact.Phase, at now: Instant) -> Bool {
    guard story.end == nil else { return false }
    if story.call != nil { return call == nil }
    return now - story.start < Self.headStart || phase != .asked
  }

  /// Begins a story; returns its place.
  private func begin(
    _ text: String, _ squeezed: [UInt8], _ phase: Fact.Phase, _ now: Instant, _ fill: (inout Story) -> Void
  ) -> Int {
    if stories.count == Self.capacity { stories.removeFirst() }
    var story = Story(id: nextID, text: text, squeezed: squeezed, phase: phase, start: now, isOnPane: false)
    nextID += 1
    fill(&story)
    stories.append(story)
    return stories.count - 1
  }

  /// The pane shows the story.
  private func show(_ index: Int, _ text: String) -> UInt64 {
    stories[index].isOnPane = true
    latest = stories[index].id
    latestText = text
    return stories[index].id
  }

  /// Whether a command that was last seen in one phase can be seen next in another. A command that seemed
  /// to run and is then asked about had only been announced.
  private func continues(_ old: Fact.Phase, _ new: Fact.Phase) -> Bool {
    switch (old, new) {
    case (.asked, .running), (.asked, .ran), (.running, .ran), (.running, .asked): true
    default: false
    }
  }

  private func squeeze(_ text: String) -> [UInt8] {
    text.utf8.filter { $0 > 0x20 }
  }
}

/// Equal, or one is the other cut by a pane's ellipsis.
///
/// Both without blanks.
func isSame(_ a: [UInt8], _ b: [UInt8]) -> Bool {
  let ellipsis: [UInt8] = [0xE2, 0x80, 0xA6]
  if a.suffix(3) == ellipsis[...], b.starts(with: a.dropLast(3)) { return true }
  if b.suffix(3) == ellipsis[...], a.starts(with: b.dropLast(3)) { return true }
  return a == b
}
