import CLinux
import Processes

/// Which processes belong to which tree: once below an agent, always below it, whatever becomes of the parents
/// in between.
///
/// A value that is told what the kernel says, in any order near that of time; it asks nobody.
struct Lineage {
  struct Member: Equatable {
    let tree: Int
    let parent: Int32
    /// When it came to be or was found, in nanoseconds of `CLOCK_MONOTONIC`.
    let born: UInt64
    /// Of a member that was found: the clock tick in which it had started.
    var start: UInt64?
    var died: UInt64?
    /// What it runs, as a number; that of its parent until it executes something.
    var image: UInt64
    /// How many programs stand between it and the tree's first process, itself counted.
    var level = 0
    /// How many times it was forked, its parents counted, since one of them has executed something.
    var copies = 0
  }

  private(set) var members: [Int32: Member] = [:]
  /// Told, and later than what has been judged so far.
  private var pending: [process_event] = []
  private var swept: UInt64 = 0

  /// How long the dead are remembered, since what they executed may be told later.
  private static let memory: UInt64 = 2_000_000_000
  /// Events that may wait; more are told only when nobody asks, and the oldest count.
  private static let most = 65_536

  /// Takes in what the kernel has told, to be believed by `advance`.
  mutating func note(_ events: some Sequence<process_event>) {
    pending += events
    if pending.count > Self.most { advance(to: pending[Self.most / 2].time) { _, _, _, _ in } }
  }

  /// Believes what happened up to this time, in its order. Tells of each member that ended: its id, what it
  /// was, the status as wait(2) gives it, the time.
  mutating func advance(to time: UInt64, ended: (Int32, Member, UInt32, UInt64) -> Void) {
    guard !pending.isEmpty else { return }
    // Processors stamp their events before they are in the queue.
    pending.sort { $0.time < $1.time }
    let count = pending.firstIndex { $0.time > time } ?? pending.count
    for event in pending[..<count] { apply(event, ended) }
    pending.removeFirst(count)
    if time > swept + Self.memory { sweep(at: time) }
  }

  private mutating func apply(_ event: process_event, _ ended: (Int32, Member, UInt32, UInt64) -> Void) {
    switch event.what {
    case PROCESS_FORKED:
      // Found after that fork: it is known better.
      if let known = members[event.process], known.born > event.time { return }
      if let parent = members[event.parent], parent.died.map({ $0 >= event.time }) ?? true {
        members[event.process] = parent.child(of: event.parent, born: event.time)
      } else {
        // An id that was used again, by somebody else.
        members[event.process] = nil
      }
    case PROCESS_EXITED:
      guard let known = members[event.process], known.died == nil, known.born <= event.time else { return }
      members[event.process]?.died = event.time
      ended(event.process, known, event.status, event.time)
    default: break
    }
  }

  /// The member that has executed a program at this time, up to which it has been advanced.
  mutating func executing(_ process: Int32, at time: UInt64) -> Member? {
    guard let member = members[process] else { return nil }
    // A thread that executes a program ends the others, and its process' first with them.
    if let died = member.died, died <= time { members[process]?.died = nil }
    return member
  }

  mutating func adopt(
    _ process: Int32, into tree: Int, parent: Int32, born: UInt64, start: UInt64? = nil, image: UInt64
  ) {
    members[process] = Member(tree: tree, parent: parent, born: born, start: start, image: image)
  }

  /// A process that was found below a member, whose start is known.
  mutating func adopt(
    _ process: Int32, below parent: Int32, born: UInt64, start: UInt64?, image: UInt64, isCopy: Bool
  ) {
    guard var member = members[parent]?.child(of: parent, born: born) else { return }
    member.start = start
    member.image = image
    if !isCopy { member.execute() }
    members[process] = member
  }

  /// A member runs another program now; at which level.
  mutating func execute(_ process: Int32, _ image: UInt64) -> Int {
    members[process]?.image = image
    members[process]?.execute()
    return members[process]?.level ?? 0
  }

  mutating func forget(_ process: Int32) {
    members[process] = nil
  }

  mutating func leave(_ tree: Int) {
    members = members.filter { $0.value.tree != tree }
  }

  /// What was told has gaps: it is worth nothing.
  mutating func dropPending() {
    pending = []
  }

  private mutating func sweep(at time: UInt64) {
    swept = time
    for (process, member) in members {
      if let died = member.died, died + Self.memory < time { members[process] = nil }
    }
  }
}

extension Lineage.Member {
  fileprivate func child(of parent: Int32, born: UInt64) -> Self {
    Self(tree: tree, parent: parent, born: born, image: image, level: level, copies: copies + 1)
  }

  /// A process that executes one program after another stays where it is.
  fileprivate mutating func execute() {
    if copies > 0 { level += 1 }
    copies = 0
  }

  /// It was forked by the tree's first process, or by a copy of it, and has executed nothing yet.
  var isCopyOfFirst: Bool { level == 0 && copies > 0 }

  /// Whether the process that has the id now is still this one.
  func isSame(as status: ProcessFiles.Status) -> Bool {
    if let start { return start == status.start }
    // A fork is stamped a little before or after its process' start is.
    let tick = ProcessFiles.tick(ofMonotonic: born)
    return status.start + 1 >= tick && status.start <= tick + 1
  }
}
