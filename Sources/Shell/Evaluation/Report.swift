/// Turns words into the commands of the result.
extension Evaluator {
  /// Adds a command. Its output is unknown unless the caller writes it.
  mutating func report(_ args: [Field], _ call: Call, reason: OpaqueReason? = nil) {
    guard !isHalted else { return }
    guard analysis.commands.count < Limits.commands - 1 else {
      halt(.tooMuch)
      return
    }
    var command = SimpleCommand()
    command.opaqueReason = reason ?? call.reason
    command.redirections = call.redirections
    command.wrappers = outerWrappers.isEmpty ? call.wrappers : outerWrappers + call.wrappers
    command.isTruncated = call.isTruncated
    command.isCaptured = call.redirections.contains(where: \.takesOutput)
    command.host = host
    command.source = source
    command.cwd = session.isLost ? nil : session.cwd
    if !call.assignments.isEmpty {
      command.assignments = call.assignments.map { $0.name + "=" + $0.value.text }
    }
    if !session.exports.isEmpty { command.exported = exported() }
    if !args.isEmpty { fill(&command, args, call) }
    charge(16 + command.line.utf8.count)
    analysis.commands.append(command)
  }

  private mutating func fill(_ command: inout SimpleCommand, _ args: [Field], _ call: Call) {
    command.words.reserveCapacity(args.count)
    for arg in args { command.words.append(arg.text) }
    command.program = Path.name(args[0].text)
    let invocation = Invocation(args, program: command.program, table: programs)
    command.line = invocation.line(args)
    command.globalOptions = invocation.globals.map { args[$0].text }
    if command.program == "git" { command.canonizeSettings() }
    if command.opaqueReason == nil {
      if !args[0].isKnown {
        command.opaqueReason = .unknownProgram
      } else if invocation.isUndecided || call.hasHiddenWords && invocation.isIncomplete {
        command.opaqueReason = .unknownWord
      }
    }
    switch command.program {
    case "git": git(args, invocation, &command, call)
    case "gh", "glab", "hub": codeHost(args, invocation, &command)
    default: break
    }
  }

  /// Marks the commands found since `start`: nobody sees what they print.
  mutating func capture(from start: Int) {
    guard start < analysis.commands.count else { return }
    for index in start..<analysis.commands.count { analysis.commands[index].isCaptured = true }
  }

  private func exported() -> [String] {
    session.exports.prefix(32).compactMap { name in
      session.variables[name]?.fields.first.map { name + "=" + $0.text }
    }
  }
}

/// Which of a command's words are global options, and which decide what it does.
struct Invocation {
  /// Indices of global options and their values.
  var globals: [Int] = []
  /// Indices of the words behind the program that `line` keeps.
  private(set) var first = 1
  /// Subcommand words that were found among the options.
  var words: [Int] = []
  /// Indices of options that stand before the subcommand and belong to it, and of their values.
  private(set) var strays: [Int] = []
  /// A word that decides is not known.
  var isUndecided = false
  /// The program has subcommands and none was found.
  var isIncomplete = false
  private let program: String

  init(_ args: [Field], program: String, table: ProgramTable) {
    let takesStrays = table.programs[program]?.takesStrays ?? false
    self.init(args, program: program, table: table, takesStrays: takesStrays)
    // An option that took the only word there is takes none.
    if takesStrays, isIncomplete {
      self.init(args, program: program, table: table, takesStrays: false)
    }
  }

  private init(_ args: [Field], program: String, table: ProgramTable, takesStrays: Bool) {
    self.program = program
    let isCompound = table.compound.contains(program)
    guard var entry = table.programs[program] ?? (isCompound ? ProgramTable.Program() : nil) else { return }
    var index = 1
    scan: while index < args.count, words.count < entry.words {
      let text = args[index].text
      let utf8 = text.utf8
      guard utf8.count > 1, utf8.first == Byte.dash, args[index].isKnown || words.isEmpty && text != "-"
      else {
        if !args[index].isKnown {
          if words.isEmpty { isUndecided = true }
          break
        }
        words.append(index)
        index += 1
        if words.count == 1, isCompound, let inner = table.programs[program + " " + text] {
          // Options of the outer program stay known to it; those of the inner one follow its name.
          entry = ProgramTable.Program(
            words: inner.words + 1, values: inner.values, flags: inner.flags)
        }
        continue
      }
      if text == "--" {
        guard words.isEmpty else { break }
        globals.append(index)
        index += 1
        continue
      }
      let name = utf8.firstIndex(of: Byte.equals).map { String(text[..<$0]) } ?? text
      let isAttached = name.utf8.count != utf8.count
      if entry.values.contains(name) {
        globals.append(index)
        if !isAttached, index + 1 < args.count {
          globals.append(index + 1)
          index += 1
        }
      } else if utf8.count > 2, utf8[utf8.index(after: utf8.startIndex)] != Byte.dash,
        entry.values.contains(String(text.prefix(2)))
      {
        globals.append(index)
      } else if entry.flags.contains(name) {
        globals.append(index)
      } else if words.isEmpty, takesStrays {
        strays.append(index)
        if !isAttached, utf8.count == 2 || text.hasPrefix("--"), index + 1 < args.count {
          strays.append(index + 1)
          index += 1
        }
      } else if words.isEmpty {
        // An option that nobody knows, before the subcommand, is taken for one without a value.
        globals.append(index)
      } else {
        break scan
      }
      index += 1
    }
    first = index
    isIncomplete = words.isEmpty
    if words.isEmpty {
      // `git --version` is its option.
      globals = []
      strays = []
      first = 1
    }
  }

  /// The indices of the words behind the subcommand's first word.
  func rest(_ args: [Field]) -> [Int] {
    guard let subcommand = words.first else { return [] }
    let globals = Set(globals)
    return strays + (subcommand + 1..<max(args.count, subcommand + 1)).filter { !globals.contains($0) }
  }

  func line(_ args: [Field]) -> String {
    var line = ""
    var length = program.utf8.count
    for arg in args { length += arg.text.utf8.count + 1 }
    line.reserveCapacity(length)
    LineText.append(
      args[0].isKnown || program.utf8.count < args[0].text.utf8.count ? Field(program) : args[0], to: &line)
    var index = 1
    if first > 1 {
      for word in words {
        line += " "
        LineText.append(args[word], to: &line)
      }
      for stray in strays {
        line += " "
        LineText.append(args[stray], to: &line)
      }
      index = first
    }
    while index < args.count {
      line += " "
      LineText.append(args[index], to: &line)
      index += 1
    }
    return line
  }
}

/// How words stand in `SimpleCommand.line`.
enum LineText {
  static func append(_ field: Field, to line: inout String) {
    var needsQuotes = field.text.isEmpty
    var hasSpace = false
    for byte in field.text.utf8 {
      switch byte {
      case Byte.single, Byte.double, Byte.ampersand, Byte.pipe, Byte.semicolon, Byte.less, Byte.greater,
        Byte.open, Byte.close, Byte.backslash, Byte.dollar, Byte.backquote:
        needsQuotes = true
      case 0...Byte.blank, 0x7F:
        needsQuotes = true
        hasSpace = true
      default: break
      }
    }
    if !needsQuotes {
      line += field.text
      return
    }
    // A part that is not known stands as it was written.
    let isQuoted = field.isKnown
    if isQuoted { line += "'" }
    if !hasSpace, !field.text.utf8.contains(Byte.single) {
      line += field.text
    } else {
      for scalar in field.text.unicodeScalars {
        if scalar.value <= 32 || scalar.value == 127 {
          line += "␣"
        } else if scalar == "'", isQuoted {
          line += "'\\''"
        } else {
          line.unicodeScalars.append(scalar)
        }
      }
    }
    if isQuoted { line += "'" }
  }
}
