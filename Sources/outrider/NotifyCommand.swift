import ArgumentParser
import Foundation
import Journal
import Notices
import Rulebook
import Sidecar
import Tmux

extension Outrider {
  struct Notify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lists the ways in which you are called, and tries them.",
      discussion: """
        They stand in ~/.config/outrider/config.yaml (docs/notifiers.md). Exit code 1: one did not arrive.
        """)

    @Flag(help: "List them, with what is wrong with the configuration.")
    var list = false

    @Flag(help: "Try them, or the one that is named: each gets a test.")
    var test = false

    @Argument(help: "The notifier's name.")
    var name: String?

    @OptionGroup var file: ConfigurationOptions

    @Option(name: [.customShort("L"), .customLong("socket-name")], help: "The tmux server, as in tmux -L.")
    var socketName: String?

    @Option(name: [.customShort("S"), .customLong("socket-path")], help: "The tmux server, as in tmux -S.")
    var socketPath: String?

    @Flag(help: "Write one JSON object a line.")
    var json = false

    func validate() throws {
      if socketName != nil, socketPath != nil { throw ValidationError("Give either -L or -S, not both.") }
      if list, test { throw ValidationError("Give either --list or --test, not both.") }
      if name != nil, !test { throw ValidationError("A name goes with --test.") }
    }

    func run() async throws {
      signal(SIGPIPE, SIG_IGN)
      let configuration = file.load()
      configuration.errors.forEach { complain("\($0)") }
      let chosen = configuration.notifiers.filter { name == nil || $0.name == name }
      if let name, chosen.isEmpty {
        let known = configuration.notifiers.map(\.name).joined(separator: ", ")
        throw Failure(
          .usage,
          "outrider notify: no notifier is named '\(name)'; "
            + (known.isEmpty ? "none is configured in \(file.path ?? "~")" : "there are: \(known)"))
      }
      if chosen.isEmpty {
        print("no notifier is configured in \(file.path ?? "~"); calls are shown on tmux's status line")
      }
      var isWell = true
      for channel in chosen {
        guard test else {
          show(channel, "at least \(channel.filter.leastSeverity.rawValue)", isWell: true)
          continue
        }
        let started = ContinuousClock.now
        let error = await attempt(channel)
        let took = Int((ContinuousClock.now - started).inSeconds * 1000)
        show(channel, error ?? "arrived in \(took) ms", isWell: error == nil)
        isWell = isWell && error == nil
      }
      if !configuration.errors.isEmpty { throw Failure(.usage) }
      if !isWell { throw Failure(.findings) }
    }

    /// Why the test did not arrive; nil when it did.
    private func attempt(_ channel: Configuration.Channel) async -> String? {
      let host = ProcessInfo.processInfo.hostName
      let call = Call.test(host: host, at: .now)
      if let board = channel.board(host: host, report: { _ in }) {
        let errors = await board.test(call)
        return errors.isEmpty
          ? nil : errors.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: "; ")
      }
      let socket: Server.Socket =
        socketName.map { .named($0) } ?? socketPath.map { .path($0) } ?? .standard
      guard let notifier = channel.notifier(server: Server(socket: socket), host: host) else { return nil }
      do throws(NotifierError) {
        try await notifier.deliver(call) { _, by in print("\(channel.name): acknowledged \(by)") }
        return nil
      } catch {
        return "\(error)"
      }
    }

    private func show(_ channel: Configuration.Channel, _ what: String, isWell: Bool) {
      if json {
        var line = JSONLine()
        line.add("name", channel.name)
        line.add("way", channel.way.word)
        line.add("ok", isWell)
        line.add("what", what)
        print(line.finished())
      } else {
        print("\(isWell ? "ok     " : "FAILED ")  \(channel.name)  (\(channel.way.word))  \(what)")
      }
      fflush(nil)
    }
  }
}

/// Where the user's configuration is.
struct ConfigurationOptions: ParsableArguments {
  @Option(
    name: .customLong("config"), help: "The configuration (default: ~/.config/outrider/config.yaml).")
  var file: String?

  private var environment: [String: String] { ProcessInfo.processInfo.environment }

  var path: String? { file ?? Configuration.path(environment: environment) }

  func load() -> Configuration {
    if let file, !FileManager.default.fileExists(atPath: file) {
      var missing = Configuration()
      missing.errors = [
        .init(
          file: file, line: 1, column: 1, message: "there is no such file; write it, or leave --config out")
      ]
      return missing
    }
    return Configuration.load(path, environment: environment)
  }
}
