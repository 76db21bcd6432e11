import ArgumentParser
import Doctor
import Foundation
import Sidecar
import Tmux

extension Outrider {
  struct Doctor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Looks at everything that Outrider needs, and says what to do about what is wrong.",
      discussion: "Exit code 0: all is well; 1: findings; 69: something needed is missing.")

    @OptionGroup var rules: RuleOptions
    @OptionGroup var log: LogOptions

    @Option(name: [.customShort("L"), .customLong("socket-name")], help: "The tmux server, as in tmux -L.")
    var socketName: String?

    @Option(name: [.customShort("S"), .customLong("socket-path")], help: "The tmux server, as in tmux -S.")
    var socketPath: String?

    @Option(help: "A program that watch is to call with an alert; may be repeated.")
    var notify: [String] = []

    @Flag(help: "Write one JSON object a line.")
    var json = false

    func validate() throws {
      if socketName != nil, socketPath != nil { throw ValidationError("Give either -L or -S, not both.") }
    }

    func run() async throws {
      let socket: Server.Socket =
        socketName.map { .named($0) } ?? socketPath.map { .path($0) } ?? .standard
      let surroundings = Surroundings(
        environment: ProcessInfo.processInfo.environment,
        project: Repository.root(above: FileManager.default.currentDirectoryPath),
        program: try? OwnProgram.path(), server: Server(socket: socket), rules: try library(),
        log: try? log.path(), notifiers: notify)
      let findings = await Examination.findings(in: surroundings)
      show(findings)
      switch findings.map(\.level).max() ?? .ok {
      case .ok: return
      case .warning, .problem: throw Failure(.findings)
      case .missing: throw Failure(.missing)
      }
    }

    private func library() throws -> Result<RuleLibrary, MissingRules> {
      do {
        return .success(try RuleLibrary(rules.sources()))
      } catch let error as MissingRules {
        return .failure(error)
      }
    }

    private func show(_ findings: [Finding]) {
      let width = findings.map(\.subject.count).max() ?? 0
      let colours = Colours.areWanted
      for finding in findings {
        if json {
          var line = JSONLine()
          line.add("check", finding.subject)
          line.add("level", finding.level.rawValue)
          line.add("what", finding.what)
          if let advice = finding.advice { line.add("advice", advice) }
          print(line.finished())
          continue
        }
        let level = finding.level.rawValue.padding(toLength: 7, withPad: " ", startingAt: 0)
        let subject = finding.subject.padding(toLength: width, withPad: " ", startingAt: 0)
        print(
          "\(colours ? coloured(level, finding.level) : level)  \(subject)  \(finding.what)"
            + (finding.advice.map { " → \($0)" } ?? ""))
      }
    }

    private func coloured(_ text: String, _ level: Finding.Level) -> String {
      let code =
        switch level {
        case .ok: 32
        case .warning: 33
        case .problem, .missing: 31
        }
      return "\u{1B}[\(code)m\(text)\u{1B}[m"
    }
  }
}
