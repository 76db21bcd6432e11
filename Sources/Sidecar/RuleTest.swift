import Foundation
import Patterns
import Rulebook
import Senses

/// Every example of every rule, every sample of every dialect and recordings, each tried.
public struct RuleTest: Sendable {
  /// One thing that was tried.
  public struct Case: Sendable, Equatable {
    /// The file it stands in.
    public let suite: String
    public let line: Int
    public let name: String
    /// Why it failed; nil when it passed.
    public let failure: String?
    /// Something worth knowing that is no failure.
    public var note: String?
  }

  public private(set) var cases: [Case] = []

  public var failureCount: Int { cases.count { $0.failure != nil } }

  /// Tries the examples of rules and the samples of dialects.
  ///
  /// - Parameter names: Only what stands in these files; nil for all.
  public init(_ library: RuleLibrary, files names: Set<String>? = nil) {
    let isAsked = { (name: String) in names?.contains(name) ?? true }
    // What does not read cannot be tried: that is a failure, too, but a failed example stands for itself.
    for error in library.errors where isAsked(error.file) && !error.message.contains(" example ") {
      cases.append(
        Case(
          suite: error.file, line: error.line, name: "\(error.file) is sound",
          failure: "\(error.line):\(error.column): \(error.message)"))
    }
    for rule in library.files.flatMap(\.rules) where isAsked(rule.origin.file) {
      for trial in library.rulebook.trials(of: rule) {
        let wanted = trial.expectation == .fires ? "fires on" : "is silent on"
        cases.append(
          Case(
            suite: rule.origin.file, line: trial.example.origin.line,
            name: "\(rule.id) \(wanted) \(cleaned(trial.example.text, limit: 160))",
            failure: trial.failure))
      }
    }
    for file in library.redactions where isAsked(file.name) { trySecrets(of: file, by: library.redaction) }
    for dialect in library.dialects where isAsked(dialect.origin.file) { trySamples(of: dialect) }
  }

  private mutating func trySecrets(of file: RedactionFile, by redaction: Redaction) {
    for example in file.examples {
      let found = example.fires ? "finds a secret in" : "finds none in"
      // Where other files have a say, only the whole can tell.
      let isChanged = example.secret == nil && redaction.redacted(example.text) != example.text
      cases.append(
        Case(
          suite: file.name, line: example.line,
          name: "\(example.secret ?? "redact") \(found) \(cleaned(example.text, limit: 160))",
          failure: isChanged ? "it does not stay as it is" : example.failure))
    }
  }

  private mutating func trySamples(of dialect: Dialect) {
    let context = MatchContext()
    for line in dialect.lines {
      for sample in line.samples {
        let reads = (try? line.match.firstMatch(in: sample.text, using: context)) != nil
        cases.append(
          Case(
            suite: dialect.origin.file, line: sample.origin.line,
            name: "\(dialect.name) reads as \(line.role.rawValue): \(cleaned(sample.text, limit: 160))",
            failure: reads ? nil : "it does not match"))
      }
    }
  }

  /// What the model asked for in a recording, as the file beside it tells.
  private struct Truth: Decodable {
    struct Step: Decodable {
      let bash: String?
    }

    let asked: [Step]
  }

  /// Replays the recordings that examples name: each rule must fire at the seconds they say, or not at all.
  ///
  /// - Parameter names: Only examples of these files; nil for all.
  public mutating func tryTakes(in folder: URL, with library: RuleLibrary, files names: Set<String>? = nil) {
    for rule in library.rulebook.rules where names?.contains(rule.origin.file) ?? true {
      for (examples, mustFire) in [(rule.fires, true), (rule.silent, false)] {
        for example in examples {
          guard let take = example.recording else { continue }
          cases.append(
            Case(
              suite: rule.origin.file, line: example.origin.line,
              name:
                "\(rule.id) \(mustFire ? "fires in" : "is silent in") the recording \(cleaned(take.name, limit: 80))",
              failure: Self.failure(of: take, mustFire, rule.id, folder, library)))
        }
      }
    }
  }

  private static func failure(
    of take: Example.Take, _ mustFire: Bool, _ rule: String, _ folder: URL, _ library: RuleLibrary
  ) -> String? {
    var times: [Double] = []
    do {
      let path = folder.appending(path: take.name + ".cast").path
      ReplaySession(library).run(try Recording(path: path)) { _ in
      } onVerdict: { verdict, _ in
        if verdict.rule.id == rule { times.append(verdict.time.seconds) }
      }
    } catch {
      return "\(error)"
    }
    let wanted = mustFire ? take.at : []
    let said =
      times.isEmpty ? "it never fires" : "it fires at \(times.map { "\($0)" }.joined(separator: ", "))"
    let isRight =
      mustFire && wanted.isEmpty
      ? !times.isEmpty
      : times.count == wanted.count
        && zip(times, wanted.sorted()).allSatisfy { abs($0 - $1) <= Example.Take.tolerance }
    return isRight ? nil : said
  }

  /// Replays every recording of a folder. With a file `NAME.truth.json` beside it, every alert about a
  /// command must be one about a command that was asked for; those that the pane never showed are a note.
  public mutating func replay(_ folder: URL, with library: RuleLibrary) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    for name in names.filter({ $0.hasSuffix(".cast") }).sorted() {
      cases.append(Self.replay(folder.appending(path: name), with: library))
    }
  }

  private static func replay(_ url: URL, with library: RuleLibrary) -> Case {
    let suite = RuleSources.File.name(of: url)
    let name = url.deletingPathExtension().lastPathComponent
    var alerts: [(rule: String, text: String)] = []
    do {
      ReplaySession(library).run(try Recording(path: url.path)) { _ in
      } onVerdict: { verdict, _ in
        if verdict.fact.kind == .command { alerts.append((verdict.rule.id, verdict.fact.text)) }
      }
    } catch {
      return Case(suite: suite, line: 1, name: "\(name) replays", failure: "\(error)")
    }
    let truthFile = url.deletingPathExtension().appendingPathExtension("truth.json")
    guard let data = try? Data(contentsOf: truthFile),
      let truth = try? JSONDecoder().decode(Truth.self, from: data)
    else { return Case(suite: suite, line: 1, name: "\(name) replays", failure: nil) }
    let bench = CommandBench(library)
    var hidden: [String] = []
    for line in truth.asked.compactMap(\.bash) {
      for verdict in bench.judge(line, cwd: nil, branch: nil) {
        if let place = alerts.firstIndex(where: { $0.rule == verdict.rule.id }) {
          alerts.remove(at: place)
        } else {
          hidden.append("\(verdict.rule.id) (\(cleaned(verdict.fact.text, limit: 80)))")
        }
      }
    }
    let wrong = alerts.map { "\($0.rule) fires on \(cleaned($0.text, limit: 120))" }
    return Case(
      suite: suite, line: 1, name: "\(name) raises no false alarm",
      failure: wrong.isEmpty ? nil : wrong.joined(separator: "; "),
      note: hidden.isEmpty
        ? nil : "asked for and not to be seen in the pane: \(hidden.joined(separator: "; "))")
  }
}
