/// Commands whose effect on the line itself is known.
enum Builtin {
  case echo, printf, cat, tee, nothing, pwd, cd, pushd, popd, declare, unset, alias, unalias, eval, source,
    trap
  case read, set, shift, which, basename, later, shell, xargs, find, parallel, code, make, packageScript, copy

  /// It may run what its words or its input say.
  var runsOthers: Bool {
    switch self {
    case .eval, .source, .trap, .shell, .xargs, .find, .parallel, .code, .make, .packageScript: true
    default: false
    }
  }

  static let named: [String: Builtin] = [
    "echo": .echo, "printf": .printf, "cat": .cat, "tee": .tee, ":": .nothing, "true": .nothing, "pwd": .pwd,
    "cd": .cd, "chdir": .cd, "pushd": .pushd, "popd": .popd, "export": .declare, "declare": .declare,
    "typeset": .declare, "local": .declare, "readonly": .declare, "unset": .unset, "alias": .alias,
    "unalias": .unalias, "eval": .eval, "source": .source, ".": .source, "trap": .trap, "read": .read,
    "set": .set, "shift": .shift, "which": .which, "basename": .basename, "sh": .shell, "bash": .shell,
    "dash": .shell, "ash": .shell, "zsh": .shell, "ksh": .shell, "mksh": .shell, "rbash": .shell,
    "fish": .shell,
    "xargs": .xargs, "find": .find, "parallel": .parallel, "python": .code, "python2": .code,
    "python3": .code,
    "node": .code, "nodejs": .code, "perl": .code, "ruby": .code, "php": .code, "deno": .code, "lua": .code,
    "awk": .code,
    "gawk": .code, "mawk": .code, "make": .make, "gmake": .make, "npm": .packageScript,
    "yarn": .packageScript,
    "pnpm": .packageScript, "bun": .packageScript, "cp": .copy, "mv": .copy, "ln": .copy, "at": .later,
    "batch": .later,
  ]
}

extension Evaluator {
  mutating func run(_ builtin: Builtin, _ args: [Field], _ call: Call) {
    switch builtin {
    case .eval: runText(joined(args.dropFirst()), outer: args, call)
    case .source: source(args, call)
    case .shell: shell(args, call)
    case .xargs: xargs(args, call)
    case .find: find(args, call)
    case .parallel: parallel(args, call)
    case .code: code(args, call)
    case .make: make(args, call)
    case .packageScript: packageScript(args, call)
    case .later:
      report(args, call)
      if case .known(let text) = input { runText(Field(text), outer: args, call) }
      writeUnknown()
    case .trap:
      report(args, call)
      if args.count > 2, !args[1].text.isEmpty, args[1].text != "-" { runText(args[1], outer: args, call) }
    case .echo, .printf, .cat, .tee, .pwd, .which, .basename:
      report(args, call)
      if sink != nil || builtin == .tee || args.count > 1 && args[1].text == "-v" { output(builtin, args) }
    default:
      report(args, call)
      change(builtin, args, call)
    }
  }

  private mutating func output(_ builtin: Builtin, _ args: [Field]) {
    switch builtin {
    case .echo: echo(args)
    case .printf: printf(args)
    case .cat:
      let names = args.dropFirst().filter { $0.text.utf8.first != Byte.dash || $0.text == "-" }
      if names.isEmpty { write(input) }
      for name in names { write(content(name)) }
    case .tee:
      let isAppending = args.contains { $0.text == "-a" || $0.text == "--append" }
      for name in args.dropFirst() where name.text.utf8.first != Byte.dash && name.isKnown {
        if processOutputs[name.text] == nil { store(name.text, input, isAppending: isAppending) }
      }
      write(input)
    case .pwd:
      if let cwd = session.cwd, !session.isLost { write(cwd + "\n") } else { writeUnknown() }
    case .which:
      for name in args.dropFirst() where name.text.utf8.first != Byte.dash {
        if name.isKnown { write(name.text + "\n") } else { writeUnknown() }
      }
    case .basename where args.count == 2 && args[1].isKnown: write(Path.name(args[1].text) + "\n")
    default: writeUnknown()
    }
  }

  private mutating func echo(_ args: [Field]) {
    var index = 1
    var hasNewline = true
    var hasEscapes = false
    while index < args.count, ["-n", "-e", "-E", "-ne", "-en", "-nE"].contains(args[index].text) {
      if args[index].text.utf8.contains(UInt8(ascii: "n")) { hasNewline = false }
      if args[index].text.utf8.contains(UInt8(ascii: "e")) { hasEscapes = true }
      index += 1
    }
    let text = joined(args[index...])
    if let hidden = text.unknown, hidden == 0..<text.text.utf8.count { writeUnknown() }
    write(hasEscapes ? AnsiQuote.decoded(Array(text.text.utf8)[...]) : text.text)
    if hasNewline { write("\n") }
  }

  private mutating func printf(_ args: [Field]) {
    var args = args
    if args.count > 2, args[1].text == "-v" {
      let name = args[2].text
      args.removeSubrange(1...2)
      let value = captured { $0.printf(args) }
      if case .known(let text) = value { assign(name, Variable(fields: [Field(text)])) }
      return
    }
    if args.count > 1, args[1].text == "--" { args.remove(at: 1) }
    guard args.count > 1, args.dropFirst().allSatisfy(\.isKnown) else {
      writeUnknown()
      return
    }
    let format = Array(AnsiQuote.decoded(Array(args[1].text.utf8)[...]).utf8)
    var rest = args.dropFirst(2)
    var rounds = 0
    repeat {
      rounds += 1
      charge(format.count)
      let before = rest.count
      formatOnce(format, &rest)
      if rest.count == before { break }
    } while !rest.isEmpty && rounds < 256 && !isHalted
  }

  private mutating func formatOnce(_ format: [UInt8], _ rest: inout ArraySlice<Field>) {
    var result: [UInt8] = []
    var index = 0
    while index < format.count {
      guard format[index] == Byte.percent, index + 1 < format.count else {
        result.append(format[index])
        index += 1
        continue
      }
      index += 1
      if format[index] == Byte.percent {
        result.append(Byte.percent)
        index += 1
        continue
      }
      while index < format.count, !Byte.isNameStart(format[index]) { index += 1 }
      guard index < format.count else { break }
      let value = rest.popFirst()?.text ?? ""
      switch format[index] {
      case UInt8(ascii: "b"): result += Array(AnsiQuote.decoded(Array(value.utf8)[...]).utf8)
      case UInt8(ascii: "q"): result += Array(Self.shellQuoted(Field(value)).utf8)
      default: result += Array(value.utf8)
      }
      index += 1
    }
    write(String(decoding: result, as: UTF8.self))
  }
}
