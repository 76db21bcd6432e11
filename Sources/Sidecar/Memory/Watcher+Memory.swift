import Foundation
import Journal
import Notices
import Processes
import Rulebook
import Tmux

/// What is remembered of agents that no judge of this watch knows.
struct Remembering {
  /// Those of the watch before, until they are seen again.
  var unclaimed: [String: FleetMemory.Agent] = [:]
  var fleets: [String: AgentMemory] = [:]
  /// For how long nobody looked before this watch.
  var gap: Duration = .zero
  /// Those whose panes are out of reach at the moment: their judges know them still.
  var left: [String: FleetMemory.Agent] = [:]
  /// When the process of an agent was looked for.
  var searched: [String: Instant] = [:]

  var isEmpty: Bool { unclaimed.isEmpty && fleets.isEmpty && left.isEmpty }
}

/// Writes it, one after the other and apart from the panes, which do not wait for the disk.
actor MemoryClerk {
  let file: FleetMemoryFile

  init(_ file: FleetMemoryFile) {
    self.file = file
  }

  func write(_ memory: FleetMemory) {
    // Where it cannot be written, the log cannot either, and says so.
    try? file.write(memory)
  }
}

/// Hands what rules count and wait for from one watch to the next.
extension Watcher {
  /// How often it is looked whether there is something new.
  private static let interval = Duration.seconds(3)
  /// While a rule waits for silence, it is written so often that the silence was heard.
  private static let pulse = Duration.seconds(15)
  private static let searchInterval = Duration.seconds(1)

  /// Reads what the watch before knew.
  func recallFleet() {
    guard let file = clerk?.file else { return }
    do throws(FleetMemoryFile.Unreadable) {
      guard let kept = try file.read() else { return }
      let (memory, gap) = kept.turned(to: clock.now, wall: .now)
      remembering.unclaimed = memory.agents
      remembering.fleets = memory.fleets
      remembering.gap = gap
    } catch {
      office.report(.trouble("\(error)"))
    }
  }

  /// Takes up what the watch before knew of the pane's agent, once it is sure that it is the same.
  func recall(_ id: PaneID, at now: Instant) {
    let agent = "\(id)"
    guard !remembering.isEmpty, let place = panes[id], place.pane.reader.dialect != nil else { return }
    remembering.left[agent] = nil
    if !remembering.fleets.isEmpty, let project = courts.open.first(where: { $0.value === place.court })?.key,
      let fleet = remembering.fleets.removeValue(forKey: project)
    {
      place.court.judge.recall(fleet, of: "", at: now, unseen: remembering.gap)
    }
    guard let kept = remembering.unclaimed[agent],
      remembering.searched[agent].map({ now - $0 >= Self.searchInterval }) ?? true
    else { return }
    remembering.searched[agent] = now
    guard let process = agentProcess(of: id) else { return }
    remembering.unclaimed[agent] = nil
    remembering.searched[agent] = nil
    guard process == kept.process else { return }
    place.court.judge.recall(kept.memory, of: agent, at: now, unseen: remembering.gap)
    settings.logger.debug("recalls", metadata: ["pane": "\(id)", "process": "\(process)"])
  }

  /// The pane goes, perhaps only because tmux cannot be reached.
  func remember(_ id: PaneID) {
    guard clerk != nil, let place = panes[id], let process = agentProcess(of: id),
      let memory = place.court.judge.memories()["\(id)"]
    else { return }
    remembering.left["\(id)"] = FleetMemory.Agent(process: process, memory: memory)
  }

  /// Writes down what is new until the watch is over.
  func followMemory() async {
    guard let clerk else { return }
    var last: FleetMemory?
    while !Task.isCancelled, !isOver {
      try? await Task.sleep(for: Self.interval)
      guard !Task.isCancelled, !isOver else { return }
      let memory = fleetMemory()
      if let last, memory.tellsSame(as: last), !memory.isWaiting || memory.at - last.at < Self.pulse {
        continue
      }
      if last == nil, memory.isEmpty { continue }
      await clerk.write(memory)
      last = memory
    }
  }

  /// Writes what is known at the end.
  func keepMemory() async {
    guard let clerk else { return }
    await clerk.write(fleetMemory())
  }

  /// What is known now.
  private func fleetMemory() -> FleetMemory {
    var fleet = FleetMemory(boot: FleetMemoryFile.boot, saved: .now, at: clock.now)
    remembering.left = remembering.left.filter { $0.value.process.isAlive }
    remembering.unclaimed = remembering.unclaimed.filter { $0.value.process.isAlive }
    fleet.agents = remembering.unclaimed.merging(remembering.left) { $1 }
    fleet.fleets = remembering.fleets
    for (project, court) in courts.open {
      let memories = court.judge.memories()
      if let own = memories[""], !own.isEmpty { fleet.fleets[project] = own }
      for (id, place) in panes where place.court === court && fleet.agents.count < FleetMemory.mostAgents {
        guard let memory = memories["\(id)"], let process = agentProcess(of: id) else { continue }
        fleet.agents["\(id)"] = FleetMemory.Agent(process: process, memory: memory)
      }
    }
    return fleet
  }
}
