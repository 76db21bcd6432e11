import Patterns

extension PreparedWriter {
  mutating func write(_ rule: Rule) {
    writeWords(of: rule)
    write(rule.origin.file)
    write(rule.origin.line)
    write(rule.layer)
    write(rule.isQuiet)
  }

  /// What the rule says, wherever it stands.
  mutating func writeWords(of rule: Rule) {
    write(rule.id)
    write(rule.on)
    write(rule.match) { $0.write($1.source) }
    write(rule.except) { $0.write($1.source) }
    write(rule.when) { $0.write($1.source) }
    write(rule.severity)
    write(rule.why.source)
    write(rule.instead) { $0.write($1.source) }
    write(rule.prompt) { $0.write($1.source) }
    write(rule.steps) { $0.write($1) { $0.write($1) } }
    write(rule.emit) { $0.write($1) }
    write(rule.windows)
  }

  private mutating func write(_ order: Order) {
    write(order.action)
    switch order.details {
    case .none: write(0)
    case .hold(let time, let release):
      write(1)
      write(time) { $0.write($1) }
      write(release)
    case .restart(let restart):
      write(2)
      write(restart.handoff)
      for time in [restart.turn, restart.within, restart.cooldown, restart.grace] { write(time) }
    case .run(let program):
      write(3)
      write(program)
    case .queue(let text):
      write(4)
      write(text) { $0.write($1) }
    }
  }

  private mutating func write(_ windows: Windows) {
    write(windows.count) {
      $0.write($1.at) { $0.write($1) }
      $0.write($1.within) { $0.write($1) }
      $0.write($1.by)
      $0.write($1.reset.map(\.rawValue))
      $0.write($1.isPerCommand)
    }
    write(windows.expectation) {
      $0.write($1.kinds.map(\.rawValue))
      $0.write($1.within)
      $0.write($1.unless.map(\.rawValue))
      $0.write($1.by)
    }
    write(windows.stall) {
      $0.write($1.after)
      $0.write($1.clocks.map(\.rawValue).sorted())
      $0.write($1.grace) { $0.write($1) }
    }
    write(windows.held) { $0.write($1) }
    write(windows.cooldown) { $0.write($1) }
    write(windows.ladderReset) { $0.write($1) }
    write(windows.cap) {
      $0.write($1.at)
      $0.write($1.within)
    }
  }

  mutating func write(_ error: FileError) {
    write(error.file)
    write(error.line)
    write(error.column)
    write(error.message)
  }
}

extension PreparedReader {
  typealias Broken = PreparedRules.Broken

  mutating func rule() throws(Broken) -> Rule {
    let id = try text()
    let on: Fact.Kind = try word()
    let match = try optional { reader throws(Broken) in try reader.pattern() }
    let except = try items { reader throws(Broken) in try reader.pattern() }
    let when = try optional { reader throws(Broken) in try reader.condition() }
    let severity: Severity = try word()
    let why = Template(try text())
    let instead = try optional { reader throws(Broken) in Template(try reader.text()) }
    let prompt = try optional { reader throws(Broken) in Template(try reader.text()) }
    let steps = try items { reader throws(Broken) in
      try reader.items { reader throws(Broken) in try reader.order() }
    }
    let emit = try optional { reader throws(Broken) in try reader.word(Fact.Kind.self) }
    let windows = try windows()
    let origin = Rule.Origin(file: try text(), line: try number())
    let parts = windows.parts(of: when)
    return Rule(
      id: id, on: on, match: match, except: except, when: when, filter: parts.filter,
      threshold: parts.threshold, severity: severity, why: why, instead: instead, prompt: prompt,
      steps: steps, emit: emit, windows: windows, fires: [], silent: [], origin: origin, layer: try word(),
      isQuiet: try flag(), places: [:])
  }

  private mutating func pattern() throws(Broken) -> Pattern {
    let source = try text()
    do throws(PatternError) {
      return try Pattern(source)
    } catch {
      throw .unsound("\(error)")
    }
  }

  private mutating func condition() throws(Broken) -> Condition {
    let source = try text()
    do throws(ConditionError) {
      return try Condition(source)
    } catch {
      throw .unsound("\(error)")
    }
  }

  private mutating func order() throws(Broken) -> Order {
    let action: Action = try word()
    switch try number() {
    case 0: return Order(action, Order.Details.none)
    case 1:
      let time = try optional { reader throws(Broken) in try reader.duration() }
      return Order(action, .hold(for: time, then: try word()))
    case 2:
      return Order(
        action,
        .restart(
          Order.Restart(
            handoff: try flag(), turn: try duration(), within: try duration(), cooldown: try duration(),
            grace: try duration())))
    case 3: return Order(action, .run(program: try text()))
    case 4: return Order(action, .queue(text: try optional { reader throws(Broken) in try reader.text() }))
    case let other: throw .unknownWord("\(other)")
    }
  }

  private mutating func windows() throws(Broken) -> Windows {
    var windows = Windows()
    windows.count = try optional { reader throws(Broken) in
      Windows.Count(
        at: try reader.optional { reader throws(Broken) in try reader.number() },
        within: try reader.optional { reader throws(Broken) in try reader.duration() },
        by: try reader.texts(), reset: try reader.kinds(), isPerCommand: try reader.flag())
    }
    windows.expectation = try optional { reader throws(Broken) in
      Windows.Expectation(
        kinds: try reader.kinds(), within: try reader.duration(), unless: try reader.kinds(),
        by: try reader.texts())
    }
    windows.stall = try optional { reader throws(Broken) in
      Windows.Stall(
        after: try reader.duration(),
        clocks: Set(try reader.items { reader throws(Broken) in try reader.word(Clock.self) }),
        grace: try reader.optional { reader throws(Broken) in try reader.duration() })
    }
    windows.held = try optional { reader throws(Broken) in try reader.duration() }
    windows.cooldown = try optional { reader throws(Broken) in try reader.duration() }
    windows.ladderReset = try optional { reader throws(Broken) in try reader.duration() }
    windows.cap = try optional { reader throws(Broken) in
      Windows.Cap(at: try reader.number(), within: try reader.duration())
    }
    return windows
  }

  private mutating func kinds() throws(Broken) -> [Fact.Kind] {
    try items { reader throws(Broken) in try reader.word() }
  }

  mutating func fileError() throws(Broken) -> FileError {
    FileError(file: try text(), line: try number(), column: try number(), message: try text())
  }
}
