/// Decides what a command's words mean: a function, a builtin, a wrapper, a shell or a program.
extension Evaluator {
  mutating func execute(_ args: [Field], _ call: Call) {
    charge(4)
    guard !isHalted, let first = args.first else { return }
    guard first.isKnown else {
      executeUnknown(args, call)
      return
    }
    if call.isDirect {
      if !session.functions.isEmpty, let function = session.functions[first.text] {
        self.call(function, named: first.text, args, call)
        return
      }
      if !session.aliases.isEmpty, !first.isQuoted, let alias = session.aliases[first.text] {
        runAlias(alias, args, call)
        return
      }
    }
    let name = Path.name(first.text)
    if let builtin = Builtin.named[name] {
      guard descend() else { return }
      defer { ascend() }
      run(builtin, args, call)
      return
    }
    if let wrapper = programs.wrappers[name] {
      guard descend() else { return }
      defer { ascend() }
      unwrap(args, from: 1, wrapper, named: name, call)
      return
    }
    report(args, call)
    if name == "git" {
      gitChildren(args, call)
    } else {
      writeUnknown()
    }
    if programs.compound.contains(name) {
      guard descend() else { return }
      defer { ascend() }
      unwrapCompound(args, name, call)
    }
    if first.text.utf8.contains(Byte.slash) { runFile(args, call) }
  }

  /// The program is named by something unknown. If that is empty, the next word is the program.
  private mutating func executeUnknown(_ args: [Field], _ call: Call) {
    report(args, call, reason: .unknownProgram)
    writeUnknown()
    guard args.count > 1, args[1].isKnown, !args[0].isQuoted, args[0].unknown?.lowerBound == 0,
      args[0].unknown?.upperBound == args[0].text.utf8.count
    else { return }
    let next = Path.name(args[1].text)
    guard
      programs.programs[next] != nil || programs.wrappers[next] != nil
        || Builtin.named[next]?.runsOthers == true
    else { return }
    guard descend() else { return }
    defer { ascend() }
    var call = call
    call.reason = .maybeEmptyWord
    execute(Array(args.dropFirst()), call)
  }

  private mutating func call(_ function: Function, named name: String, _ args: [Field], _ call: Call) {
    let key = "function " + name
    let active = activeTexts[key, default: 0]
    guard active < 2, descend() else { return }
    defer { ascend() }
    activeTexts[key] = active + 1
    let outerScript = script
    let outerPositional = positional
    script = function.script
    positional = args
    for assignment in call.assignments { assign(assignment.name, Variable(fields: [assignment.value])) }
    run(function.body)
    positional = outerPositional
    script = outerScript
    activeTexts[key] = active
  }

  private mutating func runAlias(_ alias: String, _ args: [Field], _ call: Call) {
    guard !isHalted else { return }
    let name = args[0].text
    // An alias is not expanded within itself.
    session.aliases[name] = nil
    defer { session.aliases[name] = alias }
    var text = alias
    for arg in args.dropFirst() { text += " " + Self.shellQuoted(arg) }
    charge(text.utf8.count)
    run(text, isCut: call.isTruncated)
  }

  /// A word as a shell would read it back; what is not known stays as written.
  static func shellQuoted(_ field: Field) -> String {
    guard field.isKnown else { return field.text }
    let isSafe = field.text.utf8.allSatisfy { byte in
      Byte.isName(byte) || byte == Byte.dash || byte == Byte.slash || byte == Byte.dot || byte == Byte.equals
        || byte == Byte.colon || byte == Byte.comma || byte == Byte.at || byte == Byte.percent
    }
    if isSafe, !field.text.isEmpty { return field.text }
    return "'" + field.text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
      + "'"
  }

  /// Words joined by blanks, as `eval` and `ssh` do.
  func joined(_ args: ArraySlice<Field>) -> Field {
    var builder = FieldBuilder(splits: false)
    for (index, arg) in args.enumerated() {
      if index > 0 { builder.append(" ") }
      builder.append(arg)
    }
    return Field(builder.text, unknown: builder.unknown)
  }

  /// Runs a text given as a word; one that is not told at all is opaque.
  mutating func runText(_ text: Field, outer args: [Field], _ call: Call) {
    if let hidden = text.unknown, hidden == 0..<text.text.utf8.count {
      report(args, call, reason: .unknownText)
      writeUnknown()
      return
    }
    let outer = outerWrappers
    outerWrappers += call.wrappers
    let mark = undo.count
    for assignment in call.assignments { assign(assignment.name, Variable(fields: [assignment.value])) }
    let before = analysis.commands.count
    run(text.text, isCut: call.isTruncated)
    // Assignments before the command hold for it alone.
    if !call.assignments.isEmpty {
      let texts = call.assignments.map { $0.name + "=" + $0.value.text }
      for index in before..<max(before, analysis.commands.count)
      where analysis.commands.indices.contains(index) {
        analysis.commands[index].assignments = texts + analysis.commands[index].assignments
      }
      while undo.count > mark, let last = undo.popLast() { session.variables[last.name] = last.old }
    }
    if let reason = call.reason {
      for index in before..<max(before, analysis.commands.count)
      where analysis.commands[index].opaqueReason == nil {
        analysis.commands[index].opaqueReason = reason
      }
    }
    outerWrappers = outer
  }
}
