/// Collects the fields of a word while its parts are expanded.
struct FieldBuilder {
  var fields: [Field] = []
  var text = ""
  var unknown: Range<Int>?
  var isQuoted = false
  var isOpen = false
  /// Unquoted values are split at blanks; not so in assignments and redirections.
  let splits: Bool
  /// What separates fields instead of blanks, where the line sets `IFS`.
  var separators: [UInt8]?

  private func isSeparator(_ byte: UInt8) -> Bool {
    separators.map { $0.contains(byte) } ?? Byte.isSpace(byte)
  }

  mutating func append(_ piece: String) {
    text += piece
    isOpen = true
  }

  mutating func append(_ field: Field) {
    let base = text.utf8.count
    text += field.text
    isOpen = true
    if let range = field.unknown {
      let shifted = range.lowerBound + base..<range.upperBound + base
      unknown = unknown.map { $0.lowerBound..<shifted.upperBound } ?? shifted
    }
  }

  /// Appends an unquoted value: blanks in what is known of it end a field.
  mutating func appendSplit(_ field: Field) {
    guard splits, field.text.utf8.contains(where: isSeparator) else {
      if !field.text.isEmpty { append(field) }
      return
    }
    let bytes = Array(field.text.utf8)
    var start = 0
    for index in 0...bytes.count {
      let isEnd = index == bytes.count
      guard isEnd || isSeparator(bytes[index]) && !(field.unknown?.contains(index) ?? false) else {
        continue
      }
      if start < index {
        var piece = Field(String(decoding: bytes[start..<index], as: UTF8.self))
        if let hidden = field.unknown, hidden.lowerBound < index, hidden.upperBound > start {
          piece.unknown = max(0, hidden.lowerBound - start)..<min(index, hidden.upperBound) - start
        }
        append(piece)
      }
      if !isEnd { close() }
      start = index + 1
    }
  }

  mutating func close() {
    guard isOpen else { return }
    fields.append(Field(text, unknown: unknown, isQuoted: isQuoted))
    text = ""
    unknown = nil
    isQuoted = false
    isOpen = false
  }
}

extension Evaluator {
  /// Expands a word to its fields: none, one or many.
  mutating func expand(_ word: Word, into fields: inout [Field]) {
    if word.isPlain {
      charge(1)
      fields.append(Field(script.string(word.range)))
      return
    }
    guard !isHalted, fields.count < Limits.words else { return }
    if word.hasBraces, let words = braced(word) {
      for parts in words { expandParts(parts, into: &fields) }
    } else {
      expandParts(word.parts, into: &fields)
    }
  }

  private mutating func expandParts(_ parts: [Part], into fields: inout [Field]) {
    var builder = FieldBuilder(splits: true)
    if let separators = session.variables["IFS"]?.fields.first, separators.isKnown {
      builder.separators = Array(separators.text.utf8)
    }
    append(parts, isQuoted: false, to: &builder)
    builder.close()
    charge(builder.fields.count)
    fields.append(contentsOf: builder.fields)
  }

  /// Expands a word to exactly one field, as an assignment does.
  mutating func expandOne(_ word: Word) -> Field {
    if word.isPlain { return Field(script.string(word.range)) }
    return expandOne(word.parts)
  }

  mutating func expandOne(_ parts: [Part], isQuoted: Bool = false) -> Field {
    var builder = FieldBuilder(splits: false)
    append(parts, isQuoted: isQuoted, to: &builder)
    return Field(builder.text, unknown: builder.unknown, isQuoted: builder.isQuoted)
  }

  /// Expands parts only for what they run.
  mutating func runParts(_ parts: [Part]) { _ = expandOne(parts) }

  mutating func append(_ parts: [Part], isQuoted: Bool, to builder: inout FieldBuilder) {
    for part in parts {
      if isHalted { return }
      append(part, isQuoted: isQuoted, to: &builder)
    }
  }

  private mutating func append(_ part: Part, isQuoted: Bool, to builder: inout FieldBuilder) {
    switch part {
    case .literal(let range):
      charge(range.count)
      builder.append(script.string(range))
    case .quoted(let range):
      charge(range.count)
      builder.append(script.string(range))
      builder.isQuoted = true
    case .ansi(let range):
      charge(range.count)
      builder.append(AnsiQuote.decoded(script.text[range]))
      builder.isQuoted = true
    case .double(let parts):
      guard descend() else { return }
      defer { ascend() }
      let isOnlyList = parts.count == 1
      // `"$@"` without positional parameters is no word at all; any other quoted part is one.
      if !isOnlyList || !isList(parts[0]) { builder.append("") }
      builder.isQuoted = true
      append(parts, isQuoted: true, to: &builder)
    case .parameter(let parameter):
      guard descend() else { return }
      defer { ascend() }
      append(parameter, isQuoted: isQuoted, to: &builder)
    case .command(let statements):
      appendOutput(isQuoted: isQuoted, to: &builder) { $0.run(statements) }
    case .backquoted(let inner):
      appendOutput(isQuoted: isQuoted, to: &builder) { $0.run(inner) }
    case .arithmetic(let parts, let range):
      guard descend() else { return }
      defer { ascend() }
      let value = expandOne(parts)
      if value.isKnown, !value.text.isEmpty, value.text.utf8.allSatisfy(Byte.isDigit) {
        builder.append(value.text)
      } else {
        builder.append(.hidden(range.count <= Limits.hiddenText ? script.string(range) : "$((…))"))
      }
    case .process(let statements, let isInput):
      builder.append(process(statements, isInput: isInput))
    }
  }

  private func isList(_ part: Part) -> Bool {
    guard case .parameter(let parameter) = part else { return false }
    return parameter.index == .all || script.text[parameter.name].elementsEqual([Byte.at])
  }

  private mutating func appendOutput(
    isQuoted: Bool, to builder: inout FieldBuilder, _ body: (inout Evaluator) -> Void
  ) {
    guard alternative == 0, descend() else {
      builder.append(.hidden("$(…)"))
      return
    }
    defer { ascend() }
    charge(8)
    let outerInput = input
    let touched = touchedAlternatives
    let output = captured(body)
    touchedAlternatives = touched
    input = outerInput
    guard case .known(let text) = output else {
      builder.append(.hidden("$(…)"))
      return
    }
    var end = text.utf8.endIndex
    while end > text.startIndex, text.utf8[text.utf8.index(before: end)] == Byte.newline {
      end = text.utf8.index(before: end)
    }
    let field = Field(String(text[..<end]))
    if isQuoted { builder.append(field) } else { builder.appendSplit(field) }
  }

  private mutating func process(_ statements: [Statement], isInput: Bool) -> Field {
    let name = "/dev/fd/\(63 - min(processOutputs.count, 53))"
    guard alternative == 0, descend() else { return Field(name) }
    defer { ascend() }
    let outerInput = input
    if !isInput { input = .unknown }
    let output = captured { $0.run(statements) }
    input = outerInput
    processOutputs[name] = isInput ? output : .unknown
    return Field(name)
  }
}
