import ArgumentParser
import Foundation
import Journal
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
    var lines = 10

    @Flag(help: "Print the lines as they are, JSON.")
    var json = false

    @Option(help: "Only this rule; may be repeated.")
    var rule: [String] = []

    @Option(help: "Only this agent: its name, its pane (%3), or both (claude-code:%3); may be repeated.")
    var agent: [String] = []

    @Option(help: "Only this severity and above: info, warning or critical.")
    var severity = Severity.info

    func validate() throws {
      if lines < 0 { throw ValidationError("-n is a number of lines, 0 or more.") }
    }

    func run() async throws {
      let path = try log.path()
      let filter = AlertFilter(rules: Set(rule), agents: Set(agent), leastSeverity: severity)
      var reader = AlertReader(path, from: .oldest, filter: filter)
      let view = Rendering.standardOutput()
      var last: [AlertReader.Event] = []
      repeat {
        last += try poll(&reader)
        if last.count - lines > 1024, last.count / 4 > lines { last.removeFirst(last.count - lines) }
      } while reader.isBehind
      last.suffix(lines).forEach { show($0, view) }
      if last.isEmpty, !follow, !FileManager.default.fileExists(atPath: path) {
        throw Failure(.missing, "outrider tail: there is no alert log at \(path) yet; start `outrider watch`")
      }
      while follow {
        try await Task.sleep(for: .milliseconds(100))
        try poll(&reader).forEach { show($0, view) }
      }
    }

    private func poll(_ reader: inout AlertReader) throws -> [AlertReader.Event] {
      do {
        return try reader.poll()
      } catch {
        throw Failure(.missing, "outrider tail: \(error)")
      }
    }

    private func show(_ event: AlertReader.Event, _ view: Rendering) {
      if case .alert(let alert) = event {
        print(json ? alert.json : view.line(alert))
      } else if let note = view.note(event) {
        complain(note)
      }
      fflush(nil)
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
}
