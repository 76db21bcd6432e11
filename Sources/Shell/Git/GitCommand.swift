/// The context of one git command.
struct GitContext {
  /// The directory that it works in; nil when unknown.
  var directory: String?
  /// Settings given by `-c`.
  var settings: [String: String] = [:]
  var branch: String?
}

extension Evaluator {
  /// Works out what a git command means for branches, and what a push would change.
  mutating func git(_ args: [Field], _ invocation: Invocation, _ command: inout SimpleCommand, _ call: Call) {
    guard let index = invocation.words.first, args[index].isKnown else { return }
    var context = gitContext(args, invocation)
    if call.assignments.contains(where: { $0.name == "GIT_DIR" }) { context.directory = nil }
    if let directory = context.directory {
      context.branch = currentBranch(in: directory)
      command.branch = context.branch
    }
    let rest = args[(index + 1)...]
    switch args[index].text {
    case "push": command.push = push(Array(rest), context)
    case "send-pack": command.push = push(rest.filter { $0.text != "--stateless-rpc" }, context)
    case "subtree" where rest.first?.text == "push":
      command.push = subtreePush(Array(rest.dropFirst()), context)
    case "switch", "checkout": checkout(args[index].text, Array(rest), context)
    case "branch": renameBranch(Array(rest), context)
    case "worktree": addWorktree(Array(rest), context)
    case "init": initialize(Array(rest), context)
    case "symbolic-ref":
      let operands = rest.filter { $0.text.utf8.first != Byte.dash }
      if operands.count == 2, operands.first?.text == "HEAD", let name = operands.last?.text,
        name.hasPrefix("refs/heads/")
      {
        move(to: String(name.dropFirst(11)), context)
      }
    case "config": configure(Array(rest))
    default: break
    }
  }

  func gitContext(_ args: [Field], _ invocation: Invocation) -> GitContext {
    var context = GitContext(directory: session.isLost ? nil : session.cwd ?? "")
    var index = 0
    let globals = invocation.globals
    while index < globals.count {
      let text = args[globals[index]].text
      index += 1
      switch text {
      case "-C" where index < globals.count:
        let path = args[globals[index]]
        let isFixed = path.text.utf8.first == Byte.slash || path.text.utf8.first == Byte.tilde
        context.directory =
          path.isKnown
          ? (isFixed ? Path.normalized(path.text) : context.directory.map { Path.joined($0, path.text) })
          : nil
        index += 1
      case "-c" where index < globals.count:
        let setting = args[globals[index]].text
        let equals = setting.firstIndex(of: "=")
        let key = String(setting[..<(equals ?? setting.endIndex)])
        context.settings[Repository.canonical(key)] =
          equals.map { String(setting[setting.index(after: $0)...]) } ?? "true"
        index += 1
      case _ where text.hasPrefix("--git-dir"):
        // A repository named by its own directory: its work tree is the parent, as a rule.
        var path = String(text.dropFirst(10))
        if text == "--git-dir", index < globals.count {
          path = args[globals[index]].text
          index += 1
        }
        let parent = path == ".git" ? "" : path.hasSuffix("/.git") ? String(path.dropLast(5)) : nil
        context.directory = parent.flatMap { parent in context.directory.map { Path.joined($0, parent) } }
      default: break
      }
    }
    return context
  }

  mutating func setting(_ key: String, _ context: GitContext) -> String? {
    if let value = context.settings[key] ?? session.settings[key] { return value }
    guard let directory = context.directory else { return nil }
    return repository(around: directory)?.settings[key]
  }

  private mutating func configure(_ rest: [Field]) {
    let operands = rest.filter { $0.text.utf8.first != Byte.dash && $0.text != "set" }
    guard operands.count == 2, operands.allSatisfy(\.isKnown), operands[0].text.contains("."),
      operands.allSatisfy({ $0.text.utf8.count <= 4096 }),
      session.settings.count < Session.maximumSettings
    else { return }
    session.settings[Repository.canonical(operands[0].text)] = operands[1].text
  }

  private mutating func move(to name: String?, _ context: GitContext) {
    if let directory = context.directory { setBranch(name, in: directory) }
  }

  private mutating func checkout(_ subcommand: String, _ rest: [Field], _ context: GitContext) {
    var operands: [Field] = []
    var created: Field?
    var isDetached = false
    var isTracking = false
    var index = 0
    while index < rest.count {
      let text = rest[index].text
      index += 1
      switch text {
      case "-b", "-B", "-c", "-C", "--create", "--force-create", "--orphan":
        created = index < rest.count ? rest[index] : nil
        index += 1
      case "--detach", "-d": isDetached = true
      case "-t", "--track", "--track=direct", "--track=inherit": isTracking = true
      case "--":
        // Behind it are paths; a name before it only says where they come from.
        if subcommand == "checkout", created == nil { return }
      case "--conflict", "--pathspec-from-file", "-p", "--patch", "--ours", "--theirs":
        if text == "-p" || text == "--patch" || text == "--pathspec-from-file" { return }
      default:
        for option in ["--orphan=", "--create=", "--force-create="] where text.hasPrefix(option) {
          created = Field(String(text.dropFirst(option.count)))
        }
        if subcommand == "checkout" || subcommand == "switch", text.utf8.count > 2,
          text.utf8.first == Byte.dash,
          ["-b", "-B", "-c", "-C"].contains(String(text.prefix(2)))
        {
          created = Field(String(text.dropFirst(2)))
        } else if text.utf8.first != Byte.dash || text == "-" {
          operands.append(rest[index - 1])
        }
      }
    }
    if let created {
      move(to: created.isKnown ? created.text : nil, context)
      return
    }
    guard let target = operands.first else {
      if isDetached { move(to: nil, context) }
      return
    }
    if subcommand == "checkout", operands.count > 1 || !isDetached && looksLikePath(target) { return }
    if isTracking, let slash = target.text.firstIndex(of: "/") {
      move(to: String(target.text[target.text.index(after: slash)...]), context)
      return
    }
    move(to: isDetached || !isBranchName(target) ? nil : target.text, context)
  }

  private func isBranchName(_ field: Field) -> Bool {
    let text = field.text
    guard field.isKnown, text != "-", text != "HEAD", !text.contains(where: "~^@:".contains) else {
      return false
    }
    if text.hasPrefix("origin/") || text.hasPrefix("upstream/") || text.hasPrefix("refs/") { return false }
    let isHash =
      text.utf8.count >= 7 && text.utf8.count <= 40
      && text.utf8.allSatisfy { byte in
        Byte.isDigit(byte) || byte >= 0x61 && byte <= 0x66
      }
    return !isHash || !text.utf8.contains(where: Byte.isDigit)
  }

  private func looksLikePath(_ field: Field) -> Bool {
    let text = field.text
    if text == "." || text.hasPrefix("./") || text.hasPrefix("../") || text.hasSuffix("/")
      || text.hasPrefix(":")
    {
      return true
    }
    guard let dot = text.lastIndex(of: "."), dot != text.startIndex else { return false }
    let ending = text[text.index(after: dot)...]
    return !ending.isEmpty && ending.count <= 5 && ending.allSatisfy { $0.isASCII && $0.isLetter }
  }

  private mutating func renameBranch(_ rest: [Field], _ context: GitContext) {
    guard rest.contains(where: { ["-m", "-M", "--move"].contains($0.text) }) else { return }
    let names = rest.filter { $0.text.utf8.first != Byte.dash }
    guard let new = names.last, names.count == 1 || names.first?.text == context.branch else { return }
    move(to: new.isKnown ? new.text : nil, context)
  }

  private mutating func addWorktree(_ rest: [Field], _ context: GitContext) {
    guard rest.first?.text == "add", let directory = context.directory else { return }
    var operands: [Field] = []
    var branch: String?
    var isDetached = false
    var index = 1
    while index < rest.count {
      let text = rest[index].text
      if text == "-b" || text == "-B" {
        index += 1
        if index < rest.count { branch = rest[index].text }
      } else if text == "--detach" || text == "-d" {
        isDetached = true
      } else if text.utf8.first != Byte.dash {
        operands.append(rest[index])
      }
      index += 1
    }
    guard let path = operands.first, path.isKnown else { return }
    let tree = Path.joined(directory, path.text)
    let name = branch ?? (operands.count > 1 ? operands[1].text : Path.name(path.text))
    lineBranches[tree] = .some(isDetached ? nil : name)
    if session.branches.count < Session.maximumBranches {
      session.branches[tree] = .some(isDetached ? nil : name)
    }
  }

  private mutating func initialize(_ rest: [Field], _ context: GitContext) {
    guard let directory = context.directory else { return }
    for (index, field) in rest.enumerated() {
      if field.text == "-b" || field.text == "--initial-branch", index + 1 < rest.count {
        setBranch(rest[index + 1].text, in: directory)
      } else if field.text.hasPrefix("--initial-branch=") {
        setBranch(String(field.text.dropFirst(17)), in: directory)
      }
    }
  }
}
