import Foundation
import Processes
import Glibc
import Journal
import Notices
import Rulebook
import Senses
import Sidecar

/// One call of the hook program.
struct HookCall {
  private let agent: String
  private let isStatusLine: Bool
  private let next: String?
  private let environment = ProcessInfo.processInfo.environment

  /// How long a sidecar may take. The agents' own limit is set to ten seconds by `install`.
  private static let patience: Duration = .seconds(2)
  /// After so many seconds the program ends, whatever hangs.
  private static let deadline: UInt32 = 5

  /// - Parameters:
  ///   - agent: The name of the agent's dialect, where it is told.
  ///   - isStatusLine: It is called as a status line program, not as a hook.
  ///   - next: The status line program whose line is printed instead.
  init(agent: String?, isStatusLine: Bool, next: String?) {
    self.agent = agent ?? (environment["CLAUDECODE"] == nil ? "unknown" : "claude-code")
    self.isStatusLine = isStatusLine
    self.next = next
  }

  /// The command as `install` writes it, understood without the argument parser: a hook has milliseconds.
  ///
  /// - Returns: nil when it is written otherwise.
  init?(arguments: [String]) {
    guard arguments.first == "hook" else { return nil }
    var words = arguments.dropFirst()
    var (agent, next): (String?, String?)
    var isStatusLine = false
    while let word = words.popFirst() {
      switch word {
      case "--agent":
        guard let name = words.popFirst(), !name.hasPrefix("-") else { return nil }
        agent = name
      case "--then":
        guard let command = words.popFirst() else { return nil }
        next = command
      case "--status-line": isStatusLine = true
      default: return nil
      }
    }
    if next != nil, !isStatusLine { return nil }
    self.init(agent: agent, isStatusLine: isStatusLine, next: next)
  }

  /// Does what it was called for, and ends the program.
  func run() -> Never {
    if isStatusLine {
      showStatus(then: next)
      exit(ExitStatus.fine.rawValue)
    }
    exit(answer().rawValue)
  }

  private var folder: RuntimeFolder { RuntimeFolder(environment: environment) }

  /// Answers on standard output.
  private func answer() -> ExitStatus {
    signal(SIGPIPE, SIG_IGN)
    endInTime()
    guard let input = readInput(atMost: HookEvent.longest) else { return .fine }
    do throws(SidecarClient.Failure) {
      let answer = try client.ask(message("hook", input), limit: Self.patience)
      guard answer.verb == "ok" else {
        throw .trouble("the sidecar refused: \(answer.fields["why"] ?? "it does not say why")")
      }
      return say(answer.body)
    } catch .nobody {
      return judge(input, trouble: nil)
    } catch {
      return judge(input, trouble: "\(error); the hook judged by itself")
    }
  }

  /// Tells the sidecar, and prints the line.
  private func showStatus(then command: String?) {
    signal(SIGPIPE, SIG_IGN)
    endInTime()
    guard let input = readInput(atMost: StatusLine.longest) else { return }
    _ = try? client.ask(message("status-line", input), limit: .milliseconds(500))
    if let command {
      pass(input, to: command)
    } else if let status = StatusLine(json: input) {
      print(status.text)
    }
  }

  private var tmuxSocket: String? {
    environment["TMUX"].flatMap { $0.split(separator: ",").first.map(String.init) }
  }

  private var client: SidecarClient { SidecarClient(folder: folder, tmuxSocket: tmuxSocket) }

  private func message(_ verb: String, _ body: [UInt8]) -> Message {
    var fields = ["agent": agent]
    fields["pane"] = environment["TMUX_PANE"]
    fields["tmux"] = tmuxSocket
    return Message(verb, fields, body: body)
  }

  /// Judges without a sidecar.
  private func judge(_ input: [UInt8], trouble: String?) -> ExitStatus {
    var troubles = trouble.map { [$0] } ?? []
    let clock = LiveClock()
    var papers: LoneHook.Papers?
    var status = ExitStatus.fine
    do {
      let event = try HookEvent(json: input)
      let hook = try LoneHook(sources(for: event), folder: folder)
      troubles += hook.errors.map(\.description)
      let ruling = try hook.take(event, of: agent, clock: clock)
      status = say(Array(ruling.answer.json(at: event.moment).utf8), denial: ruling.answer.denial)
      // The agent has its answer; from here on only the log is late.
      papers = hook.papers(of: ruling)
    } catch {
      troubles.append("\(error); nothing was judged")
    }
    record(papers?.alerts ?? [], troubles: troubles, at: clock.now)
    keep(papers?.seen ?? [], at: clock.now)
    for (path, alert) in papers?.programs ?? [] { Self.start(path, alert) }
    return status
  }

  private func sources(for event: HookEvent) throws -> RuleSources {
    let folder = URL(
      filePath: event.cwd ?? FileManager.default.currentDirectoryPath, directoryHint: .isDirectory)
    return RuleSources(
      shipped: try RuleLibrary.shippedDirectory(
        program: URL(filePath: "/proc/self/exe"), environment: environment),
      user: RuleSources.userFolder(environment: environment), project: RuleSources.projectFolder(from: folder)
    )
  }

  private func record(_ alerts: [Alert], troubles: [String], at now: Instant) {
    let news = troubles.filter { isNews($0) }
    for text in news { complain("outrider hook: \(text)") }
    let lines = alerts + (news.isEmpty ? [] : [Alert.trouble(news, agent: agent, at: now)])
    guard !lines.isEmpty, let path = AlertLog.defaultPath(environment: environment) else { return }
    let configuration = Configuration.load(
      Configuration.path(environment: environment), environment: environment)
    let file = AlertFile(path, rotation: configuration.rotation)
    do throws(JournalError) {
      for line in lines { try file.append(line) }
    } catch {
      complain("outrider hook: \(error)")
    }
  }

  /// What is missing here is missing in `outrider explain` and nowhere else.
  private func keep(_ seen: [Seen], at now: Instant) {
    guard !seen.isEmpty, let path = AlertLog.defaultPath(environment: environment) else { return }
    let folder = SeenFolder(log: path)
    for one in seen { try? folder.keep(one, at: WallTime(now)) }
  }

  /// Whether the same has not been said for ten minutes: a hook is called often.
  private func isNews(_ trouble: String) -> Bool {
    guard folder.make() else { return true }
    let path = "\(folder.path)/said-\(RuntimeFolder.shortName(of: trouble))"
    var status = stat()
    if stat(path, &status) == 0, time(nil) - status.st_mtim.tv_sec < 600 { return false }
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
    if descriptor >= 0 {
      futimens(descriptor, nil)
      close(descriptor)
    }
    return true
  }

  private func say(_ answer: [UInt8], denial: String? = nil) -> ExitStatus {
    guard !answer.isEmpty else { return .fine }
    if emit(String(decoding: answer, as: UTF8.self), to: .standardOutput) { return .fine }
    // Both agents take this for a refusal as well.
    guard let denial else { return .fine }
    complain(denial)
    return .usage
  }

  private func readInput(atMost limit: Int) -> [UInt8]? {
    var all: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = read(STDIN_FILENO, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return all }
      guard all.count + count <= limit else {
        complain("outrider hook: the input is longer than \(limit) bytes; nothing was judged")
        return nil
      }
      all += buffer[..<count]
    }
  }

  private func endInTime() {
    signal(SIGALRM) { _ in
      let text: StaticString = "outrider hook: no end in sight; the hook ends here\n"
      _ = write(STDERR_FILENO, text.utf8Start, text.utf8CodeUnitCount)
      _exit(0)
    }
    alarm(Self.deadline)
  }

  private func pass(_ input: [UInt8], to command: String) {
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-c", command]
    let pipe = Pipe()
    process.standardInput = pipe
    guard (try? process.start()) != nil else { return complain("outrider hook: '\(command)' cannot be run") }
    try? pipe.fileHandleForWriting.write(contentsOf: Data(input))
    try? pipe.fileHandleForWriting.close()
    process.waitUntilExit()
  }

  private static func start(_ path: String, _ alert: Alert) {
    let process = Process()
    process.executableURL = URL(filePath: path)
    let pipe = Pipe()
    process.standardInput = pipe
    process.standardOutput = FileHandle.nullDevice
    do {
      try process.start()
      try pipe.fileHandleForWriting.write(contentsOf: Data((alert.json + "\n").utf8))
      try pipe.fileHandleForWriting.close()
    } catch {
      complain("outrider hook: \(path) was not run: \(error)")
    }
  }
}
