import Foundation
import Journal

/// What a watch keeps for the next one, in a folder for each tmux server.
public struct StateFolder: Sendable, Equatable {
  public let path: String

  public init(_ path: String) {
    self.path = path
  }

  /// `$XDG_STATE_HOME/outrider`, or that under `~/.local/state`; nil when there is no home.
  public init?(environment: [String: String]) {
    guard let log = AlertLog.defaultPath(environment: environment) else { return nil }
    path = URL(filePath: log).deletingLastPathComponent().path
  }

  /// What the watch of one tmux server keeps.
  public struct Watch: Sendable, Equatable {
    public let path: String

    public var heartbeat: StateFile<Heartbeat> { StateFile("\(path)/heartbeat.json") }
    public var escalations: StateFile<Escalations> { StateFile("\(path)/escalations.json") }
    public func outbox(of notifier: String) -> String { "\(path)/outbox/\(notifier).json" }
  }

  /// - Parameter name: A short name of the server, as a file can have it.
  public func watch(_ name: String) -> Watch { Watch(path: "\(path)/watches/\(name)") }

  /// All that are or were, at most 64.
  public var watches: [Watch] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(path)/watches")) ?? []
    return names.sorted().prefix(64).map { watch($0) }
  }

  /// The troubles that are open in any watch, as they were written down last.
  public var openTroubles: [Escalation] {
    watches.flatMap { $0.escalations.read()?.open ?? [] }
  }
}
