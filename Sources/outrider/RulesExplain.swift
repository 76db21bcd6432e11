import ArgumentParser
import Foundation
import Rulebook
import Senses
import Sidecar

extension Outrider.Rules {
  struct Explain: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Says what each rule made of a command, or of what a recording shows around a second.",
      discussion: """
        For a rule that did not fire it names the word at which its pattern stopped, the exception that
        matched, or the condition that was not met.
        """)

    @OptionGroup var rules: RuleOptions

    @Option(help: "The working directory; its repository's settings and its scripts are read.")
    var cwd: String?

    @Option(help: "The branch that is checked out there.")
    var branch: String?

    @Option(help: "The second of the recording.")
    var at: Double?

    @Option(help: "How many seconds around it to show.")
    var around = 0.5

    @Flag(help: "Show the rules that stopped at the first word one by one, too.")
    var all = false

    @Flag(help: "Write one JSON object a line, for each fact and rule.")
    var json = false

    @Argument(help: "A command line, as one word; with --at, a recording.")
    var subject: String

    func validate() throws {
      if at == nil, subject.hasSuffix(".cast"), FileManager.default.fileExists(atPath: subject) {
        throw ValidationError("Say which second of the recording is meant, as in --at 13.3.")
      }
      guard around >= 0, around <= 3600 else { throw ValidationError("--around must be 0 to 3600 seconds.") }
    }

    func run() throws {
      let library = try rules.load()
      library.errors.forEach { complain("\($0)") }
      let facts = try at.map { try shown(around: $0, library) } ?? asked(library)
      if facts.isEmpty, !json {
        print(
          at == nil
            ? "nothing that would run: no rule looked"
            : "nothing was seen then; show more with --around, or every fact with: outrider replay --facts")
      }
      for fact in facts { show(fact, library.rulebook.explain(fact)) }
    }

    private func asked(_ library: RuleLibrary) -> [Fact] {
      CommandBench(library).facts(subject, cwd: cwd, branch: branch)
    }

    private func shown(around second: Double, _ library: RuleLibrary) throws -> [Fact] {
      let recording: Recording
      do {
        recording = try Recording(path: subject)
      } catch {
        throw Failure(.usage, "outrider rules explain: \(error)")
      }
      var facts: [Fact] = []
      ReplaySession(library, cwd: cwd, branch: branch).run(recording) { fact in
        if abs(fact.time.seconds - second) <= around { facts.append(fact) }
      } onVerdict: { _, _ in
      }
      // Lines are shown under the kind that they were read as, unless a rule asks for them as lines.
      let wantsLines = library.rulebook.rules.contains { $0.on == .line }
      return facts.filter { wantsLines || $0.kind != .line }
    }

    private func show(_ fact: Fact, _ explanations: [Explanation]) {
      if json {
        for explanation in explanations { print(Self.line(fact, explanation)) }
        return
      }
      let time = at == nil ? "" : String(format: "%.3f  ", fact.time.seconds)
      print("\(time)\(fact.kind): \(cleaned(fact.text, limit: 400))")
      let fields = fact.fields.filter { $0.key != "line" || $0.value.text != fact.text }
        .sorted { $0.key < $1.key }
        .map { "\($0.key)=\(cleaned($0.value.text, limit: 100))" }
      if !fields.isEmpty { print("  seen: \(fields.joined(separator: "  "))") }
      let isFar = { (explanation: Explanation) in
        if case .noMatch(let fitted, _) = explanation.outcome { return fitted.isEmpty }
        return false
      }
      for explanation in explanations where all || !isFar(explanation) {
        print("  \(explanation.rule.id) (\(explanation.rule.origin)): \(explanation)")
      }
      let far = explanations.filter(isFar).map(\.rule.id)
      if !all, !far.isEmpty {
        print("  stopped at the first word: \(far.joined(separator: ", "))")
      }
      if explanations.isEmpty { print("  no rule listens to '\(fact.kind)'") }
    }

    private static func line(_ fact: Fact, _ explanation: Explanation) -> String {
      var line = JSONLine()
      line.addRaw("t", String(format: "%.3f", fact.time.seconds))
      line.add("kind", fact.kind.rawValue)
      line.add("text", fact.text)
      line.add("rule", explanation.rule.id)
      switch explanation.outcome {
      case .fired: line.add("outcome", "fired")
      case .noMatch(let fitted, let word):
        line.add("outcome", "no-match")
        line.add("fitted", fitted)
        line.add("word", word)
      case .excepted(let pattern, let words):
        line.add("outcome", "excepted")
        line.add("pattern", pattern)
        line.add("words", words)
      case .condition(let source, _):
        line.add("outcome", "condition")
        line.add("when", source)
      case .stopped: line.add("outcome", "stopped")
      case .waiting: line.add("outcome", "waiting")
      }
      line.add("says", explanation.description)
      return line.finished()
    }
  }
}
