import ArgumentParser
import Foundation
import Hands
import Journal
import Logging
import Notices
import Rulebook
import Sidecar
import Synchronization
import Tmux

extension Outrider {
  struct Watch: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Rides beside the agents of a tmux server until you end it.",
      discussion: """
        Reads every pane by tmux's control mode, acts on what the rules forbid, and prints one line an alert.
        It never changes a window's size and touches no pane in which no agent runs.
        """)

    @OptionGroup var rules: RuleOptions
    @OptionGroup var log: LogOptions
    @OptionGroup var tmux: ServerOptions

    @Option(help: "Only this session, by name; may be repeated.")
    var session: [String] = []

    @Option(help: "A command that reaches another machine's tmux, as in --via 'ssh devbox'.")
    var via: String?

    @Flag(help: "Say what would be done, and do nothing.")
    var observe = false

    @Option(help: "Only watch by this rule, and do nothing; may be repeated.")
    var observeRule: [String] = []

    @Option(help: "Only watch this agent: its name, its pane (%3), both or its session; may be repeated.")
    var observeAgent: [String] = []

    @OptionGroup var file: ConfigurationOptions

    @Option(help: "Corrections of one agent within an hour; beyond that only you are called.")
    var capAgent = Breaker.Caps().agent

    @Option(help: "Corrections of all agents within an hour; beyond that only you are called.")
    var capFleet = Breaker.Caps().fleet

    @Option(
      help: "A program to call with an alert that needs you, as JSON on its standard input; may be repeated.")
    var notify: [String] = []

    @Flag(inversion: .prefixedNo, help: "Show what needs you on tmux's status line.")
    var tmuxMessages = true

    @Flag(inversion: .prefixedNo, help: "Watch what the agents execute, and hold what the rules say.")
    var executions = true

    @Flag(inversion: .prefixedNo, help: "Measure what is left on the file systems of the agents.")
    var disks = true

    @Flag(inversion: .prefixedNo, help: "Ask gh about the pull requests of the agents' branches.")
    var reviews = true

    @Flag(help: "End another outrider that watches this server, and go on in its place.")
    var takeOver = false

    @Flag(help: "Print alerts as JSON, one a line.")
    var json = false

    @Flag(help: "Tell on standard error every fact that is seen and every key that is sent.")
    var verbose = false

    func validate() throws {
      for program in notify where !FileManager.default.isExecutableFile(atPath: program) {
        throw ValidationError("--notify \(program): there is no such program; give its full path.")
      }
    }

    func run() async throws {
      signal(SIGPIPE, SIG_IGN)
      let library = try rules.load(withProject: false)
      library.errors.forEach { complain("\($0)") }
      for rule in observeRule where !library.rulebook.rules.contains(where: { $0.id == rule }) {
        throw ValidationError("--observe-rule \(rule): no rule is called so; see: outrider rules list")
      }
      let server = self.server
      let panes = ServerWatch(server: server, sessions: session.isEmpty ? .all : .named(Set(session)))
      _ = try await reachable(server)
      let key = try await identity(of: server)
      let lock = try await takeLock(server, key)
      defer { withExtendedLifetime(lock) {} }
      let configuration = file.load()
      configuration.errors.forEach { complain("outrider: WARNING: \($0)") }
      let alerts = AlertLog(try log.path(), rotation: configuration.rotation)
      await tryLog(alerts)
      var settings = Watcher.Settings()
      settings.isObserving = observe
      settings.observedRules = observeRule
      settings.caps = Breaker.Caps(agent: capAgent, fleet: capFleet)
      settings.observedAgents = observeAgent
      settings.stopFile = StopFile(environment: ProcessInfo.processInfo.environment)
      settings.server = key
      settings.followsProjects = rules.userRules
      settings.executions = executions(of: key)
      settings.probes = probes
      settings.queue = QueueStore.defaultPath(environment: ProcessInfo.processInfo.environment)
      settings.calls = calls(by: configuration, key)
      settings.showsInTmux = tmuxMessages && !configuration.notifiers.contains { $0.way.word == "tmux" }
      if verbose {
        settings.logger = Logger(label: "outrider") { StreamLogHandler.standardError(label: $0) }
        settings.logger.logLevel = .debug
      }
      // Whoever reads this may end it at once.
      let screen = WatchScreen(
        json: json,
        greeting: "watching the tmux server on \(server)\(observe ? ", observing only" : ""); "
          + "alerts go to \(alerts.path)")
      let watcher = Watcher(
        panes, library: library, log: alerts, notifiers: notify.map { ProgramNotifier($0) },
        settings: settings
      ) { screen.show($0) }
      let socket = openSocket(key, watcher)
      defer { socket?.stop() }
      let task = Task { await watcher.run() }
      let signals = WatchSignals(
        end: { task.cancel() },
        reload: { Task { await reload(watcher, key, screen) } })
      let reminder = Task {
        try await Task.sleep(for: .seconds(2))
        if await !watcher.seesAgents {
          screen.note("no agent is seen in any pane yet; start one (claude, codex) in tmux and it is watched")
        }
      }
      await task.value
      reminder.cancel()
      signals.stop()
    }

    /// Rules and configuration as they are now; each part that is broken leaves its former in force.
    private func reload(_ watcher: Watcher, _ key: String, _ screen: WatchScreen) async {
      await watcher.reloadRules()
      let configuration = file.load()
      guard configuration.errors.isEmpty else {
        configuration.errors.forEach { complain("outrider: WARNING: \($0)") }
        complain("outrider: WARNING: the configuration from before stays in force")
        return
      }
      await watcher.adopt(calls(by: configuration, key))
      screen.note("the configuration was read again: \(configuration.notifiers.count) notifiers")
    }

    private var server: Server {
      Server(socket: tmux.socket, prefix: via?.split(separator: " ").map(String.init) ?? [])
    }

    /// A server that is not there is told at once, with what to do.
    private func reachable(_ server: Server) async throws {
      do {
        _ = try await server.sessions()
      } catch let error as TmuxError {
        throw Failure(.missing, "outrider watch: \(error)")
      }
    }

    private func takeLock(_ server: Server, _ key: String) async throws -> WatchLock {
      let directory = runtimeFolder.url
      let name = "the tmux server on \(server)"
      do {
        return try WatchLock(server: name, key: key, in: directory)
      } catch let taken as WatchLock.Taken where takeOver && taken.pid > 0 {
        kill(taken.pid, SIGTERM)
        for _ in 0..<100 {
          if let lock = try? WatchLock(server: name, key: key, in: directory) { return lock }
          try await Task.sleep(for: .milliseconds(50))
        }
        throw Failure(
          .missing, "outrider watch: pid \(taken.pid) does not end; end it with: kill -9 \(taken.pid)")
      } catch let taken as WatchLock.Taken {
        throw Failure(.missing, "outrider watch: \(taken)")
      } catch {
        throw Failure(.missing, "outrider watch: \(directory.path) cannot be written; set XDG_RUNTIME_DIR")
      }
    }

    private var runtimeFolder: RuntimeFolder {
      RuntimeFolder(environment: ProcessInfo.processInfo.environment)
    }

    /// The same for everybody who means this server: by -L, by -S, by $TMUX or by default.
    private func identity(of server: Server) async throws -> String {
      do {
        let path = try await server.run(["display-message", "-p", "#{socket_path}"])
        let line = String(decoding: path, as: UTF8.self).trimmingCharacters(in: .newlines)
        return (server.prefix + [line]).joined(separator: " ")
      } catch let error as TmuxError {
        throw Failure(.missing, "outrider watch: \(error)")
      }
    }

    /// How the human is called, as the configuration says.
    private func calls(by configuration: Configuration, _ key: String) -> CallSettings {
      let state = StateFolder(environment: ProcessInfo.processInfo.environment)
      return CallSettings(configuration, server: server, key: key, state: state)
    }

    /// How executions are watched; another machine's cannot be.
    private func executions(of key: String) -> ExecWatch.Settings? {
      guard executions else { return nil }
      guard server.prefix.isEmpty else { return nil }
      var own = ExecWatch.Settings()
      guard runtimeFolder.isOurs else { return own }
      for (process, deed) in LeftFrozen.settle(in: runtimeFolder.path) where deed != .gone {
        complain("outrider: a watch that was killed had left process \(process) frozen; it was \(deed)")
      }
      own.lease = runtimeFolder.lease(of: key)
      own.guardian = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().path
      return own
    }

    /// What is probed; another machine's files and logins cannot be.
    private var probes: ProbeSettings? {
      guard server.prefix.isEmpty else { return nil }
      var own = ProbeSettings()
      if !disks { own.disks = nil }
      if !reviews { own.reviews = nil }
      return own
    }

    /// Where hooks ask; without it they judge alone, which is said.
    private func openSocket(_ key: String, _ watcher: Watcher) -> SidecarSocket? {
      do throws(SidecarSocket.Unavailable) {
        return try SidecarSocket(runtimeFolder.socket(of: key), in: runtimeFolder) { message, peer in
          await watcher.answer(message, from: peer)
        }
      } catch {
        complain("outrider: WARNING: \(error)")
        return nil
      }
    }

    /// A log that cannot be written is said at once and loudly; what the agents do is acted on all the same.
    private func tryLog(_ alerts: AlertLog) async {
      do {
        for notice in try await alerts.check() { complain("outrider: \(notice)") }
      } catch {
        complain("outrider: WARNING: \(error)")
        complain("outrider: WARNING: alerts are acted on and shown here, but not kept")
      }
    }
  }
}

/// What the terminal shows while Outrider watches.
private final class WatchScreen: Sendable {
  private let json: Bool
  private let rendering: Rendering
  private let isUnread = Atomic(false)
  private let greeting: String
  private let hasGreeted = Atomic(false)

  init(json: Bool, greeting: String) {
    self.json = json
    self.greeting = greeting
    rendering = Rendering.standardOutput()
  }

  func show(_ report: Watcher.Report) {
    switch report {
    case .reached:
      note(
        hasGreeted.exchange(true, ordering: .relaxed)
          ? "the tmux server is there again and is watched" : greeting)
    case .sees(let agent): note("sees \(agent.label)\(agent.session.map { " in session \($0)" } ?? "")")
    case .alert(let alert): out(json ? alert.json : rendering.line(alert))
    case .call(let alert):
      if !json { out("\(isatty(STDOUT_FILENO) == 1 ? "\u{7}" : "")NEEDS YOU: \(rendering.line(alert))") }
    case .trouble(let text): complain("outrider: WARNING: \(text)")
    case .note(let text): note(text)
    }
  }

  func note(_ text: String) {
    if json { complain("outrider: \(text)") } else { out("outrider: \(text)") }
  }

  private func out(_ line: String) {
    guard !emit(line, to: .standardOutput), !isUnread.exchange(true, ordering: .relaxed) else { return }
    complain("outrider: WARNING: standard output cannot be written; watching goes on, alerts go to the log")
  }
}
