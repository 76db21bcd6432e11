import Processes

/// Whether an agent or what it has started gets on, as the kernel sees it, though nothing is shown and nothing is
/// executed.
///
/// An agent that waits for its model redraws its timer all the same: neither its processor time nor what it reads and
/// writes tells thinking from a model that has ceased to answer. What it receives over the network does.
struct AgentPulse {
  /// What was read at one time.
  struct Reading: Equatable {
    /// Bytes received on each connection of the agent's own process; nil when that cannot be told.
    var received: [UInt64: UInt64]?
    /// Of the processes below it.
    var work: [ProcessIdentity: ProcessWork] = [:]
  }

  /// How often it is felt.
  static let interval: Duration = .seconds(5)
  /// So little is done in that time by what only keeps itself alive: servers of tools, watchers of files.
  private static let idleTicks: UInt64 = 5
  private static let idleBytes: UInt64 = 64
  private static let mostProcesses = 256

  private var last: Reading?

  /// Whether something has moved since the reading before.
  mutating func feel(_ reading: Reading) -> Bool {
    defer { last = reading }
    guard let last else { return false }
    if let received = reading.received, let before = last.received,
      received.contains(where: { $0.value > before[$0.key] ?? 0 })
    {
      return true
    }
    var (ticks, bytes): (UInt64, UInt64) = (0, 0)
    for (process, work) in reading.work {
      let before = last.work[process] ?? ProcessWork(ticks: 0, written: 0)
      ticks += work.ticks > before.ticks ? work.ticks - before.ticks : 0
      bytes += work.written > before.written ? work.written - before.written : 0
    }
    return ticks >= Self.idleTicks || bytes >= Self.idleBytes
  }

  static func read(_ root: Int32) -> Reading {
    var reading = Reading(received: ProcessConnections.received(by: root))
    var parents = [root]
    while let parent = parents.popLast(), reading.work.count < mostProcesses {
      for child in ProcessFiles.children(parent) {
        guard let identity = ProcessIdentity(child), let work = ProcessWork(child) else { continue }
        reading.work[identity] = work
        parents.append(child)
      }
    }
    return reading
  }
}
