/// Claude Code's status line program in `settings.json`: `{"statusLine": {"type": "command", "command": …}}`.
///
/// Where the user has one, Outrider's runs in its place and runs it in turn, so that what is seen stays.
public enum StatusLineProgram {
  /// Outrider's own command; nil when there is none.
  public static func command(in settings: HookSettings) -> HookCommand? {
    guard let node = settings.text.root.value("statusLine")?.value("command") else { return nil }
    return settings.text.string(node).flatMap { HookCommand($0) }
  }

  /// - Parameter bytes: Settings that `HookSettings` accepts.
  public static func installing(_ plan: HookPlan, in bytes: [UInt8]) throws(SettingsError) -> [UInt8] {
    let settings = try HookSettings(bytes)
    let text = settings.text
    let ours = "\(plan.command) --status-line"
    guard let line = text.root.value("statusLine") else {
      return text.appending(
        "statusLine", .object([("type", .string("command")), ("command", .string(ours))]), to: text.root)
    }
    try checkUnique(text)
    guard let node = line.value("command"), let then = text.string(node) else {
      throw text.error(
        "'statusLine' has no 'command', so there is nothing to run as well; take it out or give it one",
        at: line)
    }
    if let command = HookCommand(then) {
      let edit = text.movingProgram(of: node, command, to: plan.program)
      return Edit.apply(edit.map { [$0] } ?? [], to: text.bytes)
    }
    let old = JSONString.units(text.bytes[node.range]).flatMap { unit in
      unit.scalar == "'" ? Array(#"'\\"#.utf8) + unit.raw + [UInt8(ascii: "'")] : unit.raw
    }
    let wrapped = JSONString.escaped("\(ours) --then '") + old + [UInt8(ascii: "'")]
    return Edit.apply([Edit(inside(node), wrapped)], to: text.bytes)
  }

  /// The text with the program of before, or without one when there was none.
  public static func uninstalling(from bytes: [UInt8]) throws(SettingsError) -> [UInt8] {
    guard let settings = try? HookSettings(bytes), let command = command(in: settings) else { return bytes }
    let text = settings.text
    guard let line = text.root.value("statusLine"), let node = line.value("command") else { return bytes }
    try checkUnique(text)
    guard let index = command.thenIndex else {
      let gone = text.root.members.map { $0.name == "statusLine" }
      return Edit.apply(
        gone.contains(false)
          ? JSONText.removing(text.root.members.map(\.range), gone) : [JSONText.emptying(text.root)],
        to: bytes)
    }
    let units = JSONString.units(text.bytes[node.range])
    let written = Array(units[command.argumentRanges[index]])
    let old = unquoted(written) ?? JSONString.escaped(command.arguments[index])
    return Edit.apply([Edit(inside(node), old)], to: bytes)
  }

  private static func checkUnique(_ text: JSONText) throws(SettingsError) {
    let lines = text.root.members.filter { $0.name == "statusLine" }
    guard lines.count > 1 else { return }
    throw SettingsError(
      "the key 'statusLine' stands here a second time and only this one counts; make one of the two",
      at: lines[1].key.lowerBound, in: text.bytes)
  }

  /// A string without its quotes.
  private static func inside(_ node: JSONNode) -> Range<Int> {
    node.range.lowerBound + 1..<node.range.upperBound - 1
  }

  /// What stood in the quotes that `installing` put around it, with the very escapes it had; nil when
  /// somebody else has written it.
  private static func unquoted(_ units: [JSONString.Unit]) -> [UInt8]? {
    guard units.count >= 2, units.first?.scalar == "'", units.last?.scalar == "'" else { return nil }
    var rest = units.dropFirst().dropLast()
    var raw: [UInt8] = []
    while let unit = rest.popFirst() {
      guard unit.scalar == "'" else {
        raw += unit.raw
        continue
      }
      guard rest.popFirst()?.scalar == "\\", let quote = rest.popFirst(), quote.scalar == "'",
        rest.popFirst()?.scalar == "'"
      else { return nil }
      raw += quote.raw
    }
    return raw
  }
}
