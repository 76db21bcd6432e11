import ArgumentParser
import Foundation
import Rulebook
import Senses
import Sidecar

extension Outrider {
  struct Replay: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Runs the rules over recorded panes, as `watch` would have.",
      discussion: """
        Reads asciicast v2 and raw bytes. The agent is recognised from the screen. Exit code 0: no alert;
        1: alerts.
        """)

    @OptionGroup var rules: RuleOptions

    @Option(help: "Take the agent for this one (its dialect's name), whatever the screen shows.")
    var agent: String?

    @Option(help: "The agent's working directory, where the recording does not tell.")
    var cwd: String?

    @Option(help: "The branch that is checked out there when the recording starts.")
    var branch: String?

    @Flag(help: "Write one JSON object a line.")
    var json = false

    @Flag(help: "Write every fact instead of the alerts.")
    var facts = false

    @Argument(help: "The recordings.")
    var files: [String]

    func run() throws {
      let library = try rules.loadSound()
      if let agent, !library.dialects.contains(where: { $0.name == agent }) {
        let known = library.dialects.map(\.name).joined(separator: ", ")
        throw Failure(.usage, "outrider replay: no dialect is named '\(agent)'; known are: \(known)")
      }
      var alerts = 0
      for file in files {
        let recording: Recording
        do {
          recording = try Recording(path: file)
        } catch {
          throw Failure(.usage, "outrider replay: \(error)")
        }
        let session = ReplaySession(library, agent: agent, cwd: cwd, branch: branch)
        let notices = session.run(recording) { fact in
          if facts { print(json ? Self.line(fact, file) : Self.text(fact)) }
        } onVerdict: { verdict, agent in
          alerts += 1
          guard !facts else { return }
          print(json ? Self.line(verdict, agent, file) : Self.text(verdict, agent))
        }
        notices.forEach { complain("outrider replay: \($0.text)") }
      }
      if alerts > 0 { throw Failure(.findings) }
    }

    private static func seconds(_ time: Instant) -> String {
      String(format: "%.3f", time.seconds)
    }

    private static func line(_ verdict: Verdict, _ agent: String, _ file: String) -> String {
      var line = JSONLine()
      line.addRaw("t", seconds(verdict.time))
      line.add("file", file)
      line.add("agent", agent)
      line.add("rule", verdict.rule.id)
      line.add("severity", verdict.rule.severity.rawValue)
      line.add("kind", verdict.fact.kind.rawValue)
      line.add("text", verdict.fact.text)
      line.add("actions", verdict.actions.map(\.rawValue))
      return line.finished()
    }

    private static func line(_ fact: Fact, _ file: String) -> String {
      var line = JSONLine()
      line.addRaw("t", seconds(fact.time))
      line.add("file", file)
      line.add("agent", fact.agent)
      line.add("kind", fact.kind.rawValue)
      line.add("text", fact.text)
      for (name, value) in fact.fields.sorted(by: { $0.key < $1.key }) {
        switch value {
        case .string(let text): line.add(name, text)
        case .number: line.addRaw(name, value.text)
        case .flag(let flag): line.add(name, flag)
        case .list(let items): line.add(name, items)
        }
      }
      if let story = fact.story { line.addRaw("story", String(story)) }
      return line.finished()
    }

    private static func text(_ verdict: Verdict, _ agent: String) -> String {
      let time = String(format: "%9.3f", verdict.time.seconds)
      let severity = verdict.rule.severity.rawValue.uppercased()
      let actions = verdict.actions.map(\.rawValue).joined(separator: ", ")
      return "\(time)  \(severity)  \(agent)  \(verdict.rule.id)  "
        + "\(cleaned(verdict.fact.text, limit: 400))  → \(actions)"
    }

    private static func text(_ fact: Fact) -> String {
      let time = String(format: "%9.3f", fact.time.seconds)
      let phase = fact.phase.map { " (\($0.rawValue))" } ?? ""
      return "\(time)  \(fact.kind)\(phase)  \(cleaned(fact.text, limit: 400))"
    }
  }
}
