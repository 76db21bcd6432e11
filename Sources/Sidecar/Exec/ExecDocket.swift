import Foundation
import Hands
import Processes
import Rulebook
import Senses

/// What the desk knows: the rules that hold, what runs, what is on hold, and what there is to tell.
struct ExecDocket {
  var agents: [Int: (name: String, root: Int32)] = [:]
  /// Commands that the human typed, by agent.
  var own: [String: [String]] = [:]
  private(set) var custody = Custody()
  /// Files by which copies of programs are known.
  var originals = ProgramFiles()

  private var common: ExecBench
  /// Of agents with rules of their own.
  private var benches: [String: ExecBench] = [:]
  private let lease: Lease?
  let clock: LiveClock
  private var findings: [ExecWatch.Finding] = []
  private var running: [Int32: Running] = [:]
  private var caught: [Int32: Caught] = [:]
  private var waiting: [String: (verdicts: [Verdict], process: Int32, agent: String)] = [:]
  /// Processes on hold that were seen stopped.
  private var asleep: Set<ProcessIdentity> = []
  private var allowance: [String: Allowance] = [:]
  private var waivers: [Waiver] = []
  private var pulses: [Int: AgentPulse] = [:]
  private var nextPulse: Instant?
  /// Far from the numbers of what panes and hooks tell of.
  private var nextStory: UInt64 = 1 << 40
  private var generator = SystemRandomNumberGenerator()

  private struct Running {
    let facts: [Fact]
    let began: Instant
  }

  /// A process that was told of as held. It may have become another program before the signal reached it.
  private struct Caught {
    let identity: ProcessIdentity?
    let rules: Set<String>
    /// What it was to run.
    let text: String
    /// Nanoseconds of `CLOCK_MONOTONIC`.
    let time: UInt64
    /// It was let go on.
    var isAllowed = false

    /// Whether verdicts on what the process has become are about the same deed.
    func covers(_ verdicts: [Verdict]) -> Bool {
      rules.isSuperset(of: verdicts.map(\.rule.id))
        && (!isAllowed || verdicts.allSatisfy { $0.fact.text == text })
    }

    /// How long a process that has gone is taken for the one that had its number, in nanoseconds.
    private static let memory: UInt64 = 1_000_000_000

    func isSame(as process: ProcessIdentity?, at now: UInt64) -> Bool {
      process.map { identity == $0 } ?? (now < time + Self.memory)
    }
  }

  /// Programs whose end is awaited.
  private static let mostRunning = 4096
  /// Programs a second that are told of each agent, and of those as many as other programs of its have started, as a
  /// build does; what is held is told in any case.
  static let mostEachSecond = 200
  static let mostInnerEachSecond = 40

  private struct Allowance {
    var second: Int64 = 0
    var count = 0
    var innerCount = 0
  }

  init(_ rulebook: Rulebook, lease: Lease?, clock: LiveClock) {
    common = ExecBench(rulebook)
    self.lease = lease
    self.clock = clock
  }

  /// How often it is made sure that what is on hold stays there. Whoever may send it a signal can let it go on,
  /// and the kernel does when its group has lost its parents.
  static let guardInterval: Duration = .milliseconds(10)

  var nextDeadline: Instant? {
    [
      custody.nextDeadline.map { min($0, clock.now + Self.guardInterval) },
      agents.isEmpty ? nil : nextPulse ?? clock.now,
    ]
    .compactMap { $0 }.min()
  }

  mutating func adopt(_ waivers: [Waiver]) {
    self.waivers = waivers
    for bench in [common] + benches.values { bench.adopt(waivers) }
  }

  mutating func adopt(_ rulebook: Rulebook?, agent: String) {
    if agent.isEmpty {
      if let rulebook { common.adopt(rulebook) }
    } else if let rulebook {
      if benches[agent] == nil {
        benches[agent] = ExecBench(rulebook)
        benches[agent]?.adopt(waivers)
      } else {
        benches[agent]?.adopt(rulebook)
      }
    } else {
      benches[agent] = nil
    }
  }

  mutating func takeFindings() -> [ExecWatch.Finding] {
    defer { findings = [] }
    return findings
  }

  mutating func take(_ event: ExecListener.Event) {
    switch event {
    case .executed(let execution): take(execution)
    case .ended(let process, let tree, let status, let time): end(process, tree, status, time)
    case .crowded(let tree, let crowd, let time):
      guard let agent = agents[tree] else { return }
      findings.append(.facts([fact(crowd, of: agent.name, at: time)], agent: agent.name, hold: nil))
    case .lost:
      findings.append(
        .note("the kernel told of more programs than could be heard; the trees were read again"))
    }
  }

  mutating func decide(_ id: String, _ decision: Order.Release, by who: String) -> Bool {
    guard let effects = custody.decide(id, decision, by: who) else { return false }
    carry(effects)
    return true
  }

  mutating func tick() {
    for held in custody.held where held.processes.contains(where: { hasWoken($0) }) {
      carry(custody.escaped(held.id))
    }
    carry(custody.tick(at: clock.now))
    if custody.held.isEmpty { asleep = [] }
    feelPulses(at: clock.now)
  }

  private mutating func feelPulses(at now: Instant) {
    guard nextPulse.map({ $0 <= now }) ?? true else { return }
    nextPulse = now + AgentPulse.interval
    pulses = pulses.filter { agents[$0.key] != nil }
    for (tree, agent) in agents where pulses[tree, default: AgentPulse()].feel(AgentPulse.read(agent.root)) {
      findings.append(.moved(agent.name))
    }
  }

  /// Whether a process that was stopped is so no more. One that runs still may only not have come to its stop.
  private mutating func hasWoken(_ process: ProcessIdentity) -> Bool {
    guard let status = ProcessFiles.status(process.id), status.start == process.start, !status.isZombie else {
      return false
    }
    if status.isStopped { asleep.insert(process) }
    return !status.isStopped && asleep.contains(process)
  }

  mutating func close() {
    carry(custody.close())
  }

  // MARK: A program that was executed

  private mutating func take(_ execution: ExecListener.Execution) {
    let isStopped = if case .stopped = execution.stop { true } else { false }
    guard let agent = agents[execution.tree] else {
      if isStopped { letGo(execution.process) }
      return
    }
    guard !execution.arguments.isEmpty else { return }
    if execution.stop == .none, !mayTell(agent.name, isInner: execution.level > Self.outermost) { return }
    let process = execution.stop == .none ? nil : ProcessIdentity(execution.process)
    if let process, process.start > ProcessFiles.tick(ofMonotonic: execution.time) + 1 {
      // Somebody else by now, who has been stopped in its place.
      if isStopped { letGo(execution.process) }
      return
    }
    nextStory += 1
    let told = told(execution, agent, story: nextStory)
    let verdicts =
      execution.stop == .none ? [] : bench(of: agent.name).verdicts(on: told.judged, isText: told.isText)
    let known = caught[execution.process].flatMap { $0.isSame(as: process, at: execution.time) ? $0 : nil }
    guard !verdicts.isEmpty else {
      if isStopped, !isOnHold(execution.process) { letGo(execution.process) }
      note(execution, told.facts, agent.name, hold: nil)
      return
    }
    // One program that became another before it stood still is one deed.
    if let known, known.covers(verdicts) {
      if isStopped { settle(execution.process, known) }
      note(execution, told.facts, agent.name, hold: nil)
      return
    }
    note(execution, told.facts, agent.name, hold: hold(process, execution, verdicts, agent))
  }

  private func isOnHold(_ process: Int32) -> Bool {
    custody.held.contains { $0.processes.contains { $0.id == process } }
  }

  /// What was decided of a program is decided of what it has become.
  private func settle(_ process: Int32, _ known: Caught) {
    guard !isOnHold(process) else { return }
    guard !known.isAllowed else { return letGo(process) }
    if let identity = known.identity { Freezer.kill([identity]) }
    lease?.drop(process)
  }

  func bench(of agent: String) -> ExecBench { benches[agent] ?? common }

  private mutating func hold(
    _ process: ProcessIdentity?, _ execution: ExecListener.Execution, _ verdicts: [Verdict],
    _ agent: (name: String, root: Int32)
  ) -> ExecWatch.Hold {
    switch execution.stop {
    case .none, .observed: return hold(execution, verdicts, .observed)
    case .refused(let failure) where failure != ESRCH: return hold(execution, verdicts, .refused(failure))
    case .refused: return hold(execution, verdicts, .missed)
    case .stopped: break
    }
    guard let process else {
      lease?.drop(execution.process)
      return hold(execution, verdicts, .missed)
    }
    if isHumans(execution, root: agent.root, agent: agent.name) {
      letGo(execution.process)
      return hold(execution, verdicts, .human)
    }
    let frozen = Freezer.freezeDescendants(
      of: process, since: ProcessFiles.tick(ofMonotonic: execution.time))
    let order = HoldOrder(verdicts)
    guard let length = order.length, order.length != .zero else {
      guard order.then == .kill else {
        Freezer.letGo(frozen)
        lease?.drop(process.id)
        return hold(execution, verdicts, .ended(.allowed(by: "its rule")))
      }
      let failure = Freezer.kill(frozen)
      lease?.drop(process.id)
      return hold(execution, verdicts, failure == 0 || failure == ESRCH ? .killed : .refused(failure))
    }
    let now = clock.now
    let result = hold(execution, verdicts, .waiting(until: now + length, then: order.then))
    for one in frozen { lease?.keep(one, Lease.Fate(order.then)) }
    waiting[result.id] = (verdicts, process.id, agent.name)
    carry(
      custody.take(
        Custody.Held(
          id: result.id, agent: agent.name, rules: verdicts.map(\.rule.id), text: verdicts[0].fact.text,
          processes: frozen, since: now, until: now + length, then: order.then)))
    return result
  }

  private mutating func hold(
    _ execution: ExecListener.Execution, _ verdicts: [Verdict], _ result: ExecWatch.Hold.Result
  ) -> ExecWatch.Hold {
    if Self.isCatch(result), caught.count < Self.mostRunning {
      caught[execution.process] = Caught(
        identity: ProcessIdentity(execution.process), rules: Set(verdicts.map(\.rule.id)),
        text: verdicts[0].fact.text, time: execution.time)
    }
    var delay: Duration?
    if case .stopped(let time) = execution.stop {
      delay = .nanoseconds(Int64(clamping: time &- execution.time))
    }
    return ExecWatch.Hold(
      id: String(UInt32.random(in: 0..<0x100_0000, using: &generator) | 0x100_0000, radix: 36),
      verdicts: verdicts, process: execution.process, result: result, delay: delay)
  }

  /// Whether the process is ours to decide on, or nobody's, until it ends.
  private static func isCatch(_ result: ExecWatch.Hold.Result) -> Bool {
    switch result {
    case .killed, .waiting, .observed: true
    case .ended, .human, .missed, .refused: false
    }
  }

  /// Carries out what custody says, and tells of what has ended.
  private mutating func carry(_ effects: [Custody.Effect]) {
    for effect in effects {
      switch effect {
      case .kill(let held):
        Freezer.kill(held.processes)
        for process in held.processes { lease?.drop(process.id) }
      case .letGo(let held):
        for process in held.processes { caught[process.id]?.isAllowed = true }
        Freezer.letGo(held.processes)
        for process in held.processes { lease?.drop(process.id) }
      case .close(let held, let ending):
        for process in held.processes { lease?.drop(process.id) }
        if ending == .gone { Freezer.letGo(Array(held.processes.dropFirst())) }
        guard let known = waiting.removeValue(forKey: held.id) else { continue }
        findings.append(
          .facts(
            [], agent: known.agent,
            hold: ExecWatch.Hold(
              id: held.id, verdicts: known.verdicts, process: known.process, result: .ended(ending),
              delay: nil)))
      }
    }
  }

  private func letGo(_ process: Int32) {
    kill(process, SIGCONT)
    lease?.drop(process)
  }

  /// Whether a process above it runs what the human typed.
  private func isHumans(_ execution: ExecListener.Execution, root: Int32, agent: String) -> Bool {
    guard let lines = own[agent], !lines.isEmpty else { return false }
    for ancestor in Ancestry.of(execution.process) where ancestor != root {
      let words = Arguments(ProcessFiles.arguments(ancestor))
      let text = words.text ?? words.words.joined(separator: " ")
      if lines.contains(where: { OwnCommand.runs($0, text) }) { return true }
    }
    return false
  }

  // MARK: What is told

  private mutating func note(
    _ execution: ExecListener.Execution, _ facts: [Fact], _ agent: String, hold: ExecWatch.Hold?
  ) {
    // `env`, then `bash`, then the script: one program that has become another.
    if hold == nil, let known = running[execution.process], known.facts.map(\.text) == facts.map(\.text) {
      return
    }
    if running.count < Self.mostRunning, let first = facts.first {
      running[execution.process] = Running(facts: facts, began: first.time)
    }
    findings.append(.facts(facts, agent: agent, hold: hold))
  }

  private mutating func end(_ process: Int32, _ tree: Int, _ status: UInt32?, _ time: UInt64) {
    carry(custody.ended(process))
    caught[process] = nil
    guard let agent = agents[tree] else { return }
    if let known = running.removeValue(forKey: process) {
      let now = clock.instant(ofMonotonic: Int64(clamping: time))
      let facts = known.facts.map { fact in
        var fact = fact
        fact.time = now
        fact.fields["phase"] = .string(Fact.Phase.ran.rawValue)
        fact.fields["took"] = .number((now - known.began).inSeconds)
        if let status { fact.fields["exit"] = .number(Double(Self.exitCode(status))) }
        return fact
      }
      findings.append(.facts(facts, agent: agent.name, hold: nil))
    }
    if process == agent.root { findings.append(.agentEnded(agent.name, status: status)) }
  }

  /// As a shell says it: 128 and the signal for a program that was killed.
  static func exitCode(_ status: UInt32) -> UInt32 {
    status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F
  }

  private mutating func mayTell(_ agent: String, isInner: Bool) -> Bool {
    let second = clock.now.nanoseconds / 1_000_000_000
    var known = allowance[agent] ?? Allowance()
    if known.second != second { known = Allowance(second: second) }
    defer { allowance[agent] = known }
    guard known.count < Self.mostEachSecond, !isInner || known.innerCount < Self.mostInnerEachSecond else {
      return false
    }
    known.count += 1
    if isInner { known.innerCount += 1 }
    return true
  }
}
