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
    @OptionGroup var tmux: ServerOptions

    @Option(help: "A program that watch is to call with an alert; may be repeated.")
    var notify: [String] = []

    @Flag(help: "Write one JSON object a line.")
    var json = false

    func run() async throws {
      let surroundings = Surroundings(
        environment: ProcessInfo.processInfo.environment,
        project: Repository.root(above: FileManager.default.currentDirectoryPath),
        program: try? OwnProgram.path(), server: Server(socket: tmux.socket), rules: try library(),
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
