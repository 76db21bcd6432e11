/// Lists, pipelines and compound commands.
extension Evaluator {
  mutating func run(_ statements: [Statement]) {
    var mark = 0
    var isChained = false
    for statement in statements {
      if isHalted { return }
      switch statement.link {
      case .sequence:
        if isChained { merge(from: mark) }
        isChained = false
      case .and, .or:
        if !isChained {
          mark = undo.count
        } else if statement.link == .or {
          merge(from: mark)
          mark = undo.count
        }
        isChained = true
      }
      run(statement)
    }
    if isChained { merge(from: mark) }
  }

  private mutating func run(_ statement: Statement) {
    guard !statement.rest.isEmpty || statement.isBackground else {
      run(statement.command)
      return
    }
    let outerInput = input
    let outerSink = sink
    var piped = input
    var starts: [Int] = []
    for index in 0...statement.rest.count {
      if isHalted { break }
      let isLast = index == statement.rest.count
      let scope = enterScope()
      starts.append(analysis.commands.count)
      input = piped
      sink = isLast ? outerSink : Sink()
      run(index == 0 ? statement.command : statement.rest[index - 1])
      if !isLast { piped = sink?.stream ?? .unknown }
      leave(scope)
    }
    if isHalted { sink = outerSink }
    input = outerInput
    captureUnshown(statement, starts)
  }

  /// Marks what the stages of a pipeline print and no later stage shows.
  ///
  /// - Parameter starts: The number of the first command of each stage.
  private mutating func captureUnshown(_ statement: Statement, _ starts: [Int]) {
    var hiding: Int?
    for (stage, start) in zip(statement.rest, starts.dropFirst()) {
      guard case .simple = stage, analysis.commands.indices.contains(start) else { continue }
      let reader = analysis.commands[start]
      if reader.isCaptured || !programs.filters.contains(reader.program) { hiding = start }
    }
    guard let hiding, let first = starts.first else { return }
    for index in first..<hiding { analysis.commands[index].isCaptured = true }
  }

  mutating func run(_ command: Command) {
    switch command {
    case .simple(let simple): run(simple)
    case .compound(let compound):
      guard descend() else { return }
      defer { ascend() }
      charge(4)
      run(compound)
    }
  }

  private mutating func run(_ compound: Compound) {
    guard !compound.redirections.isEmpty else {
      run(compound.kind)
      return
    }
    var call = Call()
    let outerInput = input
    let outerSink = sink
    redirect(compound.redirections, &call)
    input = call.input ?? input
    if call.outputPath != nil { sink = Sink() }
    if call.redirections.contains(where: { $0.op.utf8.first != Byte.less && $0.target != "/dev/null" }) {
      report([], call)
    }
    run(compound.kind)
    finishOutput(call, outer: outerSink)
    input = outerInput
  }

  private mutating func run(_ kind: Compound.Kind) {
    switch kind {
    case .group(let statements): run(statements)
    case .subshell(let statements):
      let scope = enterScope()
      run(statements)
      leave(scope)
    case .branches(let branches):
      let mark = undo.count
      for branch in branches where !isHalted {
        run(branch.condition)
        run(branch.body)
      }
      merge(from: mark)
    case .loop(let condition, let body):
      let mark = undo.count
      run(condition)
      run(body)
      merge(from: mark)
    case .forEach(let name, let items, let body): loop(name, over: items, body)
    case .cases(let subject, let arms): cases(expandOne(subject), arms)
    case .function(let name, let body):
      let isNew = session.functions[name] == nil
      if !isNew || session.functions.count < Session.maximumFunctions {
        session.functions[name] = Function(script: script, body: body)
      }
    case .test(let words):
      for word in words { _ = expandOne(word) }
    case .arithmetic(let parts): runParts(parts)
    case .coprocess(let command):
      let scope = enterScope()
      run(command)
      leave(scope)
    }
  }

  private mutating func loop(_ name: String, over items: [Word]?, _ body: [Statement]) {
    var values: [Field] = []
    if let items {
      for item in items where !isHalted { expand(item, into: &values) }
    } else {
      values = positional ?? []
    }
    if values.isEmpty { values = [.hidden("$" + name)] }
    if values.count > Limits.loopValues {
      analysis.isTruncated = true
      values.removeSubrange(Limits.loopValues...)
    }
    let mark = undo.count
    for value in values where !isHalted {
      assign(name, Variable(fields: [value]))
      run(body)
    }
    merge(from: mark)
  }

  /// A known subject runs the arm that it matches; any other may run each.
  private mutating func cases(_ subject: Field, _ arms: [(patterns: [Word], body: [Statement])]) {
    let mark = undo.count
    for arm in arms where !isHalted {
      var canMatch = !subject.isKnown
      for pattern in arm.patterns {
        let pattern = expandOne(pattern)
        if subject.isKnown {
          charge(subject.text.utf8.count + pattern.text.utf8.count)
          canMatch = canMatch || !pattern.isKnown || Glob.matches(pattern.text, subject.text)
          if pattern.isKnown, Glob.matches(pattern.text, subject.text) {
            run(arm.body)
            merge(from: mark)
            return
          }
        }
      }
      if canMatch { run(arm.body) }
    }
    merge(from: mark)
  }
}
