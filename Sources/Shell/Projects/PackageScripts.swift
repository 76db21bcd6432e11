/// `npm run x` and its like: the scripts of a package.json.
extension Evaluator {
  mutating func packageScript(_ args: [Field], _ call: Call) {
    report(args, call)
    writeUnknown()
    let program = Path.name(args[0].text)
    let invocation = Invocation(args, program: program, table: programs)
    // `npm exec kubectl` and the like are wrappers of the table.
    unwrapCompound(args, program, call)
    let words = args.indices.dropFirst().filter {
      !invocation.globals.contains($0) && !invocation.strays.contains($0)
    }
    guard host == nil, let first = words.first, args[first].isKnown else { return }
    var name = args[first].text
    var rest = Array(words.dropFirst())
    if ["run", "run-script", "rum", "urn"].contains(name) {
      rest = rest.drop { args[$0].text.utf8.first == Byte.dash && args[$0].text != "--" }.map { $0 }
      guard let script = rest.first, args[script].isKnown else { return }
      name = args[script].text
      rest.removeFirst()
    } else if program == "npm", !["start", "test", "t", "tst", "stop", "restart"].contains(name) {
      return
    }
    if name == "t" || name == "tst" { name = "test" }
    if let dashes = rest.firstIndex(where: { args[$0].text == "--" }) {
      rest.remove(at: dashes)
      if program == "npm" { rest.removeSubrange(..<dashes) }
    } else if program == "npm" {
      rest = []
    }
    runScripts(name, rest.map { args[$0] }, directory(args, invocation), call)
  }

  private func directory(_ args: [Field], _ invocation: Invocation) -> String? {
    for index in invocation.globals {
      for option in ["--prefix", "-C", "--dir", "--cwd"] {
        if args[index].text == option, index + 1 < args.count { return args[index + 1].text }
        if args[index].text.hasPrefix(option + "=") {
          return String(args[index].text.dropFirst(option.count + 1))
        }
      }
    }
    return nil
  }

  private mutating func runScripts(_ name: String, _ extra: [Field], _ directory: String?, _ call: Call) {
    let scope = enterScope()
    defer { leave(scope) }
    if let directory {
      guard let path = resolved(directory) else { return }
      session.cwd = path
    }
    guard let path = resolved("package.json"), let text = read(path) else { return }
    charge(text.utf8.count)
    let scripts = PackageManifest.scripts(Array(text.utf8))
    let outer = outerWrappers
    outerWrappers += call.wrappers
    for step in ["pre" + name, name, "post" + name] {
      guard var script = scripts[step], !isHalted else { continue }
      if step == name { for word in extra { script += " " + Self.shellQuoted(word) } }
      let scope = enterScope()
      run(script, from: .packageScript(step), key: "package " + path + " " + step)
      leave(scope)
    }
    outerWrappers = outer
  }
}

/// The `scripts` object of a package.json. Anything that is no JSON gives what was read so far.
enum PackageManifest {
  static func scripts(_ text: [UInt8]) -> [String: String] {
    var index = 0
    var level = 0
    var key: String?
    var scripts: [String: String] = [:]
    var isInside = false
    while index < text.count, scripts.count < 512 {
      switch text[index] {
      case Byte.double:
        let string = string(text, &index)
        while index < text.count, Byte.isSpace(text[index]) { index += 1 }
        if index < text.count, text[index] == Byte.colon {
          key = string
          index += 1
          continue
        }
        if isInside, level == 2, let key { scripts[key] = string }
        key = nil
        continue
      case Byte.openBrace, Byte.openBracket:
        level += 1
        if level == 2, key == "scripts", text[index] == Byte.openBrace { isInside = true }
        key = nil
      case Byte.closeBrace, Byte.closeBracket:
        level -= 1
        if level < 2 { isInside = false }
      default: break
      }
      index += 1
    }
    return scripts
  }

  private static func string(_ text: [UInt8], _ index: inout Int) -> String {
    var bytes: [UInt8] = []
    index += 1
    while index < text.count, text[index] != Byte.double {
      guard text[index] == Byte.backslash, index + 1 < text.count else {
        bytes.append(text[index])
        index += 1
        continue
      }
      switch text[index + 1] {
      case UInt8(ascii: "n"): bytes.append(Byte.newline)
      case UInt8(ascii: "t"): bytes.append(Byte.tab)
      case UInt8(ascii: "u"):
        let digits = String(
          decoding: text[min(index + 2, text.count)..<min(index + 6, text.count)], as: UTF8.self)
        if let value = UInt32(digits, radix: 16), let scalar = Unicode.Scalar(value) {
          bytes += Array(String(Character(scalar)).utf8)
        }
        index += 4
      default: bytes.append(text[index + 1])
      }
      index += 2
    }
    index = min(index + 1, text.count)
    return String(decoding: bytes, as: UTF8.self)
  }
}
