import Processes
import Rulebook
import Senses

/// From an execution to facts.
extension ExecDocket {
  /// What an execution is, before anybody judges it.
  struct Told {
    /// What the watch is told.
    var facts: [Fact]
    /// What the rules that hold are asked about.
    var judged: [Fact]
    /// They are about what a shell will execute by and by.
    var isText: Bool
  }

  /// Programs of this level the agent's own shell has started; that is the first.
  static let outermost = 2

  func told(_ execution: ExecListener.Execution, _ agent: (name: String, root: Int32), story: UInt64) -> Told
  {
    let reading = bench(of: agent.name).reading
    let process = execution.process
    let isLookedAt = execution.stop != .none
    let file = isLookedAt ? ProcessFiles.executable(process) : nil
    let arguments = reading.arguments(execution.arguments, executable: file) {
      originals.original(of: process, execution.arguments)
    }
    let surroundings = ExecReading.Surroundings(
      agent: agent.name, directory: execution.directory ?? ProcessFiles.directory(process),
      environment: isLookedAt ? variables(of: process, apartFromThoseOf: agent.root, reading) : [],
      isInner: execution.level > Self.outermost || (execution.isByFirst && arguments.text == nil),
      time: clock.instant(ofMonotonic: Int64(clamping: execution.time)))
    let facts = reading.facts(arguments, surroundings).map { fact in
      var fact = fact
      fact.story = story
      return fact
    }
    guard let text = arguments.text, isLookedAt else {
      return Told(facts: facts, judged: facts, isText: false)
    }
    return Told(
      facts: facts, judged: reading.textFacts(text, surroundings),
      // Busybox has its programs in itself: no execution will tell of them.
      isText: !(file.map(Watchlist.isManyPrograms) ?? false))
  }

  /// Variables that rules ask for and the agent was not started with: what it was started with is the human's word.
  private func variables(
    of process: Int32, apartFromThoseOf root: Int32, _ reading: ExecReading
  ) -> [String] {
    guard !reading.variables.isEmpty else { return [] }
    let own = reading.variables.asked(in: ProcessFiles.environment(process))
    guard !own.isEmpty else { return [] }
    let inherited = Set(reading.variables.asked(in: ProcessFiles.environment(root)))
    return own.filter { !inherited.contains($0) }
  }

  func fact(_ crowd: Crowd, of agent: String, at time: UInt64) -> Fact {
    Fact(
      time: clock.instant(ofMonotonic: Int64(clamping: time)), agent: agent, kind: .probe,
      text: "\(crowd.living) processes, \(crowd.copies) of them copies of copies",
      fields: [
        "measure": .string("processes"), "living": .number(Double(crowd.living)),
        "copies": .number(Double(crowd.copies)),
      ], source: .exec)
  }
}
