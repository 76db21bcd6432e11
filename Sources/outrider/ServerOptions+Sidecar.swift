import Foundation
import Sidecar
import Tmux

extension ServerOptions {
  var isNamed: Bool { name != nil || path != nil }

  var server: Server {
    Server(socket: socket)
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

extension SidecarClient {
  /// Asks whichever sidecars run.
  static var ofThisUser: SidecarClient {
    SidecarClient(folder: RuntimeFolder(environment: ProcessInfo.processInfo.environment))
  }
}
