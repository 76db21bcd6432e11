/// Running targets of a makefile.
extension Evaluator {
  /// `make target`: the recipes that it would run, prerequisites first. The words are reported before.
  mutating func make(_ args: [Field], _ call: Call) {
    report(args, call)
    writeUnknown()
    var directory = ""
    var file: String?
    var targets: [String] = []
    var overrides: [(String, String)] = []
    var index = 1
    while index < args.count {
      let text = args[index].text
      if ["-C", "--directory", "-f", "--file", "--makefile"].contains(text), index + 1 < args.count {
        if text == "-C" || text == "--directory" {
          directory = args[index + 1].text
        } else {
          file = args[index + 1].text
        }
        index += 1
      } else if text.hasPrefix("-C") || text.hasPrefix("--directory=") {
        directory = String(text.dropFirst(text.hasPrefix("-C") ? 2 : 12))
      } else if text.hasPrefix("-f") || text.hasPrefix("--file=") {
        file = String(text.dropFirst(text.hasPrefix("-f") ? 2 : 7))
      } else if ["-n", "--dry-run", "--just-print", "--recon", "--version", "--help", "-q", "-t"].contains(
        text)
      {
        return
      } else if ["-I", "-o", "-W", "-l", "-E", "--eval"].contains(text) {
        index += 1
      } else if ["-j", "--jobs"].contains(text), index + 1 < args.count, Int(args[index + 1].text) != nil {
        index += 1
      } else if text.utf8.first != Byte.dash, let equals = text.firstIndex(of: "=") {
        overrides.append((String(text[..<equals]), String(text[text.index(after: equals)...])))
      } else if text.utf8.first != Byte.dash, args[index].isKnown {
        targets.append(text)
      }
      index += 1
    }
    let scope = enterScope()
    defer { leave(scope) }
    if !directory.isEmpty {
      guard let path = resolved(directory) else { return }
      session.cwd = path
    }
    guard host == nil, var makefile = makefile(named: file) else { return }
    for (name, value) in overrides + call.assignments.map({ ($0.name, $0.value.text) }) {
      makefile.variables[name] = value
    }
    if targets.isEmpty, let first = makefile.firstTarget { targets = [first] }
    let outer = outerWrappers
    outerWrappers += call.wrappers
    var visited: Set<String> = []
    for target in targets { run(target, of: makefile, &visited, depth: 0) }
    outerWrappers = outer
  }

  private var inputText: String? {
    if case .known(let text) = input { text } else { nil }
  }

  private mutating func makefile(named name: String?) -> Makefile? {
    for name in name.map({ [$0] }) ?? ["GNUmakefile", "makefile", "Makefile"] {
      guard let text = name == "-" ? inputText : resolved(name).flatMap({ read($0) }) else { continue }
      var makefile = Makefile()
      charge(text.utf8.count * 2)
      makefile.read(text)
      for include in makefile.includes.prefix(8) {
        if let path = resolved(include), let text = read(path) { makefile.read(text) }
      }
      return makefile
    }
    return nil
  }

  private mutating func run(_ target: String, of makefile: Makefile, _ visited: inout Set<String>, depth: Int)
  {
    guard depth < 16, visited.count < 256, visited.insert(target).inserted, !isHalted,
      let (rule, stem) = makefile.rule(for: target), descend()
    else { return }
    defer { ascend() }
    for prerequisite in rule.prerequisites {
      run(prerequisite.replacing("%", with: stem), of: makefile, &visited, depth: depth + 1)
    }
    let automatic = [
      "@": target, "<": rule.prerequisites.first ?? "", "^": rule.prerequisites.joined(separator: " "),
      "*": stem,
    ]
    for line in rule.recipe where !isHalted {
      let command = line.drop { "@-+ \t".contains($0) }
      charge(line.utf8.count * 2)
      let scope = enterScope()
      run(
        makefile.expanded(String(command), automatic), from: .makeTarget(target),
        key: "make " + (session.cwd ?? "") + " " + target)
      leave(scope)
    }
  }
}
