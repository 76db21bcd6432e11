import ArgumentParser
import Foundation
import Rulebook
import Sidecar

extension Outrider {
  struct Judge: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Says what the rules think of a command line, without running it.",
      discussion: """
        Exit code 0: allowed; 1: flagged. With --stdin it reads a JSON object a line
        ({"command": "git push", "id": 1, "cwd": "/src", "branch": "main"}) and writes one a line.
        """)

    @OptionGroup var rules: RuleOptions

    @Option(help: "The working directory; its repository's settings and its scripts are read.")
    var cwd: String?

    @Option(help: "The branch that is checked out there.")
    var branch: String?

    @Flag(help: "Read one JSON object a line from standard input.")
    var stdin = false

    @Flag(help: "Write the verdict as JSON.")
    var json = false

    @Argument(help: "The command line, as one word.")
    var command: String?

    func validate() throws {
      if stdin == (command != nil) {
        throw ValidationError(
          "Give either a command line or --stdin; a command line is one word, so quote it.")
      }
    }

    func run() throws {
      let bench = CommandBench(try rules.loadSound())
      if stdin {
        try judgeInput(bench)
      } else {
        try judgeOne(bench, command ?? "")
      }
    }

    private func judgeOne(_ bench: CommandBench, _ command: String) throws {
      let verdicts = bench.judge(command, cwd: cwd, branch: branch)
      if json {
        print(Self.line(id: nil, verdicts))
      } else if verdicts.isEmpty {
        print("allowed")
      } else {
        for verdict in verdicts {
          print("\(verdict.rule.severity.rawValue.uppercased()) \(verdict.rule.id): \(verdict.fact.text)")
          print("  why: \(verdict.why)")
          if let instead = verdict.instead { print("  instead: \(instead)") }
          print("  rule: \(verdict.rule.origin)")
        }
      }
      // What is only observed is shown, and no finding.
      if verdicts.contains(where: { !$0.actions.isEmpty }) { throw Failure(.findings) }
    }

    private struct Request: Decodable {
      let command: String
      let id: Identifier?
      let cwd: String?
      let branch: String?
    }

    /// Whatever JSON the asker uses to know the answer again: a number or a text.
    private enum Identifier: Decodable {
      case number(Int)
      case text(String)

      init(from decoder: Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let number = try? container.decode(Int.self) {
          self = .number(number)
        } else {
          self = .text(try container.decode(String.self))
        }
      }
    }

    /// Answers each request as soon as what was read holds it whole, so that a program can ask one by one.
    /// A line that is no request is answered by an error, and the rest goes on.
    private func judgeInput(_ bench: CommandBench) throws {
      let decoder = JSONDecoder()
      var lines = LineReader(descriptor: STDIN_FILENO)
      var isFlagged = false
      var isBroken = false
      while let batch = lines.next() {
        for line in batch where !line.bytes.isEmpty {
          do {
            let request = try decoder.decode(Request.self, from: Data(line.bytes))
            let verdicts = bench.judge(
              request.command, cwd: request.cwd ?? cwd, branch: request.branch ?? branch)
            isFlagged = isFlagged || verdicts.contains { !$0.actions.isEmpty }
            print(Self.line(id: request.id, verdicts))
          } catch {
            isBroken = true
            var answer = JSONLine()
            answer.add("error", "line \(line.number) is no request; write {\"command\": \"git push\"}")
            print(answer.finished())
          }
        }
        fflush(nil)
      }
      if isBroken { throw Failure(.usage, "outrider judge: some lines were no requests; see the answers") }
      if isFlagged { throw Failure(.findings) }
    }

    private static func line(id: Identifier?, _ verdicts: [Verdict]) -> String {
      var line = JSONLine()
      switch id {
      case .number(let number): line.addRaw("id", String(number))
      case .text(let text): line.add("id", text)
      case nil: break
      }
      let observed = verdicts.filter(\.actions.isEmpty)
      let verdicts = verdicts.filter { !$0.actions.isEmpty }
      line.add("flagged", !verdicts.isEmpty)
      line.add("denied", verdicts.contains { $0.rule.actions.contains(.deny) })
      line.add("rules", ids(verdicts))
      if !observed.isEmpty { line.add("observed", ids(observed)) }
      if let severity = verdicts.map(\.rule.severity).max() {
        line.add("severity", severity.rawValue)
      } else {
        line.addRaw("severity", "null")
      }
      return line.finished()
    }

    private static func ids(_ verdicts: [Verdict]) -> [String] {
      verdicts.reduce(into: []) { ids, verdict in
        if !ids.contains(verdict.rule.id) { ids.append(verdict.rule.id) }
      }
    }
  }
}
