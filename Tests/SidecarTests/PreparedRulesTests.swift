import Foundation
import Senses
import Shell
import Testing

@testable import Rulebook
@testable import Sidecar

@Suite("Prepared rules")
struct PreparedRulesTests {
  /// Everything about a verdict that anybody can see.
  private func told(_ verdicts: [Verdict]) -> [String] {
    verdicts.map { verdict in
      let fact = verdict.fact
      let fields = fact.fields.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
      return "\(verdict.rule.id) \(verdict.rule.severity) \(verdict.rule.origin) \(verdict.rule.layer) "
        + "\(fact.kind) \(fact.text) \(fact.agent) \(fact.time) \(fields) \(verdict.time) \(verdict.why) \(verdict.instead ?? "-") \(verdict.prompt ?? "-") "
        + "\(verdict.orders) \(verdict.step) \(verdict.count ?? 0) \(verdict.evidence) \(verdict.isCapped)"
    }
  }

  /// What an example gives the judge, each fact at its time, and until when the clock runs on.
  private func facts(of example: Example, on kind: Fact.Kind, _ programs: ProgramTable) -> [Fact] {
    let moments =
      example.sequence?.moments.filter { $0.clock == nil } ?? [
        Example.Moment(
          at: .zero, agent: "a", kind: kind, text: example.text, fields: example.fields, clock: nil)
      ]
    var readers: [String: CommandReader] = [:]
    return moments.flatMap { moment in
      // As a hook tells it, so that what it may refuse is refused.
      var fact = Fact(
        time: .zero + moment.at, agent: moment.agent, kind: moment.kind, text: moment.text,
        fields: moment.fields, source: .hook)
      guard moment.kind == .command else { return [fact] }
      if fact.fields["phase"] == nil { fact.fields["phase"] = .string("asked") }
      return readers[moment.agent, default: CommandReader(programs: programs)].read(fact)
    }
  }

  private func verdicts(of rulebook: Rulebook, on facts: [Fact], until end: Instant) -> [Verdict] {
    let judge = Judge(rulebook)
    return facts.flatMap { judge.allVerdicts(on: $0) } + judge.allVerdicts(at: end)
  }

  @Test("say the same as the rules that they were made of, on every example of every shipped rule")
  func examples() throws {
    let full = Fixtures.library.rulebook
    let prepared = try PreparedRules(PreparedRules.bytes(of: full, errors: []))
    #expect(prepared.programs == full.programs && prepared.lists == full.lists)
    var fired: Set<String> = []
    var made = 0
    var tried = 0
    for rule in full.rules {
      for example in rule.fires + rule.silent where example.recording == nil {
        let facts = facts(of: example, on: rule.on, prepared.programs)
        let end = Instant.zero + (example.sequence?.until ?? .seconds(86_400))
        let part = try prepared.rulebook(for: facts)
        let expected = verdicts(of: full, on: facts, until: end)
        #expect(
          told(verdicts(of: part, on: facts, until: end)) == told(expected), "\(rule.id): \(example.text)")
        fired.formUnion(expected.map(\.rule.id))
        made += part.rules.count
        tried += 1
      }
    }
    #expect(tried > 500)
    // The comparison is worth something: nearly all rules fire in it, and few were made for each example.
    #expect(Double(fired.count) > 0.8 * Double(full.rules.count))
    #expect(made < tried * full.rules.count / 4)
  }

  @Test("say the same on a thousand command lines, whatever stands around the commands")
  func table() throws {
    let full = Fixtures.library.rulebook
    let prepared = try PreparedRules(PreparedRules.bytes(of: full, errors: []))
    let table = try String(
      contentsOf: Fixtures.root.appending(path: "fixtures/judge-table.txt"), encoding: .utf8)
    for line in table.split(separator: "\n") {
      let fact = Fact(
        time: .zero, agent: "a", kind: .command, text: String(line), fields: ["phase": .string("asked")],
        source: .hook)
      var reader = CommandReader(programs: full.programs)
      let facts = reader.read(fact)
      let part = try prepared.rulebook(for: facts)
      #expect(
        told(verdicts(of: part, on: facts, until: .zero))
          == told(verdicts(of: full, on: facts, until: .zero)),
        "\(line)")
    }
  }

  @Test("take in the rules that listen to what others emit, and keep what is wrong with the files")
  func emitted() throws {
    let text = """
      rules:
        - id: seen
          on: output
          match: '^(?<hook>\\S+) failed$'
          emit: hook-broke
          fires: [lint failed]
          silent: [lint passed]
        - id: told
          on: hook-broke
          match: 'lint'
          severity: warning
          why: '{hook} failed.'
          do: [prompt]
          fires: [{text: lint failed, hook: lint}]
          silent: [{text: test failed, hook: test}]
      """
    let (full, errors) = Rulebook.load([RuleFile(text, name: "a.yaml")], programs: ProgramTable())
    #expect(errors.isEmpty)
    let error = FileError(file: "b.yaml", line: 3, column: 4, message: "is no rule; write one")
    let prepared = try PreparedRules(PreparedRules.bytes(of: full, errors: [error]))
    #expect(prepared.errors == [error])
    let fact = Fact(time: .zero, agent: "a", kind: .output, text: "LINT failed", source: .hook)
    #expect(try prepared.rulebook(for: [fact]).rules.map(\.id) == ["seen", "told"])
    let other = Fact(time: .zero, agent: "a", kind: .output, text: "all is well", source: .hook)
    #expect(try prepared.rulebook(for: [other]).rules.isEmpty)
  }

  @Test("are refused or read, never trapped on, when their bytes are others")
  func hostile() throws {
    let bytes = PreparedRules.bytes(of: Fixtures.library.rulebook, errors: [])
    let fact = Fact(time: .zero, agent: "a", kind: .command, text: "kubectl apply -f x", source: .hook)
    var random = SystemRandomNumberGenerator()
    for length in [0, 1, 7, bytes.count / 2, bytes.count - 1] {
      #expect(throws: PreparedRules.Broken.self) { try PreparedRules(Array(bytes.prefix(length))) }
    }
    for _ in 0..<300 {
      var bytes = bytes
      for _ in 0..<3 {
        bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      _ = try? PreparedRules(bytes).rulebook(for: [fact])
    }
  }
}
