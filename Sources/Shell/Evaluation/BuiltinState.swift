/// Builtins that change the state of the shell.
extension Evaluator {
  mutating func change(_ builtin: Builtin, _ args: [Field], _ call: Call) {
    switch builtin {
    case .cd, .pushd: changeDirectory(args)
    case .popd: moveTo(session.previousDirectory)
    case .declare: declare(args)
    case .unset:
      for name in args.dropFirst() where name.isKnown {
        if session.variables[name.text] != nil {
          undo.append(Undo(name: name.text, old: session.variables[name.text]))
          session.variables[name.text] = nil
        }
        session.withdraw(name.text)
        session.functions[name.text] = nil
      }
    case .alias: alias(args)
    case .unalias:
      if args.contains(where: { $0.text == "-a" }) { session.aliases = [:] }
      for name in args.dropFirst() { session.aliases[name.text] = nil }
    case .read: read(args)
    case .set:
      guard let dashes = args.firstIndex(where: { $0.text == "--" }) else { break }
      positional = [positional?.first ?? Field("sh")] + args[(dashes + 1)...]
    case .shift:
      if var words = positional, words.count > 1 {
        words.remove(at: 1)
        positional = words
      }
    case .copy: copy(args)
    default: break
    }
  }

  private mutating func changeDirectory(_ args: [Field]) {
    let operands = args.dropFirst().filter { !["-L", "-P", "-e", "-@", "--"].contains($0.text) }
    guard let target = operands.first else {
      moveTo("~")
      return
    }
    if target.text == "-" {
      moveTo(session.previousDirectory)
    } else {
      moveTo(target.isKnown || target.text.hasPrefix("$HOME") ? resolved(target.text) : nil)
    }
  }

  private mutating func moveTo(_ path: String?) {
    session.previousDirectory = session.isLost ? nil : session.cwd ?? ""
    session.isLost = path.map { $0.hasPrefix("$") || $0.utf8.count > Limits.pathLength } ?? true
    session.cwd = session.isLost ? nil : path.flatMap { $0.isEmpty ? nil : $0 }
  }

  private mutating func declare(_ args: [Field]) {
    let options = args.dropFirst().filter { $0.text.utf8.first == Byte.dash }
    let isExport = args[0].text == "export" || options.contains { $0.text.utf8.contains(UInt8(ascii: "x")) }
    for arg in args.dropFirst() where arg.text.utf8.first != Byte.dash {
      let equals = arg.text.utf8.firstIndex(of: Byte.equals)
      let name = equals.map { String(arg.text[..<$0]) } ?? arg.text
      guard Byte.isName(name.utf8) else { continue }
      if let equals {
        let shift = name.utf8.count + 1
        let hidden = arg.unknown.map { max(0, $0.lowerBound - shift)..<max(0, $0.upperBound - shift) }
        let value = String(arg.text[arg.text.utf8.index(after: equals)...])
        assign(name, Variable(fields: [Field(value, unknown: hidden)]))
      }
      if isExport {
        if options.contains(where: { $0.text == "-n" }) {
          session.withdraw(name)
        } else {
          session.export(name)
        }
      }
    }
  }

  private mutating func alias(_ args: [Field]) {
    for arg in args.dropFirst() {
      guard let equals = arg.text.utf8.firstIndex(of: Byte.equals), arg.isKnown,
        session.aliases.count < Session.maximumAliases, arg.text.utf8.count <= 4096
      else { continue }
      session.aliases[String(arg.text[..<equals])] = String(arg.text[arg.text.utf8.index(after: equals)...])
    }
  }

  private mutating func read(_ args: [Field]) {
    var names: [String] = []
    var index = 1
    let isArray = args.dropFirst().contains { $0.text.hasPrefix("-") && $0.text.hasSuffix("a") }
    while index < args.count {
      let text = args[index].text
      if ["-p", "-d", "-n", "-N", "-t", "-u", "-i"].contains(text) {
        index += 1
      } else if text.utf8.first != Byte.dash, Byte.isName(text.utf8) {
        names.append(text)
      }
      index += 1
    }
    if names.isEmpty { names = ["REPLY"] }
    guard case .known(let text) = input, let line = text.split(separator: "\n").first else {
      for name in names { assign(name, Variable(fields: [.hidden("$" + name)])) }
      return
    }
    if isArray, let name = names.first {
      let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).prefix(Limits.words)
      assign(name, Variable(fields: words.map { Field(String($0)) }, isArray: true))
      return
    }
    var rest = line.drop { $0 == " " || $0 == "\t" }
    for (index, name) in names.enumerated() {
      if index == names.count - 1 {
        assign(name, Variable(fields: [Field(String(rest))]))
      } else {
        let word = rest.prefix { $0 != " " && $0 != "\t" }
        assign(name, Variable(fields: [Field(String(word))]))
        rest = rest.dropFirst(word.count).drop { $0 == " " || $0 == "\t" }
      }
    }
  }

  /// A file that can be read and is copied, moved or linked is known under its new name.
  private mutating func copy(_ args: [Field]) {
    let operands = args.dropFirst().filter { $0.text.utf8.first != Byte.dash }
    guard operands.count == 2, let from = operands.first, let to = operands.last, from.isKnown, to.isKnown,
      case .known(let text) = content(from)
    else { return }
    // The copy can be read when it is run later: what the agent wrote itself has the better claim to a place.
    let isOwn = resolved(from.text).map { session.files[$0] != nil } ?? false
    guard isOwn || session.files.count < Session.maximumFiles / 2 else { return }
    let path = to.text.hasSuffix("/") || to.text == "." ? to.text + "/" + Path.name(from.text) : to.text
    store(path, .known(text), isAppending: false)
  }
}
