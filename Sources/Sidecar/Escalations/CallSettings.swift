import Foundation
import Journal
import Notices
import Rulebook
import Synchronization
import Tmux

/// How the human is called by a watch.
public struct CallSettings: Sendable {
  public var policy = EscalationPolicy()
  public var channels: [Configuration.Channel] = []
  public var heartbeat = Heartbeat.Settings()
  /// What the watch keeps for the next one; nil for nothing.
  public var state: StateFolder.Watch?
  /// The tmux server whose people are told, and its name.
  public var server = Server()
  public var key = ""
  public var host = ProcessInfo.processInfo.hostName

  public init() {}

  /// As the user's configuration says.
  public init(_ configuration: Configuration, server: Server, key: String, state: StateFolder?) {
    policy = configuration.escalations
    channels = configuration.notifiers
    heartbeat = configuration.heartbeat
    self.server = server
    self.key = key
    self.state = state?.watch(RuntimeFolder.shortName(of: key))
  }
}

/// What ends the troubles that are open, for those who see facts: asking it costs next to nothing.
final class Awaited: Sendable {
  private let cures = Mutex<[String: [Cure]]>([:])

  func set(_ escalations: Escalations) {
    let next = Dictionary(grouping: escalations.open.filter { $0.cure != .human }, by: \.agent)
      .mapValues { $0.map(\.cure) }
    cures.withLock { $0 = next }
  }

  func isEnded(by fact: Fact) -> Bool {
    cures.withLock { $0[fact.agent]?.contains { $0.isSeen(in: fact) } ?? false }
  }

  var agents: [String] { cures.withLock { Array($0.keys) } }
}
