/// Programs that run what their words name.
extension Evaluator {
  /// Takes a wrapper off its words and goes on with what it runs.
  mutating func unwrap(
    _ args: [Field], from start: Int, _ wrapper: ProgramTable.Wrapper, named name: String, _ call: Call
  ) {
    var inner = call
    inner.isDirect = name == "command" || name == "builtin" || name == "time"
    var index = start
    var operands: [Field] = []
    var hasDashes = false
    if !wrapper.texts.isEmpty, let text = textOption(args, from: start, wrapper) {
      inner.wrappers.append(name)
      if wrapper.reported, start == 1 { report(args, call) }
      within(wrapper, operands: []) { $0.runText(text, outer: args, inner) }
      return
    }
    scan: while index < args.count {
      let text = args[index].text
      if text == "--" {
        hasDashes = true
        index += 1
        if operands.count >= wrapper.operands { break }
        continue
      }
      // Behind an image or a container everything is the command.
      if wrapper.place == .container, operands.count >= wrapper.operands { break }
      if text.utf8.first == Byte.dash, text.utf8.count > 1, args[index].isKnown, !hasDashes {
        let option = text.utf8.firstIndex(of: Byte.equals).map { String(text[..<$0]) } ?? text
        if wrapper.inert.contains(option) {
          reportInert(args, from: index + 1, name, call)
          return
        }
        index += wrapper.values.contains(option) && option.utf8.count == text.utf8.count ? 2 : 1
        continue
      }
      if wrapper.assignments, let equals = text.utf8.firstIndex(of: Byte.equals),
        Byte.isName(text.utf8[..<equals])
      {
        inner.assignments.append((String(text[..<equals]), tail(args[index], from: equals)))
        index += 1
        continue
      }
      if operands.count < wrapper.operands {
        operands.append(args[index])
        index += 1
        continue
      }
      if wrapper.dashes {
        guard let dashes = args[index...].firstIndex(where: { $0.text == "--" }) else { break }
        index = dashes
        continue
      }
      break scan
    }
    var command = Array(args.dropFirst(index))
    if wrapper.place == .container, let entry = entryPoint(args[start...].prefix(max(0, index - start))) {
      command = [entry] + command
    } else if wrapper.place == .container, name.hasSuffix(" run"),
      let program = imageProgram(operands.last, command)
    {
      command = [Field(program)] + command
    }
    if command.isEmpty || wrapper.dashes && !hasDashes {
      if start == 1 || !wrapper.reported { report(args, call) }
      if command.isEmpty, wrapper.shell, operands.count == wrapper.operands || wrapper.place == nil {
        within(wrapper, operands: operands) { $0.wrappedInput(name, call) }
      }
      writeUnknown()
      return
    }
    if wrapper.reported, start == 1 { report(args, call) }
    inner.wrappers.append(name)
    within(wrapper, operands: operands) { evaluator in
      if wrapper.joined, command.count > 0 {
        evaluator.runText(evaluator.joined(command[...]), outer: args, inner)
      } else {
        evaluator.execute(command, inner)
      }
    }
    if wrapper.place != nil { writeUnknown() }
  }

  /// `docker run --entrypoint sh image -c …`
  private func entryPoint(_ options: ArraySlice<Field>) -> Field? {
    for (position, field) in options.enumerated() {
      if field.text == "--entrypoint", position + 1 < options.count {
        return options[options.startIndex + position + 1]
      }
      if field.text.hasPrefix("--entrypoint=") { return Field(String(field.text.dropFirst(13))) }
    }
    return nil
  }

  /// The program that an image starts with the words behind it, unless those name one themselves.
  private func imageProgram(_ image: Field?, _ command: [Field]) -> String? {
    guard let image, image.isKnown, let first = command.first?.text else { return nil }
    let name = Path.name(image.text).prefix { $0 != ":" && $0 != "@" }
    guard let program = programs.images[String(name)], programs.programs[first] == nil,
      programs.wrappers[first] == nil, Builtin.named[first] == nil
    else { return nil }
    return program
  }

  /// A shell on the other side of a wrapper reads its input.
  private mutating func wrappedInput(_ name: String, _ call: Call) {
    switch input {
    case .inherited: break
    case .unknown:
      if host != nil, let last = analysis.commands.indices.last {
        analysis.commands[last].opaqueReason = .unknownInput
      }
    case .known(let text):
      var inner = call
      inner.wrappers.append(name)
      runText(Field(text), outer: [], inner)
    }
  }

  private func tail(_ field: Field, from equals: String.Index) -> Field {
    let value = String(field.text[field.text.utf8.index(after: equals)...])
    let shift = field.text.utf8.count - value.utf8.count
    let hidden = field.unknown.map { max(0, $0.lowerBound - shift)..<max(0, $0.upperBound - shift) }
    return Field(value, unknown: hidden)
  }

  /// The text of `su -c TEXT`, wherever the option stands.
  private func textOption(_ args: [Field], from start: Int, _ wrapper: ProgramTable.Wrapper) -> Field? {
    for index in start..<max(start, args.count) {
      let text = args[index].text
      guard text.utf8.first == Byte.dash else { continue }
      if wrapper.texts.contains(text) { return index + 1 < args.count ? args[index + 1] : nil }
      if let equals = text.utf8.firstIndex(of: Byte.equals), wrapper.texts.contains(String(text[..<equals])) {
        return tail(args[index], from: equals)
      }
      if text.utf8.count <= 4, let last = text.last, text.dropFirst().allSatisfy(\.isLetter),
        wrapper.texts.contains("-" + String(last))
      {
        return index + 1 < args.count ? args[index + 1] : nil
      }
      if text.utf8.count > 2, text.utf8.dropFirst().first != Byte.dash,
        wrapper.texts.contains(String(text.prefix(2)))
      {
        return Field(String(text.dropFirst(2)))
      }
    }
    return nil
  }

  /// `command -v kubectl` runs nothing and prints the name.
  private mutating func reportInert(_ args: [Field], from index: Int, _ name: String, _ call: Call) {
    report(args, call)
    if name == "command", index < args.count, args[index].isKnown {
      write(args[index].text + "\n")
    } else {
      writeUnknown()
    }
  }

  /// Runs something where a wrapper runs it: elsewhere, directories and files are not those of here.
  private mutating func within(
    _ wrapper: ProgramTable.Wrapper, operands: [Field], _ body: (inout Evaluator) -> Void
  ) {
    guard let place = wrapper.place else {
      body(&self)
      return
    }
    let outer = host
    let scope = enterScope()
    let name = operands.last?.text ?? ""
    host =
      switch place {
      case .remote: .remote(name)
      case .container: .container(name)
      case .pod: .pod(name)
      }
    session.isLost = true
    body(&self)
    leave(scope)
    host = outer
  }

  /// `docker exec`, `poetry run`: wrappers that are a subcommand.
  mutating func unwrapCompound(_ args: [Field], _ name: String, _ call: Call) {
    let invocation = Invocation(args, program: name, table: programs)
    var prefix = name
    for word in invocation.words.prefix(3) {
      prefix += " " + args[word].text
      guard let wrapper = programs.wrappers[prefix] else { continue }
      // The wrapper itself is reported already.
      var reported = wrapper
      reported.reported = true
      unwrap(args, from: word + 1, reported, named: prefix, call)
      return
    }
  }
}
