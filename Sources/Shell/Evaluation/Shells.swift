/// Shells, and scripts that they or the kernel run.
extension Evaluator {
  mutating func shell(_ args: [Field], _ call: Call) {
    var index = 1
    var hasText = false
    var readsInput = false
    while index < args.count {
      let text = args[index].text
      guard let first = text.utf8.first, first == Byte.dash || first == Byte.plus, text.utf8.count > 1 else {
        break
      }
      index += 1
      if text == "--" { break }
      if text.hasPrefix("--") {
        if ["--rcfile", "--init-file"].contains(text) { index += 1 }
        if ["--version", "--help"].contains(text) {
          report(args, call)
          writeUnknown()
          return
        }
        continue
      }
      for option in text.utf8.dropFirst() {
        switch option {
        case UInt8(ascii: "c"): hasText = first == Byte.dash
        case UInt8(ascii: "s"): readsInput = true
        case UInt8(ascii: "o"), UInt8(ascii: "O"): index += 1
        case UInt8(ascii: "n") where first == Byte.dash:
          // Only checks the syntax.
          report(args, call)
          writeUnknown()
          return
        default: break
        }
      }
    }
    let operands = index < args.count ? Array(args[index...]) : []
    if hasText {
      guard let text = operands.first else {
        report(args, call)
        return
      }
      inScope(positional: operands.count > 1 ? Array(operands.dropFirst()) : [Field("sh")], call) {
        $0.runText(text, outer: args, $1)
      }
    } else if let file = operands.first, !readsInput, file.text != "-" {
      scriptFile(file, args, operands, call)
    } else {
      shellInput(args, operands, call)
    }
  }

  private mutating func shellInput(_ args: [Field], _ operands: [Field], _ call: Call) {
    switch input {
    case .inherited:
      report(args, call)
      writeUnknown()
    case .unknown:
      report(args, call, reason: .unknownInput)
      writeUnknown()
    case .known(let text):
      inScope(positional: [Field("sh")] + operands, call) {
        $0.input = .unknown
        $0.runText(Field(text), outer: args, $1)
      }
    }
  }

  private mutating func inScope(
    positional words: [Field], _ call: Call, _ body: (inout Evaluator, Call) -> Void
  ) {
    let scope = enterScope()
    let outerInput = input
    positional = words
    body(&self, call)
    input = outerInput
    leave(scope)
  }

  private mutating func scriptFile(_ file: Field, _ args: [Field], _ operands: [Field], _ call: Call) {
    guard case .known(let text) = content(file) else {
      report(args, call, reason: file.isKnown ? .unreadableScript : .unknownWord)
      writeUnknown()
      return
    }
    report(args, call)
    let path = resolved(file.text) ?? file.text
    runScript(text, path, positional: operands, call)
  }

  private mutating func runScript(_ text: String, _ path: String, positional words: [Field], _ call: Call) {
    let outer = outerWrappers
    outerWrappers += call.wrappers
    let scope = enterScope()
    for assignment in call.assignments { assign(assignment.name, Variable(fields: [assignment.value])) }
    positional = words
    run(text, from: .script(path), key: "script " + path)
    leave(scope)
    outerWrappers = outer
  }

  mutating func source(_ args: [Field], _ call: Call) {
    guard args.count > 1 else {
      report(args, call)
      return
    }
    guard case .known(let text) = content(args[1]) else {
      report(args, call, reason: args[1].isKnown ? .unreadableScript : .unknownWord)
      writeUnknown()
      return
    }
    report(args, call)
    let path = resolved(args[1].text) ?? args[1].text
    let outer = positional
    if args.count > 2 { positional = Array(args.dropFirst()) }
    run(text, from: .script(path), key: "script " + path)
    positional = outer
  }

  /// A program given by its path: followed when it is a script that can be read. It is reported already.
  mutating func runFile(_ args: [Field], _ call: Call) {
    guard host == nil, args[0].isKnown, let path = resolved(args[0].text) else { return }
    for directory in ["/usr/", "/bin/", "/sbin/", "/opt/"] where path.hasPrefix(directory) { return }
    guard let text = read(path), descend() else { return }
    defer { ascend() }
    let firstLine = text.prefix { $0 != "\n" }.prefix(256)
    guard firstLine.hasPrefix("#!") else {
      // Without a first line that says otherwise the calling shell reads it, unless it is no text.
      guard !text.utf8.prefix(512).contains(0) else { return }
      runScript(text, path, positional: args, call)
      return
    }
    let words = firstLine.dropFirst(2).split(whereSeparator: { $0 == " " || $0 == "\t" }).map(String.init)
    let interpreter = words.map(Path.name).first { $0 != "env" && !$0.hasPrefix("-") } ?? ""
    switch Builtin.named[interpreter] {
    case .shell: runScript(text, path, positional: args, call)
    case .code: scanCode(text, language: interpreter, args, call)
    default: break
    }
  }
}
