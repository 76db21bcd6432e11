import Foundation
import Hands
import Journal
import Logging
import Notices
import Processes
import Rulebook
import Senses
import Shell
import Tmux

/// Watches every agent of a tmux server: facts in, judged, acted on, written down.
///
/// One actor owns all panes. What a pane printed is read, judged and answered before anything is written to
/// the alert log, so that an interrupt leaves first.
public actor Watcher {
  /// What is watched, and how.
  public struct Settings: Sendable {
    /// Names the tmux server: the path of its socket, behind the command that reaches its machine.
    public var server = ""
    /// The rules of the project in which an agent works hold for it.
    public var followsProjects = true
    /// Says what would be done, and does nothing.
    public var isObserving = false
    /// How what the agents execute is watched; nil where they run on another machine.
    public var executions: ExecWatch.Settings?
    /// What is measured and asked beside what agents show; nil where they run on another machine.
    public var probes: ProbeSettings?
    /// Shows calls for the human on tmux's status line.
    public var showsInTmux = true
    /// Agents that are only watched: by their name, pane or session.
    public var observedAgents: [String] = []
    /// Rules that are only watched.
    public var observedRules: [String] = []
    /// How often hands are laid on agents.
    public var caps = Breaker.Caps()
    /// Where the emergency stop is noted for all watches; nil for none.
    public var stopFile: StopFile?
    /// The journal of what is queued for agents; nil queues nothing.
    public var queue: String?
    /// When the human is called, and how.
    public var calls = CallSettings()
    /// For finding out why: facts, deliveries and what tmux says, at level `debug`.
    public var logger = Logger(label: "outrider.watch") { _ in SwiftLogNoOpLogHandler() }

    public init() {}
  }

  /// What the person at the terminal is told.
  public enum Report: Sendable {
    /// The tmux server was reached, at first or again; its panes are watched.
    case reached
    /// An agent was recognised.
    case sees(Alert.Agent)
    case alert(Alert)
    /// The human is needed.
    case call(Alert)
    /// Something about Outrider itself: a rule that was stood down, a log that cannot be written.
    case trouble(String)
    case note(String)
  }

  let watch: ServerWatch
  var courts: Courts
  let settings: Settings
  let clock = LiveClock()
  let office: Office
  let exec: ExecWatch?
  var executions = ExecutionsSeen()
  var breaker: Breaker
  var stop = StopState()
  var panes: [PaneID: Place] = [:]
  /// Panes whose program has ended, as they were: another one may take its place.
  var departed: [PaneID: PaneInfo] = [:]
  let queue: QueueStore?
  var mail = MailRoom()
  var notes = StatusNotes()
  /// nil for a watch that only observes: it does nothing to agents, and so there is nothing to remember.
  let clerk: MemoryClerk?
  var remembering = Remembering()
  var probes = ProbesAtWork()
  /// Alerts of which is still to be kept what was seen.
  var unkept: [(alert: String, verdict: Verdict)] = []
  /// What stands in the activity journal.
  var activity: ActivityNotes
  /// Agents that only their hooks tell of, by the name of their facts.
  var loneAgents: [String: LoneAgent] = [:]
  private(set) var clients: [PaneID: ControlClient] = [:]
  private let typing: AsyncStream<Errand>
  private let orders: AsyncStream<Errand>.Continuation
  var generator = SystemRandomNumberGenerator()
  /// The watch has ended; what runs beside it ends as well.
  private(set) var isOver = false
  /// Wakes this actor for the pane that wants it first.
  private var alarm: (time: Instant, task: Task<Void, Never>)?

  /// A pane and where it is.
  struct Place {
    var pane: AgentPane
    var info: PaneInfo
    /// The rules that hold where its agent works.
    var court: Court
    var isReported = false
    /// When it last printed something that has not settled.
    var unsettledSince: Instant?
  }

  /// - Parameters:
  ///   - log: Where alerts are written.
  ///   - notifiers: Ways in which the human is called, besides tmux's status line.
  ///   - report: Told in order what happens; must return at once.
  public init(
    _ watch: ServerWatch, library: RuleLibrary, log: AlertLog, notifiers: [any Notifier],
    settings: Settings, report: @escaping @Sendable (Report) -> Void
  ) {
    self.watch = watch
    courts = Courts(library, followsProjects: settings.followsProjects)
    activity = ActivityNotes(at: clock.now)
    self.settings = settings
    if var own = settings.executions {
      own.isObserving = settings.isObserving
      exec = ExecWatch(library.rulebook, clock: clock, settings: own)
    } else {
      exec = nil
    }
    queue = settings.queue.map { QueueStore($0) }
    breaker = settings.calls.state?.breaker.read() ?? Breaker()
    breaker.caps = settings.caps
    clerk = settings.isObserving ? nil : settings.calls.state.map { MemoryClerk($0.memory) }
    (typing, orders) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(256))
    office = Office(
      log: log, redaction: library.redaction, calls: settings.calls,
      notifiers: notifiers + (settings.showsInTmux ? [TmuxNotifier(watch.server)] : []), report: report)
  }

  /// Whether an agent was recognised in any pane that is there now.
  public var seesAgents: Bool { panes.values.contains { $0.isReported } }

  /// Whoever gets an answer knows that the watcher takes what comes.
  private var isWell: Bool { !isOver }

  /// Watches until the task is cancelled.
  public func run() async {
    recallFleet()
    await withDiscardingTaskGroup { group in
      group.addTask { await self.watch.run() }
      group.addTask { await self.office.run { await self.isWell } }
      group.addTask { await self.reconcile() }
      group.addTask { await self.followRules() }
      group.addTask { await self.followQueue() }
      waiveObservedRules()
      group.addTask { await self.followStop() }
      group.addTask { await self.probe() }
      group.addTask { await self.followMemory() }
      group.addTask { await self.followActivity() }
      group.addTask { for await errand in self.typing { await self.run(errand) } }
      if let exec {
        group.addTask { for await findings in exec.findings { await self.take(findings) } }
      }
      for await batch in watch.events {
        for event in batch { await connect(event.kind) }
        handle(batch)
      }
      isOver = true
      await keepMemory()
      exec?.end()
      orders.finish()
      alarm?.task.cancel()
      endActivity()
      office.close()
    }
  }

  /// Goes on by other rules. An agent that is recognised already keeps its dialect.
  ///
  /// - Parameter project: Names the court that they hold in.
  func adopt(_ library: RuleLibrary, of project: String, _ changes: String) {
    guard let court = courts.open[project] else { return }
    court.adopt(library)
    if project.isEmpty {
      exec?.adopt(library.rulebook)
      office.censor.adopt(library.redaction)
    }
    for (id, place) in panes where !project.isEmpty && place.court === court {
      exec?.adopt(library.rulebook, agent: "\(id)")
    }
    office.report(.note(project.isEmpty ? changes : "\(project): \(changes)"))
    guard let alert = court.refusal else { return }
    court.refusal = nil
    office.file(alert.updated(at: wallTime, outcome: .resolved, actions: alert.actions))
  }

  /// Says what is wrong with an edit; the rules stay as they are.
  func refuse(_ errors: [FileError], of project: String) {
    let court = courts.open[project]
    let first = court?.refusal
    var alert = Alert.brokenRules(
      errors, at: first?.time ?? wallTime, id: first?.id ?? Alert.makeID(at: wallTime, using: &generator))
    if first != nil { alert.updated = wallTime }
    court?.refusal = alert
    office.file(alert)
  }

  private var wallTime: WallTime { WallTime(clock.now) }

  /// Something that is to be done to a pane, in the order of decisions.
  private struct Errand: Sendable {
    enum Matter: Sendable {
      case type(TypedText)
      case press(Key)
      case start(Relaunch)
    }

    let pane: PaneID
    let process: Int32
    let matter: Matter
  }

  /// So long a human's keys must have rested before anything is typed into the pane that he looks at.
  private static let humanPause: Duration = .seconds(3)

  /// Notes the connection of a pane that has come or moved, so that a key needs no question first.
  private func connect(_ event: ControlEvent.Kind) async {
    switch event {
    case .appeared(let info, _), .changed(let info): clients[info.pane] = await watch.client(for: info.pane)
    case .gone(let id):
      clients[id] = nil
      departed[id] = nil
    default: break
    }
  }

  private func handle(_ batch: [ControlEvent]) {
    for event in batch {
      let now = clock.instant(ofMonotonic: Int64(clamping: event.at.nanoseconds))
      handle(event.kind, at: now)
    }
    // Reads have ended: what looks complete is judged now, the rest after a short quiet.
    for (id, place) in panes where place.unsettledSince != nil {
      let now = clock.now
      take(place.pane.reader.endOfRead(at: now), of: id, at: now)
    }
    setAlarm()
  }

  private func handle(_ event: ControlEvent.Kind, at now: Instant) {
    switch event {
    case .output(let id, let bytes):
      guard let place = panes[id] else { return }
      panes[id]?.unsettledSince = now
      take(place.pane.reader.feed(bytes, at: now), of: id, at: now)
    case .appeared(let info, let fresh):
      panes[info.pane] = Place(
        pane: makePane(info, isFresh: fresh), info: info, court: court(at: info.directory))
    case .snapshot(let snapshot):
      guard let place = panes[snapshot.pane] else { return }
      place.pane.isInMode = snapshot.modes > 0
      take(place.pane.reader.load(snapshot, at: now), of: snapshot.pane, at: now)
    case .changed(let info): note(info, at: now)
    case .process(let id, let pid, let dead):
      if !dead {
        replace(id, process: pid, at: now)
      } else if let info = panes[id]?.info {
        drop(id, at: now)
        departed[id] = info
      }
    case .gone(let id): drop(id, at: now)
    case .modeChanged(let id):
      // Which way it went is in the listing that follows; until then no key is sent.
      panes[id]?.pane.isInMode = true
      watch.refresh()
    case .unreachable(let error): office.report(.trouble("\(error)"))
    case .lost(let id, let loss):
      office.report(.note("output of pane \(id) was lost (\(loss)); it is read again from tmux"))
    case .reached: office.report(.reached)
    case .arrangementChanged, .ended:
      settings.logger.debug("tmux", metadata: ["event": "\(event)"])
    }
  }

  /// The rules that hold in a folder; errors of a project's files are told when it is met first.
  func court(at directory: String) -> Court {
    let (court, errors) = courts.court(at: directory)
    for error in errors { office.report(.trouble("\(error)")) }
    return court
  }

  func makePane(_ info: PaneInfo, isFresh: Bool) -> AgentPane {
    let id = "\(info.pane)"
    let library = courts.common.library
    let reader = PaneReader(
      agent: id, rows: info.rows, columns: info.columns, dialects: library.dialects, isFresh: isFresh,
      commands: CommandReader(programs: library.rulebook.programs, files: .local, cwd: info.directory),
      wantsLines: library.rulebook.rules.contains { $0.on == .line })
    let pane = AgentPane(
      id: id, reader: reader,
      agent: Alert.Agent(name: "unknown", pane: id, session: info.sessionName, cwd: info.directory),
      processes: watch.server.prefix.isEmpty ? .live(pane: info.process) : nil,
      isObserving: settings.isObserving)
    pane.isInMode = info.isInMode
    return pane
  }

  private func note(_ info: PaneInfo, at now: Instant) {
    guard let place = panes[info.pane] else { return }
    if (info.rows, info.columns) != (place.info.rows, place.info.columns) {
      place.pane.reader.resize(rows: info.rows, columns: info.columns)
    }
    if info.directory != place.info.directory {
      place.pane.reader.setDirectory(info.directory)
      place.pane.agent.cwd = info.directory
      panes[info.pane]?.court = court(at: info.directory)
    }
    place.pane.agent.session = info.sessionName
    place.pane.isInMode = info.isInMode
    panes[info.pane]?.info = info
    take([], of: info.pane, at: now)
  }

  private func drop(_ id: PaneID, at now: Instant) {
    remember(id)
    guard let place = panes.removeValue(forKey: id) else { return }
    leaveProcess(of: id)
    let isOurDoing = place.pane.restarts.isPastReturn
    carry(place.pane.end(at: now), to: id, process: place.info.process)
    leaveQueue(of: id, at: now)
    leaveActivity(of: place, at: now)
    notes.leave(id)
    if !isOurDoing { noteGone(place, at: now) }
    office.leave("\(id)")
  }

  /// Judges the facts and goes on with what is being done to the pane.
  func take(_ facts: [Fact], of id: PaneID, at now: Instant) {
    guard let place = panes[id] else { return }
    let pane = place.pane
    if let dialect = pane.reader.dialect, !place.isReported || pane.agent.name != dialect.name {
      // A shell or a pager that shows what an agent once printed is none.
      guard isStillAgent(id) else { return pane.reader.forget(at: now) }
      pane.agent.name = dialect.name
      panes[id]?.isReported = true
      office.report(.sees(pane.agent))
      observe(pane.agent)
    }
    seekProcess(of: id, at: now)
    recall(id, at: now)
    if !pane.reader.isUnsettled { panes[id]?.unsettledSince = nil }
    for fact in facts where isCurrent(fact, of: id, place) {
      settings.logger.debug(
        "fact",
        metadata: [
          "pane": "\(id)", "kind": "\(fact.kind)",
          "text": "\(cleaned(office.censor.cleared(fact.text), limit: 200))",
        ])
      carry(pane.note(fact, at: now), to: id, process: place.info.process)
      notes.take(fact, of: id)
      noteForQueue(fact, of: id, at: now)
      guard fact.kind != .prompt || fact.fields["by"] != .string("outrider") else { continue }
      raise(place.court.judge.judge(pane.told(fact)), at: now)
    }
    keepSeen()
    hear(facts, place.court.judge)
    carry(pane.advance(at: now), to: id, process: place.info.process)
    bring(to: id, at: now)
    for notice in place.court.judge.takeNotices() { office.report(.trouble(notice.text)) }
  }

  /// Hands each verdict to the pane that it is about, which need not be the one that printed just now.
  func raise(_ verdicts: [Verdict], at now: Instant) {
    let before = breaker
    defer { if breaker != before { office.keep(breaker) } }
    for verdict in verdicts {
      guard let id = PaneID(Array(verdict.fact.agent.utf8)), let place = panes[id] ?? probes.departed[id]
      else { continue }
      place.pane.judge = place.court.judge
      let verdict = limited(verdict, at: now)
      let alert = alert(for: verdict, place.pane.agent, at: now)
      carry(place.pane.open(verdict, as: alert, at: now), to: id, process: place.info.process)
    }
  }

  /// Carries out what was decided: keys leave before anything is written down.
  ///
  /// - Parameter id: nil for an agent without a pane, to which nothing can be typed.
  func carry(_ effects: [AgentPane.Effect], to id: PaneID?, process: Int32) {
    for effect in effects {
      switch effect {
      case .log(let alert):
        notes.take(alert)
        office.file(alert)
      case .call(let alert): call(alert, about: id)
      case .run(let program, let alert): office.run(program, alert)
      case .queue(let text, let alert): enqueue(text, for: id, after: alert)
      case .interrupt(let key): id.map { press(key, $0, process) }
      case .submit(let key), .clear(let key):
        guard let id, let key = Key(rawValue: key) else { continue }
        orders.yield(Errand(pane: id, process: process, matter: .press(key)))
      case .paste(let text):
        guard let id, let typed = try? TypedText(pasting: text.utf8) else { continue }
        orders.yield(Errand(pane: id, process: process, matter: .type(typed)))
      case .end(let agent, let isForced): agent.signal(isForced ? SIGKILL : SIGTERM)
      case .relaunch(let relaunch):
        guard let id else { continue }
        orders.yield(Errand(pane: id, process: process, matter: .start(relaunch)))
      case .tell(let fact): id.map { take([fact], of: $0, at: fact.time) }
      }
    }
  }

  private func press(_ name: String, _ id: PaneID, _ process: Int32) {
    guard let key = Key(rawValue: name) else {
      return office.report(.trouble("no key is named '\(name)'; correct 'keys' in the agent's dialect"))
    }
    do {
      guard let client = clients[id] else { return }
      guard isStillAgent(id) else { return refuse(id, .stranger) }
      try client.press([key], if: DeliveryGuard(pane: id, process: process)) { delivery in
        if delivery != .sent { Task { await self.refuse(id, .mode) } }
      }
      settings.logger.debug("key", metadata: ["pane": "\(id)", "key": "\(name)"])
    } catch {
      office.report(.trouble("no key could be sent to pane \(id): \(error)"))
    }
  }

  private func run(_ errand: Errand) async {
    switch errand.matter {
    case .type(let text):
      await type(text.pieces.map(Piece.text), into: errand.pane, process: errand.process)
    case .press(let key): await type([.key(key)], into: errand.pane, process: errand.process)
    case .start(let relaunch): await start(relaunch, in: errand.pane, process: errand.process)
    }
  }

  /// A text, or the key that sends it off.
  private enum Piece {
    case text(TypedText)
    case key(Key)
  }

  private func type(_ pieces: [Piece], into id: PaneID, process: Int32) async {
    do {
      guard let client = clients[id] else { return }
      guard isStillAgent(id) else { return refuse(id, .stranger) }
      if try await client.isTypedInto(id, within: Self.humanPause) { return refuse(id, .typing) }
      let condition = DeliveryGuard(pane: id, process: process)
      for piece in pieces {
        let delivery =
          switch piece {
          case .text(let text): try await client.paste(text, if: condition)
          case .key(let key): try await client.press([key], if: condition)
          }
        settings.logger.debug("paste", metadata: ["pane": "\(id)", "delivery": "\(delivery)"])
        guard delivery == .sent else { return refuse(id, .mode) }
      }
    } catch {
      office.report(.trouble("nothing could be typed into pane \(id): \(error)"))
    }
  }

  /// Whether the agent's process is there yet and what is typed goes to it, as far as that can be known here.
  private func isStillAgent(_ id: PaneID) -> Bool {
    if watch.server.prefix.isEmpty, let process = panes[id]?.info.process, Bystanders.have(pane: process) {
      return false
    }
    guard let root = executions.roots[id.description] else { return true }
    if root.isAlive, let status = ProcessFiles.status(root.id) { return status.group == status.foreground }
    // One that was started again is not known yet.
    return agentProcess(of: id) != nil
  }

  private func refuse(_ id: PaneID, _ refusal: Intervention.Refusal) {
    guard let place = panes[id] else { return }
    if refusal == .mode {
      place.pane.isInMode = true
      watch.refresh()
    }
    carry(place.pane.refuse(refusal, at: clock.now), to: id, process: place.info.process)
    refuseQueued(id, refusal, at: clock.now)
    setAlarm()
  }

  private func ring() {
    alarm = nil
    tick()
  }

  /// Asks every pane whose time has come.
  private func tick() {
    let now = clock.now
    for (id, place) in panes {
      var facts: [Fact] = []
      if let since = place.unsettledSince {
        let age = now - since
        guard age >= PaneReader.quiet else { continue }
        facts = place.pane.reader.settle(isForced: age >= PaneReader.patience, at: now)
      } else if (place.pane.deadline.map { $0 > now } ?? true) {
        continue
      }
      take(facts, of: id, at: now)
    }
    for court in courts.all { raise(court.judge.tick(at: now), at: now) }
    keepSeen()
    hearStates()
    setAlarm()
  }

  func setAlarm() {
    let now = clock.now
    let awaited = courts.all.compactMap(\.judge.nextDeadline)
    let times =
      awaited
      + panes.values.flatMap { place -> [Instant] in
        var times = place.pane.deadline.map { [$0] } ?? []
        if let since = place.unsettledSince {
          let isOld = now - since >= PaneReader.quiet
          times.append(since + (isOld ? PaneReader.patience : PaneReader.quiet))
        }
        return times
      }
    guard let next = times.min(), alarm.map({ next < $0.time }) ?? true else { return }
    alarm?.task.cancel()
    let wait = next - now
    alarm = (
      next,
      Task {
        try? await Task.sleep(for: wait)
        guard !Task.isCancelled else { return }
        self.ring()
      }
    )
  }
}
