import ArgumentParser
import Foundation
import Rulebook
import Sidecar

extension Outrider {
  struct Rules: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Checks, tries, lists and explains rules, and starts new ones.",
      subcommands: [Check.self, Test.self, List.self, Explain.self, New.self])
  }
}

/// The rule files that an author asks about.
struct RuleFiles: ParsableArguments {
  @OptionGroup var rules: RuleOptions

  @Argument(help: "The rule files (default: all that are in force).")
  var files: [String] = []

  /// The library with these files in it, and the names that it gives them; nil when all are meant.
  func load() throws -> (library: RuleLibrary, names: Set<String>?) {
    for file in files where !FileManager.default.isReadableFile(atPath: file) {
      throw Failure(.usage, "outrider rules: \(file): no file that can be read")
    }
    do {
      let sources = try rules.sources()
      guard !files.isEmpty else { return (try RuleLibrary(sources), nil) }
      let asked = files.map { URL(filePath: $0).standardizedFileURL }
      return try RuleLibrary.load(sources, with: asked)
    } catch let error as MissingRules {
      throw Failure(.missing, "outrider: \(error)")
    }
  }
}

extension Outrider.Rules {
  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract:
        "Says everything that is wrong with rule files, each with its place and what to write instead.",
      discussion: "Exit code 0: sound; 1: sound, with findings; 2: broken.")

    @OptionGroup var files: RuleFiles

    @Flag(help: "Write one JSON object a line.")
    var json = false

    func run() throws {
      let (library, names) = try files.load()
      let check = RuleCheck(library, files: names)
      if json {
        check.problems.forEach { print(Self.line($0)) }
      } else {
        print(check)
      }
      if check.errorCount > 0 { throw Failure(.usage) }
      if check.findingCount > 0 { throw Failure(.findings) }
    }

    private static func line(_ problem: RuleCheck.Problem) -> String {
      var line = JSONLine()
      line.add("file", problem.error.file)
      line.addRaw("line", String(problem.error.line))
      line.addRaw("column", String(problem.error.column))
      line.add("kind", problem.isError ? "error" : "lint")
      if let check = problem.lint { line.add("check", check.rawValue) }
      if let rule = problem.rule { line.add("rule", rule) }
      line.add("message", problem.error.message)
      return line.finished()
    }
  }

  struct Test: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Tries every example of every rule, every sample of every dialect, and recordings.",
      discussion: "Exit code 0: all passed; 1: some failed.")

    @OptionGroup var files: RuleFiles

    @Option(help: "text, tap (TAP 14) or junit.")
    var format = RuleTest.Format.text

    @Option(help: "A folder of recordings to replay (default: fixtures/recordings beside the shipped rules).")
    var recordings: String?

    func run() throws {
      let (library, names) = try files.load()
      var test = RuleTest(library, files: names)
      let beside = library.sources.shipped.standardizedFileURL.deletingLastPathComponent()
      let folder =
        recordings.map { URL(filePath: $0, directoryHint: .isDirectory) }
        ?? beside.appending(path: "fixtures/recordings")
      test.tryTakes(in: folder, with: library, files: names)
      if names == nil || recordings != nil { test.replay(folder, with: library) }
      print(test.report(format))
      if test.failureCount > 0 { throw Failure(.findings) }
    }
  }

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lists the rules in force and where each comes from.")

    @OptionGroup var rules: RuleOptions

    @Flag(help: "Write one JSON object a line.")
    var json = false

    func run() throws {
      let library = try rules.load()
      library.errors.forEach { complain("\($0)") }
      let rows = library.rulebook.rules
      let width = rows.map(\.id.count).max() ?? 0
      for rule in rows {
        let layer = library.layers[rule.origin.file]?.rawValue ?? ""
        let actions = rule.actions.map(\.rawValue)
        if json {
          var line = JSONLine()
          line.add("id", rule.id)
          line.add("layer", layer)
          line.add("file", rule.origin.file)
          line.addRaw("line", String(rule.origin.line))
          line.add("severity", rule.severity.rawValue)
          line.add("on", rule.on.rawValue)
          line.add("actions", actions)
          line.addRaw("fires", String(rule.fires.count))
          line.addRaw("silent", String(rule.silent.count))
          line.add("changes", rule.changes.map(\.description))
          print(line.finished())
        } else {
          print(
            [
              rule.id.padding(toLength: width, withPad: " ", startingAt: 0),
              layer.padding(toLength: 7, withPad: " ", startingAt: 0),
              rule.severity.rawValue.padding(toLength: 8, withPad: " ", startingAt: 0),
              rule.on.rawValue.padding(toLength: 7, withPad: " ", startingAt: 0),
              "\(rule.fires.count)+\(rule.silent.count) examples", actions.joined(separator: ", "),
              "\(rule.origin)",
            ].joined(separator: "  "))
          for change in rule.changes { print("  changed: \(change)") }
        }
      }
      for change in library.rulebook.disabled where !json { print("\(change.rule): \(change)") }
    }
  }

  struct New: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Writes a rule file that is sound as it is, to be edited.")

    @Option(help: "What the rule listens to: command, output, edit, said, prompt, status, state or line.")
    var on = "command"

    @Option(help: "The folder to write to (default: ~/.config/outrider/rules).")
    var to: String?

    @Argument(help: "The rule's id: small letters, digits and '-'.")
    var id: String

    func run() throws {
      guard let kind = RuleStarter.kinds.first(where: { $0.rawValue == on }) else {
        let known = RuleStarter.kinds.map(\.rawValue).joined(separator: ", ")
        throw Failure(
          .usage, "outrider rules new: no fact is a '\(cleaned(on, limit: 40))'; known are: \(known)")
      }
      guard let starter = RuleStarter(id: id, kind: kind) else {
        throw Failure(
          .usage, "outrider rules new: an id is made of small letters, digits and '-', as in no-force-push")
      }
      let user = RuleSources.userFolder(environment: ProcessInfo.processInfo.environment)
      guard let folder = to.map({ URL(filePath: $0, directoryHint: .isDirectory) }) ?? user else {
        throw Failure(.usage, "outrider rules new: there is no home; name a folder with --to")
      }
      do {
        let file = try starter.write(to: folder)
        print(file.path)
      } catch let error as CocoaError where error.code == .fileWriteFileExists {
        throw Failure(
          .usage, "outrider rules new: \(folder.appending(path: id + ".yaml").path) is there already; edit it"
        )
      } catch {
        throw Failure(
          .missing, "outrider rules new: \(folder.path) cannot be written; name another with --to")
      }
    }
  }
}

extension RuleTest.Format: ExpressibleByArgument {}
