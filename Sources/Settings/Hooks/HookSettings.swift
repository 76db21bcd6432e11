/// The hooks in an agent's settings: Claude Code's `settings.json` and Codex's `hooks.json` have the same shape.
///
/// ```
/// {"hooks": {EVENT: [{"matcher": …, "hooks": [{"type": "command", "command": …, "timeout": …}]}]}}
/// ```
///
/// All functions take the text of a file and give the text that it should have. Only what is Outrider's is added,
/// changed or removed; every other byte stays.
public struct HookSettings: Sendable {
  public let text: JSONText

  /// - Parameter bytes: The file; an empty one is read as one without settings.
  /// - Throws: The first place where it is no JSON, or not of a shape that can be added to.
  public init(_ bytes: [UInt8]) throws(SettingsError) {
    text = try JSONText(Self.isBlank(bytes) ? bytes + Array("{}\n".utf8) : bytes)
    guard case .object(let members) = text.root.kind else {
      throw text.error("the settings are an object; begin with { and end with }", at: text.root)
    }
    try unique("hooks", members)
    guard let hooks = text.root.value("hooks") else { return }
    guard case .object(let events) = hooks.kind else {
      throw text.error("'hooks' is an object of events, not \(hooks.noun); write \"hooks\": {}", at: hooks)
    }
    for event in events {
      try unique(event.name, events)
      guard case .array = event.value.kind else {
        throw text.error(
          "the hooks of an event are a list, not \(event.value.noun); write []", at: event.value)
      }
    }
  }

  /// The text with Outrider's hooks for all events: added where there is none, with the program's path put
  /// right where there is one.
  ///
  /// - Parameter bytes: The file; nil or empty when there is none yet.
  public static func installing(_ plan: HookPlan, in bytes: [UInt8]?) throws(SettingsError) -> [UInt8] {
    var settings = try HookSettings(bytes ?? [])
    settings = try HookSettings(settings.movingProgram(to: plan.program))
    let there = Set(settings.entries.map(\.event))
    for event in plan.agent.events where !there.contains(event.name) {
      settings = try HookSettings(settings.adding(plan.group(for: event), to: event.name))
    }
    return settings.text.bytes
  }

  /// The text without Outrider's hooks, and without the lists and objects that are empty for that.
  public static func uninstalling(from bytes: [UInt8]) throws(SettingsError) -> [UInt8] {
    guard !isBlank(bytes) else { return bytes }
    return try HookSettings(bytes).withoutEntries()
  }

  /// Whether a text says nothing: no settings, no comments, no hooks.
  public static func saysNothing(_ bytes: [UInt8]) -> Bool {
    if isBlank(bytes) { return true }
    guard let text = try? JSONText(bytes) else { return false }
    return text.root.kind == .object([])
  }

  private static func isBlank(_ bytes: [UInt8]) -> Bool {
    let content = bytes.starts(with: byteOrderMark) ? bytes.dropFirst(byteOrderMark.count) : bytes[...]
    return content.allSatisfy(isJSONSpace)
  }

  /// Of two members of one name both agents read the last; an edit of the other would do nothing.
  private func unique(_ name: String, _ members: [JSONMember]) throws(SettingsError) {
    let named = members.filter { $0.name == name }
    guard named.count > 1, let last = named.last else { return }
    throw SettingsError(
      "the key '\(name)' stands here a second time and only this one counts; make one of the two",
      at: last.key.lowerBound, in: text.bytes)
  }

  private func adding(_ group: JSONValue, to event: String) -> [UInt8] {
    guard let hooks = text.root.value("hooks") else {
      return text.appending("hooks", .object([(event, .array([group]))]), to: text.root)
    }
    guard let list = hooks.value(event) else {
      return text.appending(event, .array([group]), to: hooks)
    }
    return text.appending(group, to: list)
  }
}

extension HookSettings {
  /// A hook of Outrider's in the settings.
  public struct Entry: Sendable, Equatable {
    public let event: String
    /// For which tools; nil for all.
    public let matcher: String?
    public let command: HookCommand
    /// The number of its group in the event's list and of the hook in the group, from 0.
    public let place: (group: Int, hook: Int)
    let node: JSONNode

    public static func == (left: Entry, right: Entry) -> Bool {
      left.event == right.event && left.node == right.node
    }
  }

  /// Outrider's own, in their order.
  public var entries: [Entry] {
    (text.root.value("hooks")?.members ?? []).flatMap { event in
      event.value.elements.enumerated().flatMap { index, group in
        (group.value("hooks")?.elements ?? []).enumerated().compactMap { number, node -> Entry? in
          guard let command = command(of: node) else { return nil }
          let matcher = group.value("matcher").flatMap(text.string)
          return Entry(
            event: event.name, matcher: matcher == "" || matcher == "*" || matcher == ".*" ? nil : matcher,
            command: command, place: (index, number), node: node)
        }
      }
    }
  }

  /// Whether the settings switch all hooks off.
  public var areDisabled: Bool {
    guard let node = text.root.value("disableAllHooks") else { return false }
    return text.bytes[node.range].elementsEqual("true".utf8)
  }

  private func command(of node: JSONNode) -> HookCommand? {
    guard let command = node.value("command"), command.kind == .string else { return nil }
    return HookCommand(scalars: JSONString.units(text.bytes[command.range]).map(\.scalar))
  }

  private func movingProgram(to program: String) -> [UInt8] {
    let edits = entries.compactMap { entry in
      entry.node.value("command").flatMap { text.movingProgram(of: $0, entry.command, to: program) }
    }
    return Edit.apply(edits, to: text.bytes)
  }

  private func withoutEntries() -> [UInt8] {
    guard let hooks = text.root.value("hooks") else { return text.bytes }
    var edits: [Edit] = []
    let goneEvents = hooks.members.map { event in
      let lost = event.value.elements.map { isEmptied($0, &edits) }
      guard lost.contains(true) else { return false }
      if !lost.contains(false) { return true }
      edits += JSONText.removing(event.value.elements.map(\.range), lost)
      return false
    }
    guard goneEvents.contains(true) else { return Edit.apply(edits, to: text.bytes) }
    if goneEvents.contains(false) {
      edits += JSONText.removing(hooks.members.map(\.range), goneEvents)
    } else {
      let gone = text.root.members.map { $0.name == "hooks" }
      edits =
        gone.contains(false)
        ? JSONText.removing(text.root.members.map(\.range), gone) : [JSONText.emptying(text.root)]
    }
    return Edit.apply(edits, to: text.bytes)
  }

  /// Whether nothing but Outrider's hooks stand in a group; if only some are, they are taken out.
  private func isEmptied(_ group: JSONNode, _ edits: inout [Edit]) -> Bool {
    let hooks = group.value("hooks")?.elements ?? []
    let ours = hooks.map { command(of: $0) != nil }
    guard ours.contains(true) else { return false }
    guard ours.contains(false) else { return true }
    edits += JSONText.removing(hooks.map(\.range), ours)
    return false
  }
}

extension JSONText {
  /// The edit that puts another path into a command of Outrider's; nil when it is right.
  func movingProgram(of node: JSONNode, _ command: HookCommand, to program: String) -> Edit? {
    guard command.program != program else { return nil }
    let units = JSONString.units(bytes[node.range])
    let start = node.range.lowerBound + 1
    let before = units[..<command.programRange.lowerBound].reduce(0) { $0 + $1.raw.count }
    let length = units[command.programRange].reduce(0) { $0 + $1.raw.count }
    return Edit(
      start + before..<start + before + length, JSONString.escaped(ShellWords.quoted(program)))
  }
}
