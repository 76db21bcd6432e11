import Journal
import Processes
import Rulebook
import Senses
import Tmux

/// What the watcher remembers of its probes.
struct ProbesAtWork {
  /// Of one agent.
  struct Agent {
    let disk = DiskProbe()
    var readings = DiskReadings()
    var measured: Instant?
    var review: ReviewWatch?
    var looked: Instant?
    var asksGit = false
    /// How the work tree looked when it was looked at last, while the agent worked.
    var mark: WorktreeMark?
    var marked: Instant?
    /// When each of the user's probes was run, and which run now.
    var ran: [String: Instant] = [:]
    var running: Set<String> = []
    /// The agent's program, once it was seen; `hasEnded` when it has gone since.
    var process: ProcessIdentity?
    var searched: Instant?
    var hasEnded = false
  }

  /// How often it is seen what is checked out where an agent works, and whether its program is still there.
  static let checkoutInterval: Duration = .seconds(10)
  static let processInterval: Duration = .seconds(2)

  var agents: [PaneID: Agent] = [:]
  /// Panes that have gone, about which something may still be said; the newest.
  private(set) var departed: [PaneID: Watcher.Place] = [:]
  private var departures: [PaneID] = []
  /// Read when it is needed first.
  var memory: ReviewMemory?
  /// Who pushed last from a work tree that several agents share.
  var owners: [String: PaneID] = [:]
  private var told: Set<String> = []
  /// What rules emitted since it was looked at last; the newest.
  private var heard: [Fact] = []

  mutating func hear(_ emitted: Fact) {
    heard.append(emitted)
    if heard.count > 256 { heard.removeFirst() }
  }

  mutating func takeHeard() -> [Fact] {
    defer { heard = [] }
    return heard
  }

  /// Whether a trouble is told for the first time.
  mutating func isNew(_ trouble: String) -> Bool { told.count < 256 && told.insert(trouble).inserted }

  mutating func depart(_ id: PaneID, _ place: Watcher.Place) {
    departed[id] = place
    departures.append(id)
    if departures.count > 64 { departed[departures.removeFirst()] = nil }
  }
}

/// Something that takes time, done beside the watcher.
enum ProbeErrand: Sendable {
  case disks(PaneID, DiskProbe, [String])
  case review(PaneID, Checkout)
  case changes(PaneID, String)
  case edits(PaneID, root: String)
  case own(PaneID, ProbeOrder, String)
}
