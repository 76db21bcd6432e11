import ArgumentParser
import Foundation
import Journal
import Notices
import Rulebook
import Sidecar
import Synchronization

extension Outrider {
  struct Tail: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Prints the alert log, one line an alert.",
      discussion: "Colours show the severity on a terminal, unless NO_COLOR is set.")

    @OptionGroup var log: LogOptions

    @Flag(name: .shortAndLong, help: "Go on with what is written from now on, over rotations.")
    var follow = false

    @Option(
      name: [.customShort("n"), .customLong("lines")], help: "How many of the last lines to print first.")
    var lines: Int?

    @Option(help: "Only what was written so long ago or later, as in 2h; then -n counts only if it is given.")
    var since: String?

    @Flag(help: "Print below each alert why it was raised, what to do instead, and what shows it.")
    var full = false

    @Flag(
      inversion: .prefixedNo,
      help: "Join alerts of one agent, rule and text that follow each other into one line with their number.")
    var groups = true

    @Flag(help: "Print the lines as they are, JSON, each by itself.")
    var json = false

    @Option(help: "Only this rule; may be repeated.")
    var rule: [String] = []

    @Option(help: "Only this agent: its name, its pane (%3), or both (claude-code:%3); may be repeated.")
    var agent: [String] = []

    @Option(help: "Only this severity and above: info, warning or critical.")
    var severity = Severity.info

    func validate() throws {
      if let lines, lines < 0 { throw ValidationError("-n is a number of lines, 0 or more.") }
      if let since, Duration(spelled: since) == nil {
        throw ValidationError("--since \(since): write a time as in 2h or 1h30m.")
      }
    }

    func run() async throws {
      let path = try log.path()
      let earliest = since.flatMap { Duration(spelled: $0) }.map { WallTime.now + (.zero - $0) }
      let filter = AlertFilter(
        rules: Set(rule), agents: Set(agent), leastSeverity: severity, since: earliest)
      var reader = AlertReader(path, from: .oldest, filter: filter)
      var last = AlertRuns(
        isGrouping: groups && !json, limit: lines ?? (earliest == nil ? 10 : Self.most))
      repeat {
        try poll(&reader).forEach { last.take($0) }
      } while reader.isBehind
      if last.isEmpty, !follow, !FileManager.default.fileExists(atPath: path) {
        throw log.missing(path, for: "tail")
      }
      let isTerminal = isatty(STDOUT_FILENO) == 1
      var view = TailView(
        Rendering.standardOutput(), isFull: full, isGrouping: groups, isTerminal: isTerminal)
      write(json ? TailView.json(last) : view.begin(last))
      let clock = LiveClock()
      let isOver = Mutex(false)
      // What waits on a pipe to be told together is told at the end.
      let signals = follow ? EndSignals { isOver.withLock { $0 = true } } : nil
      defer { signals?.stop() }
      while follow, !isOver.withLock({ $0 }) {
        try await Task.sleep(for: .milliseconds(100))
        let events = try poll(&reader)
        if json {
          events.forEach { write(TailView.json($0)) }
          continue
        }
        if !events.isEmpty, isTerminal { view.rendering = Rendering.standardOutput() }
        let height = Terminal.size.rows
        for event in events { write(view.take(event, height: height, at: clock.now)) }
        write(view.tick(at: clock.now))
      }
      write(view.tell())
    }

    private func poll(_ reader: inout AlertReader) throws -> [AlertReader.Event] {
      do {
        return try reader.poll()
      } catch {
        throw Failure(.missing, "outrider tail: \(error)")
      }
    }

    /// Lines that are printed at once at most.
    private static let most = 100_000

    private func write(_ output: [TailView.Output]) {
      for item in output {
        switch item {
        case .line(let text): print(text)
        case .erase(let rows): print("\u{1B}[\(rows)A\r\u{1B}[J", terminator: "")
        case .note(let text):
          fflush(nil)
          complain(text)
        }
      }
      if !output.isEmpty { fflush(nil) }
    }
  }
}

extension Rendering {
  /// As the standard output can show it: its width, and colours unless NO_COLOR is set.
  static func standardOutput() -> Rendering {
    let isTerminal = isatty(STDOUT_FILENO) == 1
    var size = winsize()
    let width =
      isTerminal && ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
      ? Int(size.ws_col) : nil
    let isPlain = ProcessInfo.processInfo.environment["NO_COLOR"].map { !$0.isEmpty } ?? false
    return Rendering(width: width, colours: isTerminal && !isPlain)
  }
}

extension Severity: ExpressibleByArgument {}

/// Where the alert log is.
struct LogOptions: ParsableArguments {
  @Option(
    name: .customLong("log"),
    help: "The alert log (default: ~/.local/state/outrider/alerts.jsonl).")
  var file: String?

  func path() throws -> String {
    guard let path = file ?? AlertLog.defaultPath(environment: ProcessInfo.processInfo.environment) else {
      throw Failure(.usage, "outrider: $HOME is not set; name the alert log with --log")
    }
    return path
  }

  /// The path of a log that is there.
  ///
  /// - Throws: `Failure`, in the words of the command that asks.
  func existing(for command: String) throws -> String {
    let path = try path()
    guard FileManager.default.fileExists(atPath: path) else { throw missing(path, for: command) }
    return path
  }

  func missing(_ path: String, for command: String) -> Failure {
    Failure(.missing, "outrider \(command): there is no alert log at \(path) yet; start `outrider watch`")
  }

  /// All lines that the log has now, from the oldest on.
  ///
  /// - Throws: `Failure`, in the words of the command that asks.
  static func alerts(
    in path: String, _ filter: AlertFilter = AlertFilter(), for command: String, _ body: (Alert) -> Void
  ) throws {
    var reader = AlertReader(path, from: .oldest, filter: filter)
    do throws(JournalError) {
      repeat {
        for case .alert(let alert) in try reader.poll() { body(alert) }
      } while reader.isBehind
    } catch {
      throw Failure(.missing, "outrider \(command): \(error)")
    }
  }
}
