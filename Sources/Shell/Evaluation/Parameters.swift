/// Parameters: variables, positional ones, and the operations on them.
extension Evaluator {
  mutating func append(_ parameter: Parameter, isQuoted: Bool, to builder: inout FieldBuilder) {
    charge(2)
    guard let fields = value(of: parameter) else {
      let written = parameter.range.count <= Limits.hiddenText ? script.string(parameter.range) : "${…}"
      builder.append(.hidden(written))
      return
    }
    for (index, field) in fields.enumerated() {
      if isHalted { return }
      charge(field.text.utf8.count)
      if index > 0 { if builder.splits { builder.close() } else { builder.append(" ") } }
      if isQuoted || field.isQuoted { builder.append(field) } else { builder.appendSplit(field) }
      if isQuoted { builder.isQuoted = true }
    }
  }

  /// The value's fields, or nil when the text does not tell it.
  private mutating func value(of parameter: Parameter) -> [Field]? {
    let name = script.string(parameter.name)
    switch parameter.operation {
    case .other: return nil
    case .indirect:
      guard let target = lookup(name)?.first, target.isKnown else { return nil }
      return plain(lookup(target.text))
    case .length:
      guard let fields = select(lookup(name), parameter.index), fields.allSatisfy(\.isKnown) else {
        return nil
      }
      if parameter.index == .all { return [Field("\(fields.count)")] }
      return [Field("\(fields.first?.text.count ?? 0)")]
    default: break
    }
    let current = select(lookup(name), parameter.index)
    switch parameter.operation {
    case .useDefault, .assignDefault:
      if let current, !parameter.isStrong || current.contains(where: { !$0.text.isEmpty }) {
        return plain(current)
      }
      let fallback = expandOne(parameter.argument)
      if parameter.operation == .assignDefault { assign(name, Variable(fields: [fallback])) }
      return [Field(fallback.text, unknown: fallback.unknown)]
    case .useAlternative:
      let instead = expandOne(parameter.argument)
      guard let current else { return nil }
      return parameter.isStrong && current.allSatisfy(\.text.isEmpty)
        ? [] : [Field(instead.text, unknown: instead.unknown)]
    case .requireValue:
      runParts(parameter.argument)
      return plain(current)
    case .none: return plain(current)
    default:
      let argument = expandOne(parameter.argument)
      guard let current, argument.isKnown, current.allSatisfy(\.isKnown) else { return nil }
      let changed = current.map { apply(parameter, argument.text, to: $0.text) }
      return changed.contains(nil) ? nil : changed.map { Field($0 ?? "") }
    }
  }

  /// Whether an assigned value was quoted says nothing of its use.
  private func plain(_ fields: [Field]?) -> [Field]? {
    fields?.map { Field($0.text, unknown: $0.unknown) }
  }

  private mutating func select(_ fields: [Field]?, _ index: Parameter.Subscript) -> [Field]? {
    guard let fields else { return nil }
    switch index {
    case .none: return fields
    case .all: return fields
    case .element(let range):
      var text = script.string(range)
      if text.utf8.first == Byte.dollar { text.removeFirst() }
      if let number = Int(text) { return fields.indices.contains(number) ? [fields[number]] : [] }
      guard let value = lookup(text)?.first, value.isKnown, let number = Int(value.text) else { return nil }
      return fields.indices.contains(number) ? [fields[number]] : []
    }
  }

  mutating func lookup(_ name: String) -> [Field]? {
    if let variable = session.variables[name] {
      touchedAlternatives = max(touchedAlternatives, variable.others.count)
      let fields =
        alternative > 0 && !variable.others.isEmpty
        ? variable.others[min(alternative, variable.others.count) - 1] : variable.fields
      return fields
    }
    switch name {
    case "@", "*": return positional.map { Array($0.dropFirst()) }
    case "#": return positional.map { [Field("\(max(0, $0.count - 1))")] }
    case "IFS": return [Field(" \t\n")]
    case "PWD": return session.isLost ? nil : session.cwd.map { [Field($0)] }
    case "OLDPWD": return session.previousDirectory.map { [Field($0)] }
    case "SHELL", "BASH": return [Field("/bin/bash")]
    default:
      guard let positional, let first = name.utf8.first, Byte.isDigit(first), let number = Int(name) else {
        return nil
      }
      return number < positional.count ? [positional[number]] : [Field("")]
    }
  }

  private mutating func apply(_ parameter: Parameter, _ argument: String, to text: String) -> String? {
    charge(text.utf8.count + argument.utf8.count)
    switch parameter.operation {
    case .upper:
      return parameter.isStrong ? text.uppercased() : text.prefix(1).uppercased() + text.dropFirst()
    case .lower:
      return parameter.isStrong ? text.lowercased() : text.prefix(1).lowercased() + text.dropFirst()
    case .slice:
      let numbers = argument.split(separator: ":", omittingEmptySubsequences: false)
        .map { Int($0.filter { $0 != " " }) }
      guard let start = numbers.first ?? nil, abs(start) <= text.count else { return nil }
      let tail = start < 0 ? text.suffix(-start) : text.dropFirst(start)
      guard numbers.count > 1 else { return String(tail) }
      guard let length = numbers[1] else { return nil }
      return length < 0 ? String(tail.dropLast(min(tail.count, -length))) : String(tail.prefix(length))
    case .replace, .replaceAll: return replaced(text, argument, all: parameter.operation == .replaceAll)
    case .removePrefix, .removeSuffix:
      return trimmed(
        text, argument, isPrefix: parameter.operation == .removePrefix, longest: parameter.isStrong)
    default: return nil
    }
  }

  private func replaced(_ text: String, _ argument: String, all: Bool) -> String? {
    let parts = argument.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let pattern = parts.first, !pattern.isEmpty, !pattern.contains(where: "*?[".contains) else {
      return nil
    }
    let with = parts.count > 1 ? String(parts[1]) : ""
    let from = Array(pattern.utf8)
    let bytes = Array(text.utf8)
    guard bytes.count <= 4096, from.count <= 256 else { return nil }
    var result: [UInt8] = []
    var index = 0
    var isDone = false
    while index < bytes.count {
      if !isDone, bytes[index...].starts(with: from) {
        result += Array(with.utf8)
        index += from.count
        isDone = !all
      } else {
        result.append(bytes[index])
        index += 1
      }
    }
    return result.count <= Limits.valueLength ? String(decoding: result, as: UTF8.self) : nil
  }

  private func trimmed(_ text: String, _ pattern: String, isPrefix: Bool, longest: Bool) -> String? {
    let bytes = Array(text.utf8)
    let glob = Array(pattern.utf8)
    guard bytes.count <= 256, glob.count <= 64 else { return nil }
    let cuts = longest == isPrefix ? Array((0...bytes.count).reversed()) : Array(0...bytes.count)
    for cut in cuts {
      if isPrefix, Glob.matches(glob[...], bytes[..<cut]) {
        return String(decoding: bytes[cut...], as: UTF8.self)
      }
      if !isPrefix, Glob.matches(glob[...], bytes[cut...]) {
        return String(decoding: bytes[..<cut], as: UTF8.self)
      }
    }
    return text
  }
}
