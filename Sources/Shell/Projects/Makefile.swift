/// What is read of a makefile: its rules and its plain variables. Conditionals are taken both ways.
struct Makefile {
  struct Rule {
    var prerequisites: [String] = []
    var recipe: [String] = []
  }

  var rules: [String: Rule] = [:]
  var variables: [String: String] = [:]
  var firstTarget: String?
  var includes: [String] = []

  private static let maximumRules = 1024
  private static let maximumVariables = 1024

  /// Reads a makefile. Lines that are neither rules, recipes nor assignments are passed over.
  mutating func read(_ text: String) {
    var current: [String] = []
    for line in logicalLines(text) {
      if line.utf8.first == Byte.tab {
        for target in current { rules[target]?.recipe.append(String(line.dropFirst())) }
        continue
      }
      let plain = line.prefix { $0 != "#" }
      let trimmed = plain.drop { $0 == " " }
      if trimmed.allSatisfy({ $0 == " " || $0 == "\t" }) { continue }
      if let assignment = assignment(String(trimmed)) {
        set(assignment)
      } else if trimmed.hasPrefix("include ") || trimmed.hasPrefix("-include ") {
        includes += trimmed.split(separator: " ").dropFirst().map(String.init)
      } else if let colon = trimmed.firstIndex(of: ":") {
        current = rule(
          String(trimmed[..<colon]), String(line.drop { $0 == " " }.dropFirst(trimmed[..<colon].count + 1)))
      }
    }
  }

  private func logicalLines(_ text: String) -> [String] {
    var lines: [String] = []
    var joined = ""
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      let line = line.hasSuffix("\r") ? line.dropLast() : line
      if line.hasSuffix("\\") {
        joined += line.dropLast() + " "
      } else {
        lines.append(joined + line)
        joined = ""
      }
    }
    if !joined.isEmpty { lines.append(joined) }
    return lines
  }

  private func assignment(_ line: String) -> (name: String, op: String, value: String)? {
    guard let equals = line.firstIndex(of: "=") else { return nil }
    var head = line[..<equals]
    var op = "="
    if let last = head.last, ":?+!".contains(last) {
      op = String(last) + "="
      head = head.dropLast()
      if head.last == ":" { head = head.dropLast() }
    }
    let words = head.split(separator: " ").filter { !["export", "override", "private"].contains($0) }
    guard words.count == 1, let name = words.first, !name.contains(":"), !name.contains("$") else {
      return nil
    }
    let value = line[line.index(after: equals)...].drop { $0 == " " }
    return (String(name), op, String(value))
  }

  private mutating func set(_ assignment: (name: String, op: String, value: String)) {
    guard variables.count < Self.maximumVariables else { return }
    switch assignment.op {
    case "?=": variables[assignment.name] = variables[assignment.name] ?? assignment.value
    case "+=":
      let joined = (variables[assignment.name].map { $0 + " " } ?? "") + assignment.value
      if joined.utf8.count <= 4096 { variables[assignment.name] = joined }
    default: variables[assignment.name] = assignment.value
    }
  }

  private mutating func rule(_ targets: String, _ rest: String) -> [String] {
    var rest = rest
    if rest.hasPrefix(":") { rest.removeFirst() }
    var inline: String?
    if let semicolon = rest.firstIndex(of: ";") {
      inline = String(rest[rest.index(after: semicolon)...])
      rest = String(rest[..<semicolon])
    }
    rest = String(rest.prefix { $0 != "#" })
    let names = expanded(targets, [:]).split(separator: " ").prefix(64).map(String.init)
    // A variable that holds for one target is taken for one that holds for all.
    if let assignment = assignment(rest) {
      set(assignment)
      return []
    }
    let prerequisites = expanded(rest, [:]).split(separator: " ").filter { $0 != "|" }.map(String.init)
    for name in names where rules.count < Self.maximumRules {
      rules[name, default: Rule()].prerequisites += prerequisites
      if let inline { rules[name, default: Rule()].recipe.append(inline) }
      if firstTarget == nil, !name.hasPrefix("."), !name.contains("%") { firstTarget = name }
    }
    return names
  }

  /// The rule of a target, by name or by pattern, with the stem of the pattern.
  func rule(for target: String) -> (rule: Rule, stem: String)? {
    if let rule = rules[target] { return (rule, "") }
    for (pattern, rule) in rules.sorted(by: { $0.key < $1.key }) where pattern.contains("%") {
      let parts = pattern.split(separator: "%", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, target.hasPrefix(parts[0]), target.hasSuffix(parts[1]),
        target.count >= parts[0].count + parts[1].count
      else { continue }
      return (rule, String(target.dropFirst(parts[0].count).dropLast(parts[1].count)))
    }
    return nil
  }

  /// Puts in variables. What is not known becomes an unknown variable of the shell; `$(shell …)` a substitution.
  func expanded(_ text: String, _ automatic: [String: String], depth: Int = 0) -> String {
    guard text.utf8.contains(Byte.dollar) else { return text }
    var result: [UInt8] = []
    let bytes = Array(text.utf8)
    var index = 0
    while index < bytes.count, result.count <= 16_384 {
      guard bytes[index] == Byte.dollar, index + 1 < bytes.count else {
        result.append(bytes[index])
        index += 1
        continue
      }
      let next = bytes[index + 1]
      guard next == Byte.open || next == Byte.openBrace else {
        index += 2
        if next == Byte.dollar {
          result.append(Byte.dollar)
        } else {
          let name = String(decoding: [next], as: UTF8.self)
          result += Array((automatic[name] ?? value(name, automatic, depth)).utf8)
        }
        continue
      }
      let close = next == Byte.open ? Byte.close : Byte.closeBrace
      var level = 0
      var look = index + 1
      while look < bytes.count {
        if bytes[look] == next { level += 1 }
        if bytes[look] == close { level -= 1 }
        if level == 0 { break }
        look += 1
      }
      let inner = String(decoding: bytes[min(index + 2, look)..<look], as: UTF8.self)
      index = look + 1
      if inner.hasPrefix("shell ") {
        result += Array("$(\(expanded(String(inner.dropFirst(6)), automatic, depth: depth + 1)))".utf8)
      } else {
        result += Array((automatic[inner] ?? value(inner, automatic, depth)).utf8)
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  private func value(_ name: String, _ automatic: [String: String], _ depth: Int) -> String {
    if let value = variables[name] { return depth < 8 ? expanded(value, automatic, depth: depth + 1) : "$!" }
    if name == "MAKE" { return "make" }
    return Byte.isName(name.utf8) ? "${\(name)}" : "$!"
  }
}
