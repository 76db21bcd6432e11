import Foundation
import Hands
import Processes
import Rulebook
import Senses
import Synchronization

/// Watches what is executed in the process trees of agents: facts out, and programs that rules hold frozen at
/// once, then killed or kept until the human has decided.
///
/// Two threads of its own, so that a freeze and its end never wait for a pane. Any thread may call its methods.
public final class ExecWatch: Sendable {
  /// What became of a program that a rule holds.
  public struct Hold: Sendable {
    public enum Result: Sendable, Equatable {
      /// It was frozen and killed before it had done anything.
      case killed
      /// It is frozen; the human may decide until then.
      case waiting(until: Instant, then: Order.Release)
      /// It is no longer on hold.
      case ended(Custody.Ending)
      /// Nothing was done, since the watch only observes, or since it was the human's own command.
      case observed
      case human
      /// It had ended before it could be frozen.
      case missed
      /// It could not be frozen: the errno. EPERM: it is another user's.
      case refused(Int32)
    }

    /// What the human names it by; the same when it has ended.
    public let id: String
    /// Of the rules that hold it.
    public let verdicts: [Verdict]
    public let process: Int32
    public let result: Result
    /// From the execution to the freeze.
    public let delay: Duration?
  }

  public enum Finding: Sendable {
    /// An agent executed programs, or some have ended.
    case facts([Fact], agent: String, hold: Hold?)
    /// An agent or what it has started gets on, though nothing was executed.
    case moved(String)
    /// An agent's own process is no more; its exit status, where it is known.
    case agentEnded(String, status: UInt32?)
    /// Something about the watch itself.
    case note(String)
  }

  /// What is needed to watch.
  public struct Settings: Sendable {
    public var isObserving = false
    /// Nil: the kernel, where it tells.
    public var source: ExecListener.Source?
    /// Where the lease stands; nil for none.
    public var lease: String?
    /// The `outrider` that is run as guardian; nil for none.
    public var guardian: String?

    public init() {}
  }

  /// What was found, in order; one reader. Bounded: beyond that the newest are lost, freezes are not.
  public let findings: AsyncStream<[Finding]>
  private let desk: ExecDesk
  private let listener: ExecListener

  /// - Parameter rulebook: Whose rules hold.
  public init(_ rulebook: Rulebook, clock: LiveClock, settings: Settings = Settings()) {
    let (stream, continuation) = AsyncStream.makeStream(
      of: [Finding].self, bufferingPolicy: .bufferingOldest(1024))
    findings = stream
    var trouble: [String] = []
    var lease: Lease?
    if let path = settings.lease {
      do throws(LeaseError) { lease = try Lease(path: path) } catch { trouble.append("\(error)") }
    }
    var guardian: Guardian?
    if let program = settings.guardian, let path = settings.lease, lease != nil {
      do throws(LeaseError) { guardian = try Guardian(program: program, lease: path) } catch {
        trouble.append("nobody guards what is frozen: \(error)")
      }
    }
    let desk = ExecDesk(rulebook, clock: clock, lease: lease, guardian: guardian) { continuation.yield($0) }
    self.desk = desk
    listener = ExecListener(source: settings.source) { [lease] process in
      lease?.note(process)
      guard kill(process, SIGSTOP) != 0 else { return 0 }
      let failure = errno
      lease?.drop(process)
      return failure
    } deliver: {
      desk.take($0)
    }
    desk.start()
    isObserving = settings.isObserving
    adopt(rulebook)
    if !trouble.isEmpty { continuation.yield(trouble.map { .note($0) }) }
  }

  private let isObserving: Bool
  /// By agent; empty for those without rules of their own.
  private let rulebooks = Mutex<[String: Rulebook]>([:])
  private let originals = Mutex(Originals())

  /// Which programs are looked for where, and are known in copies.
  private struct Originals {
    var programs: Set<String> = []
    var directories = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin"]
  }

  /// Where executions become known.
  public var source: ExecListener.Source { listener.source }

  /// Goes on by other rules.
  ///
  /// - Parameter agent: Whose rules they are, where they are not those of all; nil takes his own from him.
  public func adopt(_ rulebook: Rulebook?, agent: String = "") {
    let (rules, lists) = rulebooks.withLock { rulebooks in
      rulebooks[agent] = rulebook
      return (
        rulebooks.values.flatMap(\.rules),
        rulebooks.values.reduce(into: [:]) { $0.merge($1.lists) { $0 + $1 } }
      )
    }
    desk.send(.adopt(rulebook, agent))
    // What only one agent may not run is looked at in all trees.
    let watchlist = Watchlist(rules, lists: lists)
    listener.adopt(watchlist)
    originals.withLock {
      $0.programs =
        watchlist.programs.isEmpty
        ? [] : watchlist.programs.union(Watchlist.carriers).union(Watchlist.collections)
    }
    findOriginals()
  }

  /// Looks for the files of the programs that are looked at, so that copies of them are known.
  private func findOriginals() {
    let files = originals.withLock { ProgramFiles($0.programs, in: $0.directories) }
    desk.send(.know(files))
    listener.know(files)
  }

  /// Holds nothing from now on by rules that are waived.
  func adopt(_ waivers: [Waiver]) { desk.send(.waive(waivers)) }

  /// Watches everything that an agent's process has started and will start.
  public func follow(_ root: Int32, agent: String) {
    let path = ProcessFiles.environment(root).split(separator: 0).first { $0.starts(with: "PATH=".utf8) }
    let isNew = originals.withLock { originals in
      let known = originals.directories.count
      for directory in String(decoding: path?.dropFirst(5) ?? [], as: UTF8.self).split(separator: ":")
      where !originals.directories.contains(String(directory)) {
        originals.directories.append(String(directory))
      }
      return originals.directories.count > known
    }
    if isNew { findOriginals() }
    let tree = desk.tree(of: agent, root: root)
    listener.follow(root, as: tree, isObserved: isObserving)
  }

  public func leave(_ agent: String) {
    desk.forget(agent).map { listener.leave($0) }
  }

  /// Commands that the human has typed into the agent to run them himself: those are told of, not held.
  public func expect(own lines: [String], agent: String) {
    desk.send(.own(lines, agent))
  }

  /// The human decides about a program on hold. False when none of that name is.
  public func decide(_ id: String, _ decision: Order.Release, by who: String) async -> Bool {
    await withCheckedContinuation { done in
      let isAsked = desk.ask(.decide(id, decision, who) { done.resume(returning: $0) })
      if !isAsked { done.resume(returning: false) }
    }
  }

  /// What is on hold now.
  public func held() async -> [Custody.Held] {
    await withCheckedContinuation { done in
      let isAsked = desk.ask(.list { done.resume(returning: $0) })
      if !isAsked { done.resume(returning: []) }
    }
  }

  /// Ends the watch: what is on hold is decided as its rule says, everything else goes on.
  public func end() {
    listener.end()
    desk.end()
  }
}
