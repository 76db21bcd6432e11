import Foundation
import Hands
import Processes
import Rulebook
import Tmux

/// Starting agents again, and panes whose program is another one.
extension Watcher {
  /// Starts the agent of a pane by its own command line.
  ///
  /// - Parameter process: The pane's first process.
  func start(_ relaunch: Relaunch, in id: PaneID, process: Int32) async {
    do {
      guard let client = clients[id] else { return fail(id, "its pane is not watched") }
      let condition = DeliveryGuard(pane: id, process: process)
      let delivery =
        relaunch.way == .pane
        ? try await respawn(relaunch, client, condition) : try await type(relaunch, client, condition)
      settings.logger.debug("start", metadata: ["pane": "\(id)", "delivery": "\(delivery)"])
      if delivery == .refused { fail(id, "the pane is in copy mode, or its program is another one") }
    } catch {
      fail(id, "\(error)")
    }
  }

  private func fail(_ id: PaneID, _ why: String) {
    guard let place = panes[id] else { return }
    carry(place.pane.failToStart(why, at: clock.now), to: id, process: place.info.process)
    setAlarm()
  }

  private func type(
    _ relaunch: Relaunch, _ client: ControlClient, _ condition: DeliveryGuard
  ) async throws -> Delivery {
    let line = try TypedText(pasting: relaunch.shellLine.utf8)
    guard try await client.paste(line, if: condition) == .sent else { return .refused }
    return try await client.press([.enter], if: condition)
  }

  /// The command that tmux started the pane with is used again if it says what the agent's own does.
  private func respawn(
    _ relaunch: Relaunch, _ client: ControlClient, _ condition: DeliveryGuard
  ) async throws -> Delivery {
    let id = condition.pane
    let program = relaunch.words.first?.split(separator: "/").last.map(String.init) ?? ""
    let original = try await client.send(
      TmuxCommand("display-message", "-p", "-t", "\(id)", "#{pane_start_command}")
    ).map { String(decoding: $0, as: UTF8.self) }.joined(separator: "\n")
    let isSame = relaunch.isUnchanged && !program.isEmpty && original.contains(program)
    let command =
      isSame ? nil : (relaunch.tmuxWords, Self.environment(of: relaunch.agent.id))
    let delivery = try await client.respawn(command, directory: relaunch.directory, if: condition)
    guard delivery == .sent else { return delivery }
    let answer = try await client.send(TmuxCommand("display-message", "-p", "-t", "\(id)", "#{pane_pid}"))
    if let process = answer.first.flatMap({ Int32(String(decoding: $0, as: UTF8.self)) }) {
      replace(id, process: process, at: clock.now)
    }
    return .sent
  }

  /// What a process was given as its environment, without what tmux and shells set themselves.
  private static func environment(of process: Int32) -> [String] {
    let own: Set<String> = ["TMUX", "TMUX_PANE", "PWD", "OLDPWD", "SHLVL", "_"]
    return ProcessFiles.environment(process).split(separator: 0)
      .compactMap { String(validating: $0, as: UTF8.self) }
      .filter { $0.contains("=") && !own.contains(String($0.prefix { $0 != "=" })) }
  }

  /// Another program runs in a pane: it is watched as a new one, and goes on with a restart that led to it.
  func replace(_ id: PaneID, process: Int32, at now: Instant) {
    let old = panes[id]
    guard var info = old?.info ?? departed[id], process != old?.info.process else { return }
    departed[id] = nil
    leaveProcess(of: id)
    info.process = process
    info.isDead = false
    let pane = makePane(info, isFresh: true)
    if let old {
      pane.takeOver(from: old.pane)
      carry(old.pane.end(at: now), to: id, process: old.info.process)
    }
    panes[id] = Place(pane: pane, info: info, court: old?.court ?? court(at: info.directory))
    panes[id]?.isReported = old?.isReported ?? false
    // What it has printed by now went to the one before.
    clients[id]?.resync(id)
  }
}
