/// What surrounds the words of a command while they are unwrapped.
struct Call {
  var assignments: [(name: String, value: Field)] = []
  var redirections: [Redirection] = []
  var wrappers: [String] = []
  var isTruncated = false
  /// Standard input where it is redirected.
  var input: Evaluator.Stream?
  /// The file that standard output goes to.
  var outputPath: String?
  var isAppending = false
  /// More words follow that the text does not tell (`xargs`).
  var hasHiddenWords = false
  /// The first word may be a function, an alias or a builtin: nothing was unwrapped before it.
  var isDirect = true
  var reason: OpaqueReason?
  /// The directory of `git -C` and the like, where the words name one.
  var directory: String?
}

extension Evaluator {
  mutating func run(_ simple: Simple) {
    charge(8)
    guard !isHalted else { return }
    touchedAlternatives = 0
    let before = analysis.commands.count
    var args: [Field] = []
    args.reserveCapacity(simple.words.count)
    for word in simple.words { expand(word, into: &args) }
    let alternatives = touchedAlternatives
    var call = Call()
    call.isTruncated = simple.isTruncated
    if !simple.redirections.isEmpty { redirect(simple.redirections, &call) }
    // What ran within the words is shown only by a command that shows its words.
    if args.isEmpty || !showsWords(args[0].text) { capture(from: before) }
    let assigning = analysis.commands.count
    if !simple.assignments.isEmpty {
      if args.isEmpty || isDeclaration(args[0].text) {
        for assignment in simple.assignments { assign(assignment) }
      } else {
        for assignment in simple.assignments {
          call.assignments.append((assignment.name, value(of: assignment)))
        }
      }
    }
    capture(from: assigning)
    let outerInput = input
    let outerSink = sink
    if let redirected = call.input { input = redirected }
    if call.outputPath != nil { sink = Sink() }
    if args.isEmpty {
      runEmpty(call, isAssignment: !simple.assignments.isEmpty)
    } else {
      execute(args, call)
      runAlternatives(simple, args, call, count: alternatives)
    }
    if call.outputPath != nil { finishOutput(call, outer: outerSink) }
    input = outerInput
  }

  /// The same words with the other values that their variables may have.
  private mutating func runAlternatives(_ simple: Simple, _ args: [Field], _ call: Call, count: Int) {
    guard count > 0, alternative == 0, !isHalted else { return }
    var seen = [args]
    for index in 1...min(count, Limits.alternatives - 1) {
      alternative = index
      var other: [Field] = []
      for word in simple.words { expand(word, into: &other) }
      alternative = 0
      guard !other.isEmpty, !seen.contains(other) else { continue }
      seen.append(other)
      execute(other, call)
    }
  }

  private func showsWords(_ program: String) -> Bool {
    switch Builtin.named[Path.name(program)] {
    case .echo, .printf, .cat, .tee: true
    default: false
    }
  }

  /// A line of nothing but redirections or assignments.
  private mutating func runEmpty(_ call: Call, isAssignment: Bool) {
    if isAssignment { return }
    if case .known(let text)? = call.input {
      write(text)
    } else if call.input != nil {
      writeUnknown()
    }
    if !call.redirections.isEmpty { report([], call) }
  }

  func isDeclaration(_ name: String) -> Bool {
    switch name {
    case "declare", "typeset", "local", "readonly", "export": true
    default: false
    }
  }

  private mutating func value(of assignment: Assignment) -> Field {
    guard let word = assignment.value else { return Field("") }
    return expandOne(word)
  }

  private mutating func assign(_ assignment: Assignment) {
    let old = session.variables[assignment.name]
    if let elements = assignment.elements {
      var fields: [Field] = []
      for element in elements { expand(element, into: &fields) }
      if assignment.isAppending { fields = (old?.fields ?? []) + fields }
      assign(assignment.name, Variable(fields: fields, isArray: true))
      return
    }
    var value = value(of: assignment)
    if let subscripted = assignment.subscripted {
      assignElement(assignment.name, subscripted, value)
      return
    }
    if assignment.isAppending, let first = old?.fields.first {
      let shift = first.text.utf8.count
      let hidden = value.unknown.map { $0.lowerBound + shift..<$0.upperBound + shift }
      let joined = first.unknown.map { $0.lowerBound..<(hidden ?? $0).upperBound } ?? hidden
      value = Field(first.text + value.text, unknown: joined)
    }
    value.isQuoted = false
    assign(assignment.name, Variable(fields: [value]))
  }

  private mutating func assignElement(_ name: String, _ subscripted: String, _ value: Field) {
    var fields = session.variables[name]?.fields ?? []
    guard let index = Int(subscripted), index >= 0, index <= fields.count, index < 256 else {
      assign(name, Variable(fields: [.hidden("$" + name)], isArray: true))
      return
    }
    if index == fields.count { fields.append(value) } else { fields[index] = value }
    assign(name, Variable(fields: fields, isArray: true))
  }

  // MARK: Redirections

  mutating func redirect(_ list: [RedirectionSyntax], _ call: inout Call) {
    for syntax in list {
      if isHalted { return }
      charge(2)
      var target = Field("")
      if let index = syntax.heredoc {
        target = Field(script.string(syntax.target.range))
        if syntax.descriptor == 0 { call.input = heredoc(index) }
      } else {
        target = expandOne(syntax.target)
        redirect(syntax, target, &call)
      }
      call.redirections.append(
        Redirection(op: syntax.op, descriptor: syntax.descriptor, target: target.text))
    }
  }

  private mutating func redirect(_ syntax: RedirectionSyntax, _ target: Field, _ call: inout Call) {
    switch syntax.op {
    case "<<<":
      call.input = target.isKnown ? .known(target.text + "\n") : .unknown
    case "<" where syntax.descriptor == 0, "<>" where syntax.descriptor == 0:
      call.input = content(target)
    case ">", ">>", ">|", "&>", "&>>":
      guard syntax.descriptor == 1, target.isKnown, target.text != "/dev/null" else { break }
      call.outputPath = target.text
      call.isAppending = syntax.op.hasSuffix(">>")
    default: break
    }
  }

  private mutating func heredoc(_ index: Int) -> Stream {
    guard script.heredocs.indices.contains(index) else { return .unknown }
    let heredoc = script.heredocs[index]
    guard heredoc.isExpanded else {
      return .known(String(decoding: heredoc.script.text, as: UTF8.self))
    }
    guard alternative == 0, descend() else { return .unknown }
    defer { ascend() }
    let outer = script
    script = heredoc.script
    let body = expandOne(heredoc.script.parts, isQuoted: true)
    script = outer
    // Parts that are not told stay as written, and are met again by whoever reads the text.
    return .known(body.text)
  }

  /// Keeps what was written to a file, and hands output back to whoever read it before.
  mutating func finishOutput(_ call: Call, outer: Sink?) {
    guard let path = call.outputPath else { return }
    let written = sink?.stream ?? .unknown
    sink = outer
    store(path, written, isAppending: call.isAppending)
  }
}
