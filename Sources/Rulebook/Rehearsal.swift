import Patterns
import Shell

/// Tries the examples of one rule.
struct Rehearsal {
  private let rule: Rule
  private let alone: Rulebook
  private let together: Rulebook
  private let lists: [String: [String]]

  /// - Parameters:
  ///   - emitters: The rules whose facts others listen to; sequences are judged by them too.
  init(of rule: Rule, emitters: [Rule], lists: [String: [String]], programs: ProgramTable) {
    self.rule = rule
    self.lists = lists
    alone = Rulebook(rules: [rule], lists: lists, programs: programs)
    let needs = (rule.fires + rule.silent).contains { $0.sequence != nil }
    let others = needs ? emitters.filter { $0.id != rule.id } : []
    together =
      others.isEmpty ? alone : Rulebook(rules: others + [rule], lists: lists, programs: programs)
  }

  func failures() -> [FileError] {
    var errors: [FileError] = []
    for (name, examples, mustFire) in [("fires", rule.fires, true), ("silent", rule.silent, false)] {
      for (index, example) in examples.enumerated() {
        guard let failure = failure(of: example, mustFire) else { continue }
        errors.append(
          FileError(
            file: example.origin.file, line: example.origin.line, column: 9,
            message: "rule '\(rule.id)': '\(name)' example \(index + 1) \(failure)"))
      }
    }
    return errors
  }

  /// One sentence on what the example does instead; nil when it does as it says.
  func failure(of example: Example, _ mustFire: Bool) -> String? {
    guard example.recording == nil else { return nil }
    guard let sequence = example.sequence else {
      guard firings(on: example).isEmpty == mustFire else { return nil }
      let needsMore = mustFire && rule.windows.count != nil
      return (mustFire ? "does not fire: " : "fires: ") + cleaned(example.text, limit: 120)
        + (needsMore ? "; a rule that counts is shown by a 'sequence:'" : "")
    }
    if let unknown = sequence.lists.keys.sorted().first(where: { lists[$0] == nil }) {
      return
        "names the unknown list '\(cleaned(unknown, limit: 64))'; its 'lists' can only change some that there are"
    }
    let times = firings(in: sequence)
    guard times != sequence.firesAt else { return nil }
    let found = times.isEmpty ? "never fires" : "fires at \(Self.spelled(times))"
    return sequence.firesAt.isEmpty
      ? "\(found); it must stay silent until \(sequence.until.spelled)"
      : "\(found); it must fire at \(Self.spelled(sequence.firesAt)) and at no other time"
  }

  private static func spelled(_ times: [Duration]) -> String {
    times.prefix(8).map(\.spelled).joined(separator: ", ") + (times.count > 8 ? ", …" : "")
  }

  /// The times at which the rule fires on the one fact and the silence after it.
  func firings(on example: Example) -> [Duration] {
    let judge = Judge(alone)
    var verdicts: [Verdict] = []
    var reader = CommandReader(programs: alone.programs)
    let fact = Fact(
      time: .zero, agent: "example", kind: rule.on, text: example.text, fields: example.fields,
      source: .replay)
    for fact in Self.facts(of: fact, &reader) { verdicts += judge.allVerdicts(on: fact) }
    // A deadline may be followed by another; a rule that never comes to rest is none to wait for.
    for _ in 0..<16 {
      guard verdicts.isEmpty, let next = judge.nextDeadline else { break }
      verdicts += judge.allVerdicts(at: next)
    }
    return times(of: verdicts)
  }

  private func firings(in sequence: Example.Sequence) -> [Duration] {
    let judge = Judge(sequence.lists.isEmpty ? together : together.with(sequence.lists))
    var verdicts: [Verdict] = []
    var readers: [String: CommandReader] = [:]
    for moment in sequence.moments {
      let time = Instant.zero + moment.at
      if let clock = moment.clock {
        verdicts += judge.allVerdicts(before: time)
        judge.progress(agent: moment.agent, clock: clock, at: time)
        continue
      }
      let fact = Fact(
        time: time, agent: moment.agent, kind: moment.kind, text: moment.text, fields: moment.fields,
        source: .replay)
      for fact in Self.facts(
        of: fact, &readers[moment.agent, default: CommandReader(programs: together.programs)])
      {
        verdicts += judge.allVerdicts(on: fact)
      }
    }
    verdicts += judge.allVerdicts(at: .zero + sequence.until)
    return times(of: verdicts)
  }

  private func times(of verdicts: [Verdict]) -> [Duration] {
    verdicts.filter { $0.rule.id == rule.id }.map { $0.time - .zero }
  }

  private static func facts(of fact: Fact, _ reader: inout CommandReader) -> [Fact] {
    guard fact.kind == .command else { return [fact] }
    var fact = fact
    if fact.fields["phase"] == nil {
      fact.fields["phase"] = .string(Fact.Phase.running.rawValue)
    }
    return reader.read(fact)
  }
}
