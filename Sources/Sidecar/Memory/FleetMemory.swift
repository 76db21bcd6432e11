import Foundation
import Journal
import Notices
import Processes
import Rulebook

/// What rules remember of a fleet, for the next watch of the same tmux server.
struct FleetMemory: Codable, Sendable, Equatable {
  /// An agent, by its process: whatever else runs in its pane by then is not meant.
  struct Agent: Codable, Sendable, Equatable {
    let process: ProcessIdentity
    var memory: AgentMemory
  }

  /// Of how it is written.
  static let current = 1
  /// Agents beyond that are forgotten.
  static let mostAgents = 256

  var version = Self.current
  /// Names the run of the machine: starts of processes are counted from its beginning.
  var boot: String
  /// When it was written, by the clock on the wall and by that of the facts.
  var saved: WallTime
  var at: Instant
  /// By the pane.
  var agents: [String: Agent] = [:]
  /// What is counted over all agents, by the project whose rules count it.
  var fleets: [String: AgentMemory] = [:]

  init(boot: String, saved: WallTime, at: Instant) {
    (self.boot, self.saved, self.at) = (boot, saved, at)
  }

  /// Whether there is something to be kept.
  var isEmpty: Bool { agents.isEmpty && fleets.isEmpty }

  /// Whether time alone makes a rule fire.
  var isWaiting: Bool { agents.values.contains { $0.memory.isWaiting } }

  /// Whether both tell the same, whenever they were written.
  func tellsSame(as other: FleetMemory) -> Bool { agents == other.agents && fleets == other.fleets }

  /// The same by the clock of a watch that starts now, and for how long nobody looked. A clock on the wall that was
  /// set back counts as no time.
  func turned(to now: Instant, wall: WallTime) -> (memory: FleetMemory, gap: Duration) {
    let gap = max(wall - saved, .zero)
    var turned = self
    let offset = (now - at) - gap
    turned.agents = agents.mapValues {
      Agent(process: $0.process, memory: $0.memory.turned(by: offset, now: now))
    }
    turned.fleets = fleets.mapValues { $0.turned(by: offset, now: now) }
    (turned.saved, turned.at) = (wall, now)
    return (turned, gap)
  }
}

/// Where a watch keeps what its rules remember.
struct FleetMemoryFile: Sendable {
  /// It is there and cannot be taken up.
  struct Unreadable: Error, CustomStringConvertible {
    let path: String
    let why: String

    var description: String {
      "what rules remembered of the agents is ignored, \(path) \(why); counts and cool-downs begin anew, and the "
        + "file is written anew"
    }
  }

  let path: String

  private static let longest = 8 << 20

  /// Names the run of the machine; empty where it has no name.
  static let boot: String = {
    let bytes = (try? RegularFile.bytes(of: "/proc/sys/kernel/random/boot_id", atMost: 4096)) ?? []
    return String(decoding: bytes.prefix { $0 != 0x0A }, as: UTF8.self)
  }()

  /// - Returns: nil when there is none, or none of this run of the machine.
  func read() throws(Unreadable) -> FleetMemory? {
    struct Version: Decodable { let version: Int }
    guard access(path, F_OK) == 0 else { return nil }
    let data: Data
    do throws(RegularFile.Failure) {
      data = Data(
        try RegularFile.bytes(of: path, atMost: Self.longest, flags: O_NOFOLLOW) { $0.st_uid == geteuid() })
    } catch {
      let why =
        switch error {
        case .unreadable: "cannot be read"
        case .notRegular: "is no file"
        case .tooLong: "is too long"
        case .unwanted: "is somebody else's"
        }
      throw Unreadable(path: path, why: why)
    }
    guard let version = try? JSONDecoder().decode(Version.self, from: data) else {
      throw Unreadable(path: path, why: "is damaged")
    }
    guard version.version == FleetMemory.current else {
      throw Unreadable(path: path, why: "was written by another version of Outrider")
    }
    guard let memory = try? JSONDecoder().decode(FleetMemory.self, from: data) else {
      throw Unreadable(path: path, why: "is damaged")
    }
    return memory.boot == Self.boot ? memory : nil
  }

  /// - Throws: `NotifierError`.
  func write(_ memory: FleetMemory) throws(NotifierError) {
    try StateFile<FleetMemory>(path).write(memory)
  }
}

extension StateFolder.Watch {
  /// Windows, counts, cool-downs, ladders and clocks count for the next watch as well.
  var memory: FleetMemoryFile { FleetMemoryFile(path: "\(path)/memory.json") }
}
