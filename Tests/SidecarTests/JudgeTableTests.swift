import Foundation
import Sidecar
import Testing

/// A line of `fixtures/judge-table.txt`: the rules expected, the command, and why it is so.
struct JudgeTableRow: Sendable, CustomTestStringConvertible {
  let rules: Set<String>
  let command: String
  let why: String

  var testDescription: String { "\(command): \(why)" }

  init?(_ line: Substring) {
    guard !line.hasPrefix("#") else { return nil }
    let parts = line.components(separatedBy: " | ")
    guard parts.count == 3 else { return nil }
    rules = parts[0] == "-" ? [] : Set(parts[0].split(separator: ",").map(String.init))
    command = Self.unescaped(parts[1])
    why = parts[2]
  }

  private static func unescaped(_ text: String) -> String {
    var result = ""
    var isEscaped = false
    for character in text {
      switch (isEscaped, character) {
      case (false, "\\"): isEscaped = true
      case (true, "n"): (result, isEscaped) = (result + "\n", false)
      default: (result, isEscaped) = (result + String(character), false)
      }
    }
    return result
  }

  /// Every line that is no comment; one that cannot be read is told by the count.
  static let lines: [Substring] = {
    let path = Fixtures.root.appending(path: "fixtures/judge-table.txt").path
    let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    return text.split(separator: "\n").filter { !$0.hasPrefix("#") }
  }()

  static let all = lines.compactMap(JudgeTableRow.init)
}

@Suite("The table of verdicts")
struct JudgeTableTests {
  @Test("is read whole, and has at least 400 lines")
  func whole() {
    #expect(JudgeTableRow.all.count == JudgeTableRow.lines.count)
    #expect(JudgeTableRow.all.count >= 400)
  }

  @Test("agrees with the rules on every line", arguments: JudgeTableRow.all)
  func agrees(_ row: JudgeTableRow) {
    let verdicts = CommandBench(Fixtures.library).judge(row.command, cwd: nil, branch: nil)
    #expect(Set(verdicts.map(\.rule.id)) == row.rules, "\(row.why)")
  }

  @Test(
    "finds all seven evasions, and is silent on every line of the mentions", arguments: ["claude", "codex"])
  func recordings(_ agent: String) throws {
    let bench = CommandBench(Fixtures.library)
    let evasions = try Fixtures.truth("evasive.\(agent)").asked.compactMap(\.bash)
    #expect(evasions.count == 7)
    for line in evasions {
      #expect(!bench.judge(line, cwd: nil, branch: nil).isEmpty, "\(line)")
    }
    for line in try Fixtures.truth("mentions.\(agent)").asked.compactMap(\.bash) {
      #expect(bench.judge(line, cwd: nil, branch: nil).isEmpty, "\(line)")
    }
  }
}
