/// An agent in its pane: follows a recording until somebody interrupts or prompts it, then goes on by itself.
///
/// It says what to write to the pane and what to log, is told the time, and touches nothing itself.
public struct Session: Sendable {
  public enum Effect: Sendable, Equatable {
    /// To be written to the pane with one call.
    case write(String)
    case log(Record)
    /// The human closed the agent.
    case leave
  }

  /// How long an answer takes after a prompt was submitted.
  public static let answerTime: Duration = .milliseconds(300)
  static let usualAnswer = "Understood. I will do it that way."
  /// Prompts that may wait; more are refused and stay in the box.
  public static let queueLimit = 16

  /// Whether the recording is still followed; false for good once the agent was interrupted or prompted,
  /// until ``beginLap(at:)``.
  public internal(set) var isFollowing: Bool
  public internal(set) var activity: Activity
  /// When the agent was last answered to the end; nil before that.
  public internal(set) var answeredAt: Duration?
  public internal(set) var stage = Stage()

  let face: any Face
  var recorded: Grid
  var shown: Grid
  var isOverlaid = false
  var answerDue: Duration?
  var deafFor: Int
  /// Set for an agent whose service does not answer.
  var stalling: Stalling?
  /// What the agent answers next.
  var answer = Session.usualAnswer
  private let wallOffset: Duration

  /// - Parameters:
  ///   - deafFor: how many presses of Escape the agent overlooks while it works.
  ///   - wallOffset: what to add to the caller's clock to get the time since 1970.
  public init(_ agent: Agent, width: Int, height: Int, deafFor: Int = 0, wallOffset: Duration = .zero) {
    face = agent.face
    recorded = Grid(width: width, height: height)
    shown = recorded
    activity = .idle
    isFollowing = true
    self.deafFor = deafFor
    self.wallOffset = wallOffset
  }

  /// The rows that the pane shows.
  public var rows: [String] { shown.rows }

  /// When ``tick(at:)`` has something to do.
  public var deadline: Duration? { answerDue }

  /// The recording's next output. Unless something was typed over it, exactly this is written.
  public mutating func follow(_ text: String, at now: Duration) -> [Effect] {
    guard isFollowing else { return [] }
    let announced = recorded.announced
    recorded.feed(text)
    // Most of a recording's events move the cursor only.
    guard recorded.isDirty || recorded.announced != announced || isOverlaid else {
      shown = recorded
      return [.write(text)]
    }
    recorded.settle()
    var effects: [Effect] = []
    if isOverlaid || !stage.box.isEmpty || !stage.queue.isEmpty {
      shown.feed(text)
      observe(at: now, into: &effects)
      effects.insert(.write(text + repair()), at: 0)
    } else {
      shown = recorded
      effects.append(.write(text))
      observe(at: now, into: &effects)
    }
    if activity == .idle, !stage.queue.isEmpty { submitQueue(at: now, into: &effects) }
    return effects
  }

  /// Somebody typed, pasted, or the terminal answered.
  public mutating func receive(_ arrival: Arrival, at now: Duration) -> [Effect] {
    var effects: [Effect] = [.log(Record(arrival))]
    if case .asking(let command) = activity {
      decide(arrival.keystroke, on: command, at: now, into: &effects)
    } else {
      edit(arrival.keystroke, at: now, into: &effects)
    }
    return effects
  }

  /// Does what is due.
  public mutating func tick(at now: Duration) -> [Effect] {
    guard let due = answerDue, now >= due else { return [] }
    answerDue = nil
    var effects: [Effect] = []
    let clock = TimeOfDay(unixSeconds: Int((now + wallOffset).components.seconds))
    stage.say([""] + face.answer(answer, width: shown.width, clock: clock))
    enter(.idle, at: now, into: &effects)
    answeredAt = now
    effects.append(.log(Record("answered", at: now)))
    if !stage.queue.isEmpty { submitQueue(at: now, into: &effects) }
    return effects
  }

  /// The pane has a new size. An agent of its own repaints; a followed recording only goes on.
  public mutating func resize(width: Int, height: Int, at now: Duration) -> [Effect] {
    recorded.resize(width: width, height: height)
    shown.resize(width: width, height: height)
    let log = Effect.log(
      Record("resize", at: now, [("width", .integer(Int64(width))), ("height", .integer(Int64(height)))]))
    guard !isFollowing else { return [log] }
    let clear = "\u{1B}[0m\u{1B}[2J"
    shown.feed(clear)
    return [.write(clear + repair()), log]
  }

  /// Starts the recording again.
  public mutating func beginLap(at now: Duration) -> [Effect] {
    let footer = stage.footer
    (isFollowing, isOverlaid, answerDue, answeredAt) = (true, false, nil, nil)
    stage = Stage()
    stage.footer = footer
    recorded = shown
    return [.log(Record("lap", at: now))]
  }

  /// Takes over from the recording with a stage of its own, working on what `activityRow` says.
  public mutating func stageTurn(_ transcript: [String], footer: String, at now: Duration) -> [Effect] {
    (isFollowing, answerDue, answeredAt) = (false, nil, nil)
    stage = Stage()
    stage.footer = footer
    stage.transcript = transcript
    var effects: [Effect] = []
    enter(.working, at: now, into: &effects)
    return effects
  }

  /// Adds rows to the transcript of a staged turn and shows them in one write.
  public mutating func say(_ rows: [String]) -> [Effect] {
    stage.say(rows)
    return [.write(repair())]
  }

  private mutating func observe(at now: Duration, into effects: inout [Effect]) {
    let (box, queue) = (stage.box, stage.queue)
    stage = face.stage(of: recorded, before: stage)
    (stage.box, stage.queue) = (box, queue)
    note(face.activity(of: recorded), at: now, into: &effects)
  }

  private mutating func note(_ new: Activity, at now: Duration, into effects: inout [Effect]) {
    guard new != activity else { return }
    activity = new
    var fields: [(String, Record.Value)] = [("state", .text(new.name))]
    if case .asking(let command) = new { fields.append(("command", .text(command))) }
    effects.append(.log(Record("state", at: now, fields)))
  }

  mutating func enter(_ new: Activity, at now: Duration, into effects: inout [Effect]) {
    note(new, at: now, into: &effects)
    stage.activity = new == .idle ? nil : face.activityRow(seconds: 0)
    effects.append(.write(face.announcement(of: new) + repair()))
  }

  /// The painting that makes the pane show what it should.
  mutating func repair() -> String {
    var asking = false
    if case .asking = activity { asking = true }
    let typed = !stage.box.isEmpty || !stage.queue.isEmpty
    isOverlaid = isFollowing && typed && !asking
    let target: Picture
    if isFollowing, !isOverlaid {
      target = Picture(rows: recorded.rows, row: recorded.row, column: recorded.column)
    } else {
      target = face.picture(of: stage, width: shown.width, height: shown.height)
    }
    let rows = target.rows.enumerated()
      .map { (index: $0.offset, text: $0.element.clipped(to: shown.width)) }
      .filter { shown.text($0.index) != $0.text }
    if rows.isEmpty, shown.row == target.row, shown.column == target.column { return "" }
    let text = face.painted(rows) + "\u{1B}[\(target.row + 1);\(target.column + 1)H"
    // A followed recording goes on painting where its own cursor and colours were left.
    let restored = isFollowing ? "\u{1B}7\u{1B}[0m" + text + "\u{1B}8" : "\u{1B}[0m" + text
    shown.feed(restored)
    return restored
  }
}
