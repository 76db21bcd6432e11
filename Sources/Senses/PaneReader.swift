import Patterns
import Rulebook
import Shell
import Terminal
import Tmux

/// Everything between the bytes of one pane and the facts about its agent: screen, dialect, commands.
///
/// The same code reads a live pane and a recording. It is told the time and what was read; it asks nobody.
public final class PaneReader {
  /// How long a pane must be quiet before a screen counts as settled that does not say so itself.
  public static let quiet: Duration = .milliseconds(4)
  /// How long a synchronized update may stay open before it is read as it is.
  public static let patience: Duration = .milliseconds(500)

  /// The name that the facts carry.
  public let agent: String
  /// The agent's dialect, once it was recognised.
  public var dialect: Dialect? { reader?.dialect }
  public var state: AgentState { reader?.state ?? .starting }
  public var box: String? { reader?.box }
  /// What stands in the prompt box are words that Outrider typed: all of them, the end of many in a full box, or
  /// the beginning that is left while they are taken back row by row.
  public var isBoxOwn: Bool {
    guard let box, !box.isEmpty else { return false }
    let words = Self.squeezed(box).filter { $0 != "↑" }
    let isLong = words.utf8.count >= Self.shortestPart
    return typed.contains { $0 == words || (isLong && ($0.hasSuffix(words) || $0.hasPrefix(words))) }
  }
  /// The prompts that were sent off, as far as the screen shows them.
  public var shownPrompts: [String] { reader?.prompts ?? [] }
  /// The command that an open dialog is about; nil without one.
  public var asked: String? { reader?.asked }
  /// The prompts that wait in the agent's own queue.
  public var queued: [String] { reader?.queued ?? [] }
  /// What the human has typed into the agent to run it himself, not long ago.
  public var ownCommands: [String] { reader?.ownCommands ?? [] }
  public var dialogWithin: Duration { reader?.dialogWithin ?? .zero }

  private var screen: Screen
  private var reader: DialectReader?
  private var commands: CommandReader
  private var hooks: HookReader
  private var echoes = Echoes()
  /// The values that the status line told last.
  private var told: [String: Value] = [:]
  /// What all senses tell of the agent's commands.
  public let stories = Stories()
  private let dialects: [Dialect]
  private let context = MatchContext()
  private var typed: [String] = []
  private var sentPrompts: [String] = []
  /// What stood in the prompt box, for telling when the human types.
  private var lastBox: String?
  /// When words last came into the prompt box that are not Outrider's; nil while it is empty.
  public private(set) var humanTyped: Instant?
  private let wantsLines: Bool
  /// What a snapshot shows beyond what was known is news.
  private var isKnown: Bool

  /// - Parameters:
  ///   - agent: The name that the facts carry.
  ///   - dialects: Those to recognise the agent by. With one only, it is taken without recognition when
  ///     `isCertain`.
  ///   - isFresh: The pane is new, so that even its first snapshot is news.
  ///   - wantsLines: Whether any rule listens to plain lines.
  public init(
    agent: String, rows: Int, columns: Int, dialects: [Dialect], isCertain: Bool = false,
    isFresh: Bool = true, commands: CommandReader, wantsLines: Bool
  ) {
    self.agent = agent
    self.dialects = dialects
    self.commands = commands
    hooks = HookReader(agent: agent, commands: commands)
    self.wantsLines = wantsLines
    isKnown = isFresh
    screen = Screen(rows: rows, columns: columns)
    if isCertain, let only = dialects.first {
      reader = DialectReader(dialect: only, agent: agent, stories: stories)
    }
  }

  /// What the pane shows, from top to foot; of a tall one only the last rows that are not blank.
  public func shownRows(atMost most: Int) -> [String] {
    var end = screen.rows
    while end > 0, screen.text(ofRow: end - 1).isEmpty { end -= 1 }
    return (max(0, end - most)..<end).map { screen.text(ofRow: $0) }
  }

  /// Whether something was painted that no frame has shown yet.
  public var isUnsettled: Bool { screen.isDirty }
  public var isSynchronizing: Bool { screen.isSynchronizing }

  /// Takes bytes as the pane printed them, and gives the facts of the frames that they complete.
  public func feed(_ bytes: some Sequence<UInt8>, at now: Instant) -> [Fact] {
    var facts: [Fact] = []
    let done: Void? = bytes.withContiguousStorageIfAvailable { buffer in
      screen.feed(UnsafeRawBufferPointer(buffer)) { frame in facts += read(frame, at: now) }
    }
    if done == nil { return feed(Array(bytes), at: now) }
    return facts
  }

  /// A read has ended: what looks complete is read now.
  public func endOfRead(at now: Instant) -> [Fact] {
    guard screen.isParked else { return [] }
    return settle(at: now)
  }

  /// Nothing more came for a while.
  ///
  /// On a busy machine that also happens in the middle of a frame, which has to be complete to be read.
  ///
  /// - Parameter isForced: Even in the middle of a synchronized update, or of a frame.
  public func settle(isForced: Bool = false, at now: Instant) -> [Fact] {
    var facts: [Fact] = []
    guard isForced || !screen.isMidway else { return [] }
    screen.settle(force: isForced) { frame in facts += read(frame, at: now) }
    return facts
  }

  /// Takes what a hook of the pane's agent tells, and gives the facts that the pane has not told before.
  public func hear(_ event: HookEvent, at now: Instant) -> [Fact] {
    echoes.filter(
      hooks.read(event, stories: stories, hasPane: reader != nil, at: now).map { fact in
        fact.kind == .prompt ? attributed(fact) : fact
      })
  }

  /// Takes what the agent tells its status line program, and gives the values that are others than before.
  public func hear(_ status: StatusLine, at now: Instant) -> [Fact] {
    status.values.compactMap { name, value in
      guard told.updateValue(value, forKey: name) != value else { return nil }
      return Fact(
        time: now, agent: agent, kind: .status, text: "\(name) \(value.text)", fields: [name: value],
        source: .hook)
    }
  }

  /// A hook refused the command, so that it will not run.
  public func refuse(story: UInt64, at now: Instant) {
    stories.close(story, at: now)
  }

  /// Another program takes the agent's place: what the screen shows is of the past, and who it is has to be
  /// recognised anew.
  public func forget(at now: Instant) {
    screen.feed(Array("\u{1B}7\u{1B}[0m\u{1B}[2J\u{1B}8".utf8)) { _ in }
    screen.settle(force: true) { _ in }
    stories.closeAll(at: now)
    reader = nil
    lastBox = nil
    humanTyped = nil
    told = [:]
  }

  public func resize(rows: Int, columns: Int) {
    screen.resize(rows: rows, columns: columns)
  }

  /// Takes what the pane shows as a whole. The first time, unless the pane is new, nothing of it is news but
  /// the state; later only lines that had not been there.
  public func load(_ snapshot: Snapshot, at now: Instant) -> [Fact] {
    screen.resize(rows: snapshot.rows, columns: snapshot.columns)
    screen.load(
      snapshot.lines.map { String(decoding: $0, as: UTF8.self) }, as: isKnown ? .resync : .baseline,
      alternate: snapshot.isAlternate)
    let cursor = "\u{1B}[\(snapshot.cursorRow + 1);\(snapshot.cursorColumn + 1)H"
    screen.feed(Array(cursor.utf8) + snapshot.pending) { _ in }
    isKnown = true
    return settle(isForced: true, at: now)
  }

  /// Remembers what Outrider types, so that it fires no rule when the pane shows it.
  public func expect(typed text: String) {
    typed.append(Self.squeezed(text))
    if typed.count > 16 { typed.removeFirst() }
  }

  /// The prompts that were sent off since the last call, as the transcript shows them.
  public func takeSentPrompts() -> [String] {
    defer { sentPrompts = [] }
    return sentPrompts
  }

  /// Says where the agent works; what its own commands tell later counts more.
  public func setDirectory(_ path: String) {
    commands.setDirectory(path)
  }

  private func read(_ frame: Frame, at now: Instant) -> [Fact] {
    recognise(frame)
    guard let reader else {
      return wantsLines ? lines(of: frame, at: now) : []
    }
    return echoes.filter(reader.read(frame, at: now).flatMap { expand($0) }) + typing(at: now)
  }

  /// Words in the prompt box that are not Outrider's.
  private func typing(at now: Instant) -> [Fact] {
    guard let box = reader?.box, box != lastBox else { return [] }
    defer { lastBox = box }
    let words = Self.squeezed(box)
    // They were sent off, or taken back.
    if words.isEmpty { humanTyped = nil }
    guard lastBox != nil, !words.isEmpty, !typed.contains(where: { Self.isPart(words, of: $0) }) else {
      return []
    }
    humanTyped = now
    return [
      Fact(time: now, agent: agent, kind: .progress, text: Clock.typing.rawValue, source: .pane)
    ]
  }

  /// Whether a box shows what is typed as far as it has come, or the last rows of that.
  private static func isPart(_ words: String, of typed: String) -> Bool {
    if typed.hasPrefix(words) { return true }
    let plain = words.filter { $0 != "↑" }
    return plain.utf8.count >= shortestPart && typed.contains(plain)
  }

  /// What is shorter, in bytes, may stand in any text.
  private static let shortestPart = 40

  private func expand(_ fact: Fact) -> [Fact] {
    switch fact.kind {
    case .command: return commands.read(fact)
    case .prompt:
      sentPrompts.append(fact.text)
      if sentPrompts.count > 16 { sentPrompts.removeFirst() }
      return [attributed(fact)]
    default: return [fact]
    }
  }

  /// A prompt with whose it is.
  private func attributed(_ fact: Fact) -> Fact {
    var fact = fact
    fact.fields["by"] = .string(typed.contains(Self.squeezed(fact.text)) ? "outrider" : "human")
    return fact
  }

  private func lines(of frame: Frame, at now: Instant) -> [Fact] {
    frame.news.filter(\.isNew).map {
      Fact(time: now, agent: agent, kind: .line, text: $0.text, source: .pane)
    }
  }

  private func recognise(_ frame: Frame) {
    let candidates = dialects.filter { $0.name != reader?.dialect.name }
    // An agent whose prompt box stands there is still itself, whatever it prints.
    guard !candidates.isEmpty, reader?.box == nil else { return }
    for line in reader == nil ? frame.scrolled + frame.lines : frame.news where !line.isBlank {
      let text = line.text
      for dialect in candidates where dialect.recognise.contains(where: { matches($0, text) }) {
        reader = DialectReader(dialect: dialect, agent: agent, stories: stories)
        return
      }
    }
  }

  private func matches(_ pattern: Pattern, _ text: String) -> Bool {
    ((try? pattern.firstMatch(in: text, using: context)) ?? nil) != nil
  }

  private static func squeezed(_ text: String) -> String {
    String(decoding: text.utf8.filter { $0 > 0x20 }, as: UTF8.self)
  }
}
