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
