import Foundation
import Journal
import Tmux

extension Configuration.Channel {
  /// The notifier; nil for Alertmanager, which is told what is so and not what is new.
  ///
  /// - Parameter server: The tmux server whose people are told.
  public func notifier(server: Server, host: String) -> (any Notifier)? {
    switch way {
    case .terminal(let device): TerminalNotifier(name: name, device: device)
    case .tmux(let style): TmuxNotifier(server, name: name, style: style, limit: limit)
    case .desktop: DesktopNotifier(name: name, limit: limit)
    case .program(let path): ProgramNotifier(path, name: name, limit: limit)
    case .webhook(let way):
      WebhookNotifier(
        name: name, url: way.url, body: way.body,
        headers: way.headers.sorted { $0.key < $1.key }.map { ($0.key, Secret(.here($0.value))) }
          + (way.authorization.map { [("Authorization", $0)] } ?? []),
        secret: way.secret, host: host, limit: limit)
    case .apprise(let urls): AppriseNotifier(name: name, urls: urls, limit: limit)
    case .alertmanager: nil
    }
  }

  /// The board that keeps Alertmanager up to date; nil for every other way.
  public func board(host: String, report: @escaping @Sendable (DeliveryReport) -> Void) -> AlertBoard? {
    guard case .alertmanager(let way) = way else { return nil }
    return AlertBoard(name: name, way, filter: filter, host: host, limit: limit, report: report)
  }
}
