import ArgumentParser
import Foundation
import Sidecar
import Tmux

/// Which tmux server a command means.
struct TmuxServerOptions: ParsableArguments {
  @Option(name: [.customShort("L"), .customLong("socket-name")], help: "The tmux server, as in tmux -L.")
  var socketName: String?

  @Option(name: [.customShort("S"), .customLong("socket-path")], help: "The tmux server, as in tmux -S.")
  var socketPath: String?

  func validate() throws {
    if socketName != nil, socketPath != nil { throw ValidationError("Give either -L or -S, not both.") }
  }

  var isNamed: Bool { socketName != nil || socketPath != nil }

  var server: Server {
    Server(socket: socketName.map { .named($0) } ?? socketPath.map { .path($0) } ?? .standard)
  }

  /// The path of its socket, by which sidecars know it; nil when no server is there.
  func key() async -> String? {
    guard let path = try? await server.run(["display-message", "-p", "#{socket_path}"]) else { return nil }
    return String(decoding: path, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// Asks sidecars: that of the server that was named, or else whoever is there, this terminal's first.
  func client() async throws -> SidecarClient {
    let named = isNamed ? await key() : nil
    if isNamed, named == nil { throw Failure(.missing, "outrider: no tmux server runs on \(server)") }
    let own = ProcessInfo.processInfo.environment["TMUX"]?.split(separator: ",").first.map(String.init)
    return SidecarClient(
      folder: RuntimeFolder(environment: ProcessInfo.processInfo.environment), tmuxSocket: named ?? own)
  }
}
