import Journal
import Rulebook
import Tmux

/// Shows a call on the status line of every person who is attached to the tmux server.
struct TmuxNotifier: Notifier {
  /// How long the message stands, unless a key is pressed.
  static let milliseconds = 10_000

  private let server: Server

  var name: String { "tmux's status line" }

  init(_ server: Server) {
    self.server = server
  }

  func call(_ alert: Alert) async throws {
    let text = cleaned("Outrider: \(alert.rule) \(alert.agent.label): \(alert.text)", limit: 160)
    // tmux expands formats and times in a message; doubled, their signs stand for themselves.
    let plain = text.replacing("#", with: "##").replacing("%", with: "%%")
    let listing = try await server.run(["list-clients", "-F", "#{client_control_mode} #{client_name}"])
    for line in listing.split(separator: UInt8(ascii: "\n")) where line.starts(with: "0 ".utf8) {
      let client = String(decoding: line.dropFirst(2), as: UTF8.self)
      _ = try await server.run(["display-message", "-d", "\(Self.milliseconds)", "-c", client, plain])
    }
  }
}
