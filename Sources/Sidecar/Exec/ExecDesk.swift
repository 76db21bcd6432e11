import CLinux
import Foundation
import Hands
import Processes
import Rulebook
import Senses
import Synchronization

/// The thread at which executions are judged, behind the one that hears of them.
final class ExecDesk: Sendable {
  enum Message: Sendable {
    case adopt(Rulebook?, String)
    case waive([Waiver])
    case own([String], String)
    case know(ProgramFiles)
    case decide(String, Order.Release, String, @Sendable (Bool) -> Void)
    case list(@Sendable ([Custody.Held]) -> Void)
    case end
  }

  private struct Inbox {
    var events: [ExecListener.Event] = []
    /// Something among the events cannot wait: a program is stopped, or would be.
    var isUrgent = false
    var messages: [Message] = []
    var agents: [Int: (name: String, root: Int32)] = [:]
    var nextTree = 1
    var isOver = false
  }

  private let inbox = Mutex(Inbox())
  private let bell: Int32
  private let ended = DispatchSemaphore(value: 0)
  private let lease: Lease?
  private let guardian: Guardian?
  private let clock: LiveClock
  private let rulebook: Rulebook
  private let tell: @Sendable ([ExecWatch.Finding]) -> Void

  init(
    _ rulebook: Rulebook, clock: LiveClock, lease: Lease?, guardian: Guardian?,
    tell: @escaping @Sendable ([ExecWatch.Finding]) -> Void
  ) {
    bell = bell_open()
    precondition(bell >= 0, "no descriptor is left for the exec desk")
    self.rulebook = rulebook
    self.clock = clock
    self.lease = lease
    self.guardian = guardian
    self.tell = tell
  }

  deinit { close(bell) }

  func start() {
    let thread = Thread { self.run() }
    thread.name = "outrider-desk"
    thread.start()
  }

  /// How long what is only told may gather: who executes much is not slowed by a thread that wakes each time.
  private static let gathering: Int32 = 20

  func take(_ events: [ExecListener.Event]) {
    let isUrgent = events.contains {
      if case .executed(let execution) = $0 { execution.stop != .none } else { false }
    }
    let isAwaited = inbox.withLock { inbox in
      defer {
        inbox.events += events
        inbox.isUrgent = inbox.isUrgent || isUrgent
      }
      return isUrgent || inbox.events.isEmpty
    }
    if isAwaited { bell_ring(bell) }
  }

  func send(_ message: Message) {
    inbox.withLock { $0.messages.append(message) }
    bell_ring(bell)
  }

  /// Sends a question; false when nobody is there to answer it.
  func ask(_ message: Message) -> Bool {
    let isThere = inbox.withLock { inbox in
      if !inbox.isOver { inbox.messages.append(message) }
      return !inbox.isOver
    }
    bell_ring(bell)
    return isThere
  }

  /// A new number for the agent's tree.
  func tree(of agent: String, root: Int32) -> Int {
    inbox.withLock { inbox in
      defer { inbox.nextTree += 1 }
      inbox.agents[inbox.nextTree] = (agent, root)
      return inbox.nextTree
    }
  }

  func forget(_ agent: String) -> Int? {
    inbox.withLock { inbox in
      guard let tree = inbox.agents.first(where: { $0.value.name == agent })?.key else { return nil }
      inbox.agents[tree] = nil
      return tree
    }
  }

  /// Ends the thread; what comes later is not answered. May be called again.
  func end() {
    let isFirst = inbox.withLock { inbox in
      defer { inbox.isOver = true }
      return !inbox.isOver
    }
    guard isFirst else { return }
    send(.end)
    ended.wait()
    // Without a lease the guardian has nothing to wait for.
    lease?.end()
    guardian?.end()
  }

  private func run() {
    name_thread("outrider-desk")
    // What is stopped and harmless waits for this thread alone.
    _ = hurry_thread(1)
    var docket = ExecDocket(rulebook, lease: lease, clock: clock)
    while true {
      var waiting = [pollfd(fd: bell, events: Int16(POLLIN), revents: 0)]
      // One that has just passed is no reason to sleep for good.
      let wait = docket.nextDeadline.map { max(0, ($0 - clock.now).inSeconds * 1000 + 1) } ?? -1
      _ = poll(&waiting, 1, Int32(min(wait, 60_000)))
      bell_still(bell)
      if inbox.withLock({ !$0.events.isEmpty && !$0.isUrgent && $0.messages.isEmpty }) {
        _ = poll(&waiting, 1, wait < 0 ? Self.gathering : Int32(min(wait, Double(Self.gathering))))
        bell_still(bell)
      }
      let (events, messages, agents) = inbox.withLock { inbox in
        defer { (inbox.events, inbox.messages, inbox.isUrgent) = ([], [], false) }
        return (inbox.events, inbox.messages, inbox.agents)
      }
      docket.agents = agents
      for event in events { docket.take(event) }
      var isOver = false
      for message in messages { isOver = take(message, &docket) || isOver }
      docket.tick()
      let findings = docket.takeFindings()
      if !findings.isEmpty { tell(findings) }
      if isOver { break }
    }
    ended.signal()
  }

  /// Whether it was the last.
  private func take(_ message: Message, _ docket: inout ExecDocket) -> Bool {
    switch message {
    case .waive(let waivers): docket.adopt(waivers)
    case .adopt(let rulebook, let agent): docket.adopt(rulebook, agent: agent)
    case .own(let lines, let agent): docket.own[agent] = lines
    case .know(let originals): docket.originals = originals
    case .decide(let id, let decision, let who, let answer): answer(docket.decide(id, decision, by: who))
    case .list(let answer): answer(docket.custody.held)
    case .end:
      docket.close()
      return true
    }
    return false
  }
}
