import ArgumentParser
import Tmux

/// Which tmux server is meant, the same for every command that speaks to one.
struct ServerOptions: ParsableArguments {
  @Option(name: [.customShort("L"), .customLong("socket-name")], help: "The tmux server, as in tmux -L.")
  var name: String?

  @Option(name: [.customShort("S"), .customLong("socket-path")], help: "The tmux server, as in tmux -S.")
  var path: String?

  func validate() throws {
    if name != nil, path != nil { throw ValidationError("Give either -L or -S, not both.") }
  }

  var socket: Server.Socket { name.map { .named($0) } ?? path.map { .path($0) } ?? .standard }
}
