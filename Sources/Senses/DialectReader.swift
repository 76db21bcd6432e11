import Patterns
import Rulebook
import Terminal

/// Reads the settled screens of one agent by a dialect: facts out, each once.
///
/// It knows no agent; everything about one stands in its dialect. One owner, one pane.
public final class DialectReader {
  public let dialect: Dialect
  /// The agent's state as of the last frame.
  public private(set) var state: AgentState = .starting
  /// What stands in the prompt box, without the agent's placeholder; nil when no box is on the screen.
  public private(set) var box: String?
  /// How soon a dialog may still open over a command that is shown; zero when none will.
  public private(set) var dialogWithin: Duration = .zero

  /// What the human has typed into the agent to run it himself, not long ago.
  public var ownCommands: [String] { humanCommands.texts }

  private let agent: String
  private var classifier: LineClassifier
  private let stories: Stories
  private var speech = Speech()
  private var humanCommands = HumanCommands()
  private var announced = ""
  /// The line of the prompt box in the last frame.
  private var lastBox: LineID?
  /// The lines of the last frame.
  private var shown: [LineID] = []
  /// When the agent said that it was interrupted, while the marks of its work have not gone yet.
  private var stopping: Instant?
  /// What still shows after that is work on what waited in the agent's queue.
  private static let stops: Duration = .milliseconds(700)
  private var values: [String: Value] = [:]
  private var outcomes = Outcomes()
  private var lastNotice = ""

  /// - Parameters:
  ///   - agent: The name that the facts carry.
  ///   - stories: What all senses tell of the agent's commands.
  public init(dialect: Dialect, agent: String, stories: Stories) {
    self.dialect = dialect
    self.agent = agent
    self.stories = stories
    classifier = LineClassifier(dialect)
  }

  /// The facts of a frame that the one before had not.
  public func read(_ frame: Frame, at now: Instant) -> [Fact] {
    let lines = frame.lines.map(\.id)
    guard frame.hasNews || !frame.announcements.isEmpty || lines != shown else { return [] }
    shown = lines
    if let latest = frame.announcements.last(where: { $0["state"] != nil }) {
      announced = latest["state"] ?? ""
    }
    let items = classifier.items(of: frame)
    var facts: [Fact] = []
    let wasAsking = state == .asking
    let newState = stateOnScreen()
    let isAsking = newState == .asking
    var anchor: (id: LineID, isNew: Bool)?
    var activity = ""
    var isPast = false
    var newBox: LineID?
    /// A line of the transcript grew that no other fact tells of.
    var hasGrown = false
    let isCutShort = items.contains { dialect.lines[$0.entry].role == .interrupted && $0.head.isNew }
    defer { lastBox = newBox }
    box = nil
    dialogWithin = .zero
    for item in items {
      let head = item.head
      if ![.command, .output, .interrupted].contains(dialect.lines[item.entry].role) { isPast = false }
      switch dialect.lines[item.entry].role {
      case .command:
        let isAgents = !humanCommands.include(item.text, at: now)
        if isAgents, !isPast, dialect.lines[item.entry].phase != .asked || isAsking || wasAsking {
          facts += readCommand(item, under: anchor, activity, at: now)
          if !classifier.isUnasked {
            dialogWithin = max(dialogWithin, dialect.lines[item.entry].dialogWithin)
          }
        }
        // Words about a command that still runs stand above the command itself.
        if !item.isUnderWay { anchor = (head.id, head.isNew) }
      case .output:
        for (row, text) in zip(item.rows, item.parts) where row.isNew {
          facts.append(
            fact(.output, text, at: now, ["command": .string(stories.latestText)], story: stories.latest))
        }
      case .prompt:
        // A prompt that is sent off may keep the line that it was typed on.
        let isSent = head.isNew || head.id == lastBox
        if isSent {
          facts.append(fact(.prompt, item.text, at: now, ["by": .string("unknown")]))
          stopping = nil
        }
        anchor = (head.id, isSent)
      case .said:
        if head.isNew || item.rows.contains(where: { $0.isNew || $0.isRevised }) {
          hasGrown = speech.hear(head.id, item.text) || hasGrown
        }
        anchor = (head.id, head.isNew)
      case .note:
        hasGrown = head.isNew || hasGrown
        anchor = (head.id, head.isNew)
      case .outcome:
        hasGrown = head.isNew || hasGrown
        if !isCutShort, head.isNew || head.isRevised {
          facts += readOutcome(item, under: anchor?.id, at: now)
        }
        anchor = (head.id, head.isNew)
      case .edit:
        if head.isNew { facts.append(fact(.edit, item.text, at: now, ["path": .string(item.text)])) }
        anchor = (head.id, head.isNew)
      case .notice, .limit:
        // A countdown in it is no news.
        guard head.isNew || (head.isRevised && item.text != lastNotice) else { continue }
        lastNotice = item.text
        facts.append(fact(.notice, item.text, at: now, item.fields.mapValues { .string($0) }))
        // The screen is that of an agent at rest, so that what waits for rest goes on.
        if dialect.lines[item.entry].role == .limit {
          facts.append(stateFact(.limited, was: state, at: now, evidence: item.text))
        }
      case .compacted:
        if head.isNew { facts += change(to: .compacting, at: now, evidence: item.text) }
        anchor = (head.id, head.isNew)
      case .aside: break
      case .activity:
        activity = item.fields["count"] ?? "1"
        isPast = false
      case .past: isPast = true
      case .box:
        box = isPlaceholder(item) ? "" : item.text
        newBox = head.id
      case .own:
        box = item.text
        humanCommands.type(item.text, at: now)
      case .status: facts += readStatus(item, at: now)
      case .interrupted:
        guard head.isNew else { continue }
        stopping = now
        facts += change(to: .interrupted, at: now, evidence: item.text)
      }
    }
    let lastItem = items.last { ![.box, .status, .activity, .past].contains(dialect.lines[$0.entry].role) }
    for text in speech.finished(
      visible: classifier.visible, last: lastItem?.head.id, isOver: newState != .working)
    {
      facts.append(fact(.said, text, at: now))
    }
    if hasGrown, !facts.contains(where: { Self.transcript.contains($0.kind) }) {
      facts.append(fact(.progress, Clock.lines.rawValue, at: now))
    }
    if newState != .working || stopping.map({ now - $0 >= Self.stops }) ?? false { stopping = nil }
    let isStillInterrupted = state == .interrupted && (newState == .idle || stopping != nil)
    if let newState, !isStillInterrupted {
      facts += change(to: newState, at: now, evidence: classifier.evidence(for: newState))
    }
    return facts
  }

  private func readCommand(
    _ item: LineClassifier.Item, under anchor: (id: LineID, isNew: Bool)?, _ activity: String,
    at now: Instant
  ) -> [Fact] {
    let line = dialect.lines[item.entry]
    let place = Stories.Place(anchor: anchor?.id, activity: activity)
    let isBelowNews = anchor?.isNew ?? false
    guard isBelowNews || item.rows.contains(where: { $0.isNew || $0.isRevised }) else { return [] }
    let story =
      line.template != nil
      ? stories.noteParaphrase(item.text, at: place, now: now)
      : stories.note(
        item.text, phase: line.phase, at: place, isBelowNews: isBelowNews, line: item.head.id, now: now)
    guard let story else { return [] }
    var fields: [String: Value] = ["phase": .string(line.phase.rawValue)]
    if let exit = item.fields["exit"] { fields["exit"] = .number(Double(exit) ?? -1) }
    if line.match.captureNames.contains("failed") { fields["failed"] = .flag(item.fields["failed"] != nil) }
    return [fact(.command, item.text, at: now, fields, story: story)]
  }

  /// Facts that move the clock of lines by themselves.
  private static let transcript: Set<Fact.Kind> = [.command, .output, .edit, .said]

  /// The commands that have ended by a line that only counts them. When some failed and some did not, it does
  /// not say which, and nothing is told.
  private func readOutcome(
    _ item: LineClassifier.Item, under anchor: LineID?, at now: Instant
  ) -> [Fact] {
    let count = outcomes.note(
      done: Int(item.fields["done"] ?? "") ?? 1, failed: Int(item.fields["failed"] ?? "") ?? 0,
      below: anchor)
    let ended = stories.conclude(count.done, below: anchor)
    guard count.failed == 0 || count.failed == count.done else { return [] }
    return ended.map { id, text in
      fact(
        .command, text, at: now,
        ["phase": .string(Fact.Phase.ran.rawValue), "failed": .flag(count.failed > 0)], story: id)
    }
  }

  private func readStatus(_ item: LineClassifier.Item, at now: Instant) -> [Fact] {
    item.fields.sorted { $0.key < $1.key }.compactMap { name, text in
      let value = Double(text).map { Value.number($0) } ?? .string(text)
      guard values[name] != value else { return nil }
      values[name] = value
      return fact(.status, "\(name) \(text)", at: now, [name: value])
    }
  }

  private func isPlaceholder(_ item: LineClassifier.Item) -> Bool {
    classifier.isPlaceholder(item)
  }

  private func stateOnScreen() -> AgentState? {
    dialect.states.first { $0.announced.contains(announced) || classifier.shows($0) }?.state
  }

  private func change(to new: AgentState, at now: Instant, evidence: String) -> [Fact] {
    guard new != state else { return [] }
    let old = state
    state = new
    return [stateFact(new, was: old, at: now, evidence: evidence)]
  }

  private func stateFact(_ new: AgentState, was old: AgentState, at now: Instant, evidence: String) -> Fact {
    fact(
      .state, new.rawValue, at: now,
      [
        "state": .string(new.rawValue), "was": .string(old.rawValue),
        "evidence": .string(cleaned(evidence, limit: 200)),
      ])
  }

  private func fact(
    _ kind: Fact.Kind, _ text: String, at now: Instant, _ fields: [String: Value] = [:],
    story: UInt64? = nil
  ) -> Fact {
    Fact(
      time: now, agent: agent, kind: kind, text: text, fields: fields, source: .pane, story: story)
  }
}

/// How many calls had ended below each item when it was last looked at.
private struct Outcomes {
  private var seen: [(anchor: LineID?, done: Int, failed: Int)] = []

  /// Those that have ended since.
  mutating func note(done: Int, failed: Int, below anchor: LineID?) -> (done: Int, failed: Int) {
    let index = seen.firstIndex { $0.anchor == anchor }
    let before = index.map { seen[$0] } ?? (anchor: anchor, done: 0, failed: 0)
    if let index { seen.remove(at: index) }
    seen.append((anchor, done, failed))
    if seen.count > 64 { seen.removeFirst() }
    return (max(0, done - before.done), max(0, failed - before.failed))
  }
}

/// The commands that the human typed to run them himself. For a while, one that runs is his.
private struct HumanCommands {
  /// How long a command may wait in the agent's queue and run.
  private static let span: Duration = .seconds(600)

  /// The box as it was last, and whole commands before; typing makes one out of the other.
  private var commands: [(text: String, time: Instant)] = []

  mutating func type(_ text: String, at now: Instant) {
    if let last = commands.last, text.hasPrefix(last.text) || last.text.hasPrefix(text) {
      commands.removeLast()
    }
    commands.append((text, now))
    if commands.count > 8 { commands.removeFirst() }
  }

  var texts: [String] { commands.map(\.text) }

  func include(_ text: String, at now: Instant) -> Bool {
    commands.contains { $0.text == text && now - $0.time < Self.span }
  }
}

/// The prose that an agent is writing. It is a fact when it is complete, not while it streams.
private struct Speech {
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

  /// What is complete: something stands below it, it has left the screen, or the turn is over.
  mutating func finished(visible: Set<LineID>, last: LineID?, isOver: Bool) -> [String] {
    guard !pending.isEmpty else { return [] }
    let done = pending.filter { isOver || $0.id != last || !visible.contains($0.id) }
    pending.removeAll { item in done.contains { $0.id == item.id } }
    return done.map(\.text)
  }
}
