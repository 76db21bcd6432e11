/// Programs that run a command once for each of many words.
extension Evaluator {
  mutating func xargs(_ args: [Field], _ call: Call) {
    var index = 1
    var placeholder: String?
    var group = Int.max
    while index < args.count, args[index].text.utf8.first == Byte.dash, args[index].text.utf8.count > 1 {
      var text = args[index].text
      index += 1
      if text == "--" { break }
      // Flags may stand before the option in one word: `-r0I {}`.
      while text.utf8.count > 2, "0rtpxo".contains(text[text.index(after: text.startIndex)]) {
        text.remove(at: text.index(after: text.startIndex))
      }
      let option = String(text.prefix(2))
      var value = String(text.dropFirst(2))
      if ["-I", "-n", "-P", "-L", "-s", "-d", "-E", "-a"].contains(option), value.isEmpty {
        value = index < args.count ? args[index].text : ""
        index += 1
      }
      switch option {
      case "-I": placeholder = value
      case "-i": placeholder = value.isEmpty ? "{}" : value
      case "-n", "-L": group = max(1, Int(value) ?? 1)
      case "--":
        let isSeparate = !text.utf8.contains(Byte.equals)
        if text.hasPrefix("--replace") { placeholder = isSeparate ? "{}" : String(text.dropFirst(10)) }
        if isSeparate,
          ["--max-args", "--max-procs", "--max-lines", "--delimiter", "--arg-file", "--max-chars"].contains(
            text)
        {
          index += 1
        }
        if text.hasPrefix("--max-args") || text.hasPrefix("--max-lines") { group = 1 }
      default: break
      }
    }
    var inner = call
    inner.wrappers.append("xargs")
    inner.isDirect = false
    let command = index < args.count ? Array(args[index...]) : [Field("echo")]
    guard case .known(let text) = input else {
      inner.hasHiddenWords = true
      execute(command, inner)
      writeUnknown()
      return
    }
    if let placeholder {
      for line in text.split(separator: "\n").prefix(Limits.loopValues) where !isHalted {
        execute(command.map { replaced($0, placeholder, String(line)) }, inner)
      }
      return
    }
    charge(text.utf8.count)
    let items = words(in: text)
    var start = 0
    var runs = 0
    repeat {
      let end = group < items.count - start ? start + group : items.count
      execute(command + items[start..<end], inner)
      start = end
      runs += 1
    } while start < items.count && runs < Limits.loopValues && !isHalted
  }

  /// Words as `xargs` reads them: blanks separate, quotes and backslashes quote.
  func words(in text: String) -> [Field] {
    var words: [Field] = []
    var word: [UInt8] = []
    var quote: UInt8?
    var isOpen = false
    var isEscaped = false
    for byte in text.utf8 where words.count < Limits.words {
      if isEscaped {
        word.append(byte)
        isEscaped = false
      } else if let open = quote {
        if byte == open { quote = nil } else { word.append(byte) }
      } else if byte == Byte.backslash {
        isEscaped = true
        isOpen = true
      } else if byte == Byte.single || byte == Byte.double {
        quote = byte
        isOpen = true
      } else if Byte.isSpace(byte) {
        if isOpen { words.append(Field(String(decoding: word, as: UTF8.self))) }
        word = []
        isOpen = false
      } else {
        word.append(byte)
        isOpen = true
      }
    }
    if isOpen { words.append(Field(String(decoding: word, as: UTF8.self))) }
    return words
  }

  private mutating func replaced(_ field: Field, _ placeholder: String, _ value: String) -> Field {
    guard field.isKnown, !placeholder.isEmpty, field.text.utf8.count <= 4096 else { return field }
    charge(field.text.utf8.count + value.utf8.count)
    let pieces = field.text.split(separator: placeholder, omittingEmptySubsequences: false)
    return pieces.count == 1 ? field : Field(pieces.prefix(32).joined(separator: value))
  }

  mutating func find(_ args: [Field], _ call: Call) {
    report(args, call)
    writeUnknown()
    var inner = call
    inner.wrappers.append("find")
    inner.isDirect = false
    var index = 1
    while index < args.count, !isHalted {
      guard ["-exec", "-execdir", "-ok", "-okdir"].contains(args[index].text) else {
        index += 1
        continue
      }
      let start = index + 1
      index = start
      while index < args.count, args[index].text != ";",
        !(args[index].text == "+" && index > start && args[index - 1].text == "{}")
      {
        index += 1
      }
      execute(Array(args[start..<index]), inner)
    }
  }

  mutating func parallel(_ args: [Field], _ call: Call) {
    var index = 1
    while index < args.count, args[index].text.utf8.first == Byte.dash {
      let takesValue = ["-j", "-P", "-N", "-n", "-L", "-a", "--jobs", "-I", "--colsep", "-S"].contains(
        args[index].text)
      index += takesValue ? 2 : 1
    }
    let separator = args[min(index, args.count)...].firstIndex { $0.text.hasPrefix(":::") } ?? args.count
    var inner = call
    inner.wrappers.append("parallel")
    if index < separator {
      let command = joined(args[index..<separator])
      let items = args.dropFirst(separator + 1).prefix(Limits.loopValues)
      if items.isEmpty {
        inner.hasHiddenWords = true
        runText(command, outer: args, inner)
      }
      for item in items where !isHalted {
        let full = replaced(command, "{}", item.text)
        runText(full == command ? joined([command, item]) : full, outer: args, inner)
      }
    } else if separator < args.count {
      for item in args.dropFirst(separator + 1) where !isHalted { runText(item, outer: args, inner) }
    } else if case .known(let text) = input {
      runText(Field(text), outer: args, inner)
    } else {
      report(args, call, reason: .unknownInput)
    }
    writeUnknown()
  }
}
