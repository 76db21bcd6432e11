/// Walks the syntax as a shell would, without running anything.
struct Evaluator {
  var session: Session
  let programs: ProgramTable
  let files: Files
  /// The text that is walked.
  var script = Script.empty
  var analysis = Analysis()
  var source = CommandSource.line
  var host: Host?
  /// Where output goes that somebody will read; nil when nobody does.
  var sink: Sink?
  var input = Stream.inherited
  var positional: [Field]?
  var outerWrappers: [String] = []
  var undo: [Undo] = []
  /// How many other values the variables of the current command have, and which of them is looked at.
  var touchedAlternatives = 0
  var alternative = 0
  var lineFiles: Set<String> = []
  var lineBranches: [String: String?] = [:]
  var repositories: [String: Repository?] = [:]
  var processOutputs: [String: Stream] = [:]
  var activeTexts: [String: Int] = [:]
  var filesRead = 0
  var nesting = 0
  let limit: Int
  var isHalted = false

  struct Undo {
    var name: String
    var old: Variable?
  }

  /// What a command reads.
  enum Stream {
    /// Whatever the shell itself was given.
    case inherited
    case unknown
    case known(String)
  }

  /// What commands wrote so far.
  struct Sink {
    var text = ""
    var isKnown = true

    var stream: Stream { isKnown ? .known(text) : .unknown }
  }

  init(session: Session, programs: ProgramTable, files: Files, length: Int) {
    self.session = session
    self.programs = programs
    self.files = files
    limit = Limits.baseSteps + Limits.stepsPerByte * length
  }

  func finished() -> Analysis {
    var analysis = analysis
    analysis.filesWritten = lineFiles.sorted()
    return analysis
  }

  // MARK: Bounds

  /// Counts work; past the limit everything stops.
  mutating func charge(_ steps: Int) {
    analysis.steps += steps
    if analysis.steps > limit { halt(.tooMuch) }
  }

  mutating func halt(_ reason: OpaqueReason) {
    guard !isHalted else { return }
    isHalted = true
    reportOpaque(reason)
  }

  mutating func reportOpaque(_ reason: OpaqueReason) {
    analysis.isTruncated = true
    var command = SimpleCommand()
    command.opaqueReason = reason
    command.isTruncated = true
    command.source = source
    analysis.commands.append(command)
  }

  /// Goes one level down; false when that is too deep.
  mutating func descend() -> Bool {
    guard nesting < Limits.nesting, !isHalted else {
      if !isHalted { halt(.tooDeep) }
      return false
    }
    nesting += 1
    return true
  }

  mutating func ascend() { nesting -= 1 }

  // MARK: Texts

  mutating func run(_ text: [UInt8], isCut: Bool = false) {
    guard descend() else { return }
    defer { ascend() }
    let parsed = Parser.script(text, isCut: isCut)
    charge(parsed.steps)
    if parsed.isTruncated { analysis.isTruncated = true }
    run(parsed)
    if parsed.isTooDeep { reportOpaque(.tooDeep) }
  }

  mutating func run(_ text: String, isCut: Bool = false) { run(Array(text.utf8), isCut: isCut) }

  /// Runs a text that came from elsewhere. One that is being run already is not entered a third time.
  mutating func run(_ text: String, from source: CommandSource, key: String) {
    let active = activeTexts[key, default: 0]
    guard active < 2 else { return }
    activeTexts[key] = active + 1
    let outer = self.source
    self.source = source
    run(text)
    self.source = outer
    activeTexts[key] = active
  }

  mutating func run(_ parsed: Script) {
    let outer = script
    script = parsed
    run(parsed.statements)
    script = outer
  }

  // MARK: Scopes

  struct Scope {
    var undo: Int
    var cwd: String?
    var previousDirectory: String?
    var isLost: Bool
    var positional: [Field]?
  }

  func enterScope() -> Scope {
    Scope(
      undo: undo.count, cwd: session.cwd, previousDirectory: session.previousDirectory,
      isLost: session.isLost, positional: positional)
  }

  mutating func leave(_ scope: Scope) {
    while undo.count > scope.undo, let last = undo.popLast() {
      session.variables[last.name] = last.old
    }
    session.cwd = scope.cwd
    session.previousDirectory = scope.previousDirectory
    session.isLost = scope.isLost
    positional = scope.positional
  }

  mutating func assign(_ name: String, _ variable: Variable) {
    let old = session.variables[name]
    guard old != nil || session.variables.count < Session.maximumVariables else { return }
    var length = 0
    for field in variable.fields { length += field.text.utf8.count }
    charge(length + variable.fields.count)
    guard length <= Limits.valueLength, variable.fields.count <= Limits.words else {
      undo.append(Undo(name: name, old: old))
      session.variables[name] = Variable(fields: [.hidden("$" + name)])
      return
    }
    undo.append(Undo(name: name, old: old))
    session.variables[name] = variable
  }

  /// Variables set since `mark` by what may not have run keep their older values as alternatives.
  mutating func merge(from mark: Int) {
    guard undo.count > mark else { return }
    for index in mark..<undo.count {
      guard let old = undo[index].old, var current = session.variables[undo[index].name] else { continue }
      charge(4)
      for fields in [old.fields] + old.others
      where fields != current.fields && !current.others.contains(fields)
        && current.others.count < Limits.alternatives - 1
      {
        current.others.append(fields)
      }
      session.variables[undo[index].name] = current
    }
  }

  // MARK: Output

  mutating func write(_ text: String) {
    guard sink != nil else { return }
    charge(text.utf8.count)
    sink?.text += text
    if let sink, sink.text.utf8.count > Limits.valueLength { self.sink?.isKnown = false }
  }

  mutating func writeUnknown() { sink?.isKnown = false }

  mutating func write(_ stream: Stream) {
    if case .known(let text) = stream { write(text) } else { writeUnknown() }
  }

  /// Runs something in a scope of its own and takes what it writes.
  mutating func captured(_ body: (inout Evaluator) -> Void) -> Stream {
    let scope = enterScope()
    let outer = sink
    sink = Sink()
    body(&self)
    let stream = sink?.stream ?? .unknown
    sink = outer
    leave(scope)
    return stream
  }
}
