import ArgumentParser
import Foundation
import Journal
import Sidecar

extension Outrider {
  struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Shows which agent needs you now, and what all of them do.",
      discussion: """
        The first line says who needs you and why. Then a row for each agent: repository and branch, state and for how \
        long, context left, how much is queued, the last alert; below it what it waits for and what is queued or held.
        """)

    @Flag(name: .shortAndLong, help: "Repaint it in place until you end it.")
    var watch = false

    @Flag(help: "Print one JSON object an agent and line.")
    var json = false

    @OptionGroup var server: ServerOptions

    func run() async throws {
      let client = try await server.client()
      guard watch else { return try show(ask(client)) }
      if !json, isatty(STDOUT_FILENO) == 1 { return try await repaint(client) }
      // A pipe: all of it, whenever it is another than before.
      var last: [String] = []
      while true {
        let now = try lines(ask(client))
        if now != last { now.forEach { print($0) } }
        fflush(nil)
        last = now
        try await Task.sleep(for: .seconds(1))
      }
    }

    private func ask(_ client: SidecarClient) throws -> [FleetStatus] {
      let answers: [Message]
      do {
        answers = try client.askAll(Message("status"), onlyPreferred: server.isNamed, limit: .seconds(5))
      } catch {
        throw Failure(.missing, "outrider status: \(error)")
      }
      return try answers.map { answer in
        guard answer.verb == "ok",
          let fleet = try? JSONDecoder().decode(FleetStatus.self, from: Data(answer.body))
        else {
          throw Failure(
            .missing,
            "outrider status: the watch gives no status (\(answer.fields["why"] ?? "it is of another version")); "
              + "start it again")
        }
        return fleet
      }
    }

    private func show(_ fleets: [FleetStatus]) throws {
      try lines(fleets).forEach { print($0) }
    }

    private func lines(_ fleets: [FleetStatus]) throws -> [String] {
      guard json else {
        let view = Rendering.standardOutput()
        return StatusTable(width: view.width, colours: view.colours).lines(fleets)
      }
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      return try fleets.flatMap { fleet in
        try fleet.agents.map { agent in
          String(decoding: try encoder.encode(AgentLine(agent: agent, fleet: fleet)), as: UTF8.self)
        }
      }
    }

    /// Until it is ended by a signal; the cursor is there again then.
    private func repaint(_ client: SidecarClient) async throws {
      let signals = EndSignals {
        _ = Terminal.write(Repainting.end)
        Foundation.exit(0)
      }
      defer {
        signals.stop()
        _ = Terminal.write(Repainting.end)
      }
      // Said at once where there is nothing to show.
      var fleets = try ask(client)
      var painting = Repainting()
      guard Terminal.write(Repainting.begin) else { return }
      while true {
        let size = Terminal.size
        let table = StatusTable(width: size.columns, colours: Rendering.standardOutput().colours)
        let all =
          fleets.isEmpty ? ["no watch is running; waiting for one: outrider watch"] : table.lines(fleets)
        guard Terminal.write(painting.paint(all, width: size.columns, height: size.rows)) else { return }
        try await Task.sleep(for: .milliseconds(500))
        fleets = (try? ask(client)) ?? []
      }
    }
  }
}

/// An agent's line in `--json`: with when and where it was seen, and what it needs a human for.
private struct AgentLine: Encodable {
  let agent: AgentStatus
  let fleet: FleetStatus

  private enum Keys: String, CodingKey {
    case v, time, server, needs
  }

  func encode(to encoder: any Encoder) throws {
    try agent.encode(to: encoder)
    var line = encoder.container(keyedBy: Keys.self)
    try line.encode(fleet.v, forKey: .v)
    try line.encode(fleet.time, forKey: .time)
    try line.encode(fleet.server, forKey: .server)
    try line.encodeIfPresent(agent.need?.text, forKey: .needs)
  }
}

/// The terminal that standard output is.
enum Terminal {
  static var size: (columns: Int, rows: Int) {
    var size = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
      return (80, 24)
    }
    return (Int(size.ws_col), Int(size.ws_row))
  }

  /// False when nobody takes it any more.
  static func write(_ text: String) -> Bool {
    text.isEmpty || (try? FileHandle.standardOutput.write(contentsOf: Data(text.utf8))) != nil
  }
}
