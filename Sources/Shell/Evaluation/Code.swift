/// Other languages' interpreters: what their code visibly runs. The code itself is not understood.
extension Evaluator {
  mutating func code(_ args: [Field], _ call: Call) {
    report(args, call)
    writeUnknown()
    let language = Path.name(args[0].text)
    var index = 1
    var file: Field?
    while index < args.count {
      let text = args[index].text
      if isCodeOption(text, language), index + 1 < args.count {
        scanCode(args[index + 1].text, language: language, args, call, isKnown: args[index + 1].isKnown)
        return
      }
      if text.utf8.first != Byte.dash || text == "-" {
        file = args[index]
        break
      }
      if ["-W", "-X", "-I", "-r", "-M", "-v", "-F", "--require"].contains(text) { index += 1 }
      if text == "-m" { return }
      index += 1
    }
    if language.hasSuffix("awk") {
      if let file { scanCode(file.text, language: language, args, call) }
      return
    }
    if let file, file.text != "-" {
      if case .known(let text) = content(file) { scanCode(text, language: language, args, call) }
    } else if case .known(let text) = input {
      scanCode(text, language: language, args, call)
    } else if case .unknown = input {
      mark(.unknownInput)
    }
  }

  private func isCodeOption(_ text: String, _ language: String) -> Bool {
    switch language {
    case "python", "python2", "python3":
      text.hasPrefix("-") && !text.hasPrefix("--") && text.hasSuffix("c") && text.utf8.count <= 4
    case "php": text == "-r"
    case "lua": text == "-e"
    case "deno": text == "eval"
    case "perl", "ruby":
      text.hasPrefix("-") && (text.hasSuffix("e") || text.hasSuffix("E")) && text.utf8.count <= 6
    case "node", "nodejs": ["-e", "--eval", "-p", "--print", "-pe"].contains(text)
    default: false
    }
  }

  private mutating func mark(_ reason: OpaqueReason) {
    guard let last = analysis.commands.indices.last, analysis.commands[last].opaqueReason == nil else {
      return
    }
    analysis.commands[last].opaqueReason = reason
  }

  mutating func scanCode(
    _ text: String, language: String, _ args: [Field], _ call: Call, isKnown: Bool = true
  ) {
    guard descend() else { return }
    defer { ascend() }
    charge(text.utf8.count)
    if !isKnown { mark(.unknownText) }
    let calls = CodeScan.calls(in: Array(text.utf8), language: language)
    let outer = source
    let outerWrappers = self.outerWrappers
    if calls.contains(where: { $0 == .hidden }) { mark(.hiddenCall) }
    source = .code(language)
    self.outerWrappers += call.wrappers
    let scope = enterScope()
    for found in calls.prefix(64) where !isHalted {
      switch found {
      case .shell(let text): run(text)
      case .words(let words): execute(words.map { $0.map { Field($0) } ?? .hidden("$(…)") }, Call())
      case .hidden: break
      }
    }
    leave(scope)
    source = outer
    self.outerWrappers = outerWrappers
  }
}
