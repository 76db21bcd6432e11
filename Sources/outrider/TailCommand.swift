import ArgumentParser
import Foundation
import Journal
import Notices
import Rulebook

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

    @Flag(help: "Print the lines as they are, JSON.")
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
      let filter = AlertFilter(rules: Set(rule), agents: Set(agent), leastSeverity: severity)
      var reader = AlertReader(path, from: .oldest, filter: filter)
      let view = Rendering.standardOutput()
      var shown = ShownAlerts()
      let earliest = since.flatMap { Duration(spelled: $0) }.map { WallTime.now + (.zero - $0) }
      let lines = lines ?? (earliest == nil ? 10 : Self.most)
      var last: [AlertReader.Event] = []
      repeat {
        last += try poll(&reader).filter { event in
          guard let earliest, case .alert(let alert) = event else { return true }
          return (alert.updated ?? alert.time) >= earliest
        }
        if last.count - lines > 1024, last.count / 4 > lines { last.removeFirst(last.count - lines) }
      } while reader.isBehind
      last.suffix(lines).forEach { show($0, view, &shown) }
      if last.isEmpty, !follow, !FileManager.default.fileExists(atPath: path) {
        throw Failure(.missing, "outrider tail: there is no alert log at \(path) yet; start `outrider watch`")
      }
      while follow {
        try await Task.sleep(for: .milliseconds(100))
        try poll(&reader).forEach { show($0, view, &shown) }
      }
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

    private func show(_ event: AlertReader.Event, _ view: Rendering, _ shown: inout ShownAlerts) {
      if case .alert(let alert) = event {
        print(json ? alert.json : view.line(alert, isFirst: shown.isFirst(alert.id)))
        if full, !json { view.details(alert).forEach { print("         \($0)") } }
      } else if let note = view.note(event) {
        complain(note)
      }
      fflush(nil)
    }
  }
}

/// Which alerts have a line already.
private struct ShownAlerts {
  private static let most = 4096
  private var ids: Set<String> = []

  mutating func isFirst(_ id: String) -> Bool {
    // One that comes up again after so many others stands better by itself.
    if ids.count >= Self.most { ids = [] }
    return ids.insert(id).inserted
  }
}

extension Rendering {
  /// What a line has no room for: the reason, the advice, and what shows it.
  fileprivate func details(_ alert: Alert) -> [String] {
    let alert = alert.legible()
    return [alert.why.map { "why: \($0)" }, alert.instead.map { "instead: \($0)" }].compactMap { $0 }
      + alert.evidence.map { "shown by: \($0)" }
      + [alert.wayToAllow.map { "to allow it: \($0)" }].compactMap { $0 }
  }

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
}
