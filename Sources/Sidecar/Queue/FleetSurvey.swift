import Foundation
import Journal
import Rulebook
import Tmux

/// Who runs on a tmux server, asked without a watch: the panes in whose foreground an agent's program runs.
public struct FleetSurvey: Sendable {
  public let places: [AgentPlace]

  /// Fields are parted by tabs, which tmux takes out of what others can choose.
  private static let format =
    "#{pane_id}\t#{pane_pid}\t#{window_index}\t#{pane_index}\t#{pid}:#{start_time}\t#{socket_path}\t"
    + "#{s/[\t\n]/?/:session_name}\t#{s/[\t\n]/?/:pane_current_path}"

  /// - Throws: `TmuxError`.
  public init(_ server: Server, dialects: [Dialect]) async throws {
    let output = try await server.run(["list-panes", "-a", "-F", Self.format])
    places = String(decoding: output, as: UTF8.self).split(separator: "\n").compactMap { line in
      let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      guard fields.count == 8, let process = Int32(fields[1]) else { return nil }
      for dialect in dialects {
        guard let agent = AgentProcess.find(in: process, dialect) else { continue }
        let target = QueueTarget(
          server: (server.prefix + [fields[5]]).joined(separator: " "), instance: fields[4], pane: fields[0],
          agent: dialect.name, session: fields[6], cwd: fields[7], process: agent)
        return AgentPlace(target, window: Int(fields[2]) ?? 0, index: Int(fields[3]) ?? 0)
      }
      return nil
    }
  }

  /// Why a process may not queue: it runs below an agent, or where one works; nil when it may.
  public func objection(to process: Int32) -> String? {
    let agents = places.compactMap(\.target.process?.id)
    let line = Ancestry.of(process)
    if !Set(agents).isDisjoint(with: line) {
      return "an agent's programs queue nothing; ask the human to, in a terminal of his own"
    }
    return nil
  }
}
