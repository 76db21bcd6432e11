/// Codex's status line in `config.toml`, and in it the item by which the context that is left can be read:
/// `[tui] status_line = ["model-with-reasoning", "context-remaining", "current-dir"]`.
public enum ContextItem {
  static let name = "context-remaining"
  static let path = ["tui", "status_line"]
  /// What Codex shows by itself, and the context.
  static let usual = #"["model-with-reasoning", "context-remaining", "current-dir"]"#

  /// Whether Codex shows the context.
  public static func isShown(in text: TOMLText) -> Bool {
    guard let entry = text.entry(path), let items = try? StatusLineItems(entry, in: text) else {
      return false
    }
    return items.names.contains(name)
  }

  /// The text with the item: in the status line that is there, else in one like Codex's own.
  ///
  /// - Parameter bytes: The file; empty when there is none.
  public static func installing(in bytes: [UInt8]) throws(SettingsError) -> [UInt8] {
    let text = try TOMLText(bytes)
    if let entry = text.entry(path) {
      let items = try StatusLineItems(entry, in: text)
      return items.names.contains(name) ? bytes : Edit.apply([items.appending(name)], to: bytes)
    }
    if let inline = text.entry(["tui"]) {
      throw text.error(
        "'tui' is an inline table, which is not added to; make it a table [tui]", at: inline.value.lowerBound)
    }
    let newline = text.newline
    let own = Array("status_line = \(usual)".utf8)
    if let header = text.headers.first(where: { $0.path == ["tui"] && !$0.isOfArray }) {
      let last = text.entries.last { $0.table == ["tui"] && $0.lines.lowerBound >= header.line.upperBound }
      return text.inserting(own, after: last?.lines ?? header.line, margin: last.map(text.margin) ?? [])
    }
    if let dotted = text.entries.last(where: { $0.table.isEmpty && $0.key.first == "tui" }) {
      return text.inserting(Array("tui.".utf8) + own, after: dotted.lines, margin: text.margin(dotted))
    }
    var added = Array("[tui]".utf8) + newline + own + newline
    if let last = bytes.last {
      added = (last == UInt8(ascii: "\n") ? newline : newline + newline) + added
    }
    return bytes + added
  }

  /// The text without what `installing` had put there.
  ///
  /// - Parameter before: The text before it was installed.
  public static func uninstalling(from bytes: [UInt8], before: [UInt8]) throws(SettingsError) -> [UInt8] {
    let text = try TOMLText(bytes)
    let old = try TOMLText(before)
    guard let entry = text.entry(path) else { return bytes }
    let items = try StatusLineItems(entry, in: text)
    if let former = old.entry(path) {
      guard let index = items.names.firstIndex(of: name),
        try !StatusLineItems(former, in: old).names.contains(name)
      else { return bytes }
      return Edit.apply([items.removing(index)], to: bytes)
    }
    // Somebody has chosen other items since: then it is theirs.
    guard bytes[entry.value].elementsEqual(usual.utf8) else { return bytes }
    var gone = entry.lines
    if let header = text.headers.first(where: { $0.path == ["tui"] && !$0.isOfArray }),
      header.line.upperBound == gone.lowerBound, !old.headers.contains(where: { $0.path == ["tui"] }),
      !text.entries.contains(where: { $0.table == ["tui"] && $0 != entry })
    {
      gone = header.line.lowerBound..<gone.upperBound
      // The blank line that was put above it.
      let above = text.withoutNewline(before: gone.lowerBound)
      if above > 0, bytes[above - 1] == UInt8(ascii: "\n") { gone = above..<gone.upperBound }
    }
    // A last line that was not ended is not ended again.
    if gone.upperBound == bytes.count, !before.isEmpty, !old.endsWithNewline {
      gone = text.withoutNewline(before: gone.lowerBound)..<gone.upperBound
    }
    return Edit.apply([Edit(gone)], to: bytes)
  }
}

extension TOMLText {
  fileprivate var newline: [UInt8] {
    guard let end = bytes.firstIndex(of: UInt8(ascii: "\n")) else { return [UInt8(ascii: "\n")] }
    return end > 0 && bytes[end - 1] == UInt8(ascii: "\r") ? Array("\r\n".utf8) : [UInt8(ascii: "\n")]
  }

  /// Where the line break begins that ends at `offset`; `offset` itself when none does.
  fileprivate func withoutNewline(before offset: Int) -> Int {
    guard offset > 0, bytes[offset - 1] == UInt8(ascii: "\n") else { return offset }
    return offset > 1 && bytes[offset - 2] == UInt8(ascii: "\r") ? offset - 2 : offset - 1
  }

  fileprivate var endsWithNewline: Bool { bytes.last == UInt8(ascii: "\n") }

  fileprivate func margin(_ entry: Entry) -> [UInt8] {
    Array(bytes[entry.lines].prefix { $0 == 0x20 || $0 == 0x09 })
  }

  fileprivate func inserting(_ line: [UInt8], after lines: Range<Int>, margin: [UInt8]) -> [UInt8] {
    let isTerminated = bytes[lines].last == UInt8(ascii: "\n")
    let text = isTerminated ? margin + line + newline : newline + margin + line
    return Edit.apply([Edit(lines.upperBound..<lines.upperBound, text)], to: bytes)
  }
}

/// The names in a status line's list.
struct StatusLineItems {
  private let bytes: [UInt8]
  private let list: Range<Int>
  private(set) var names: [String] = []
  private var ranges: [Range<Int>] = []

  /// - Throws: A value that is no list of strings.
  init(_ entry: TOMLText.Entry, in text: TOMLText) throws(SettingsError) {
    bytes = text.bytes
    list = entry.value
    let refusal = "'status_line' is a list of names; write \(ContextItem.usual)"
    guard bytes[list].first == UInt8(ascii: "[") else { throw text.error(refusal, at: list.lowerBound) }
    var scanner = TOMLScanner(bytes: bytes)
    scanner.at = list.lowerBound + 1
    while true {
      scanner.skipSpaceAndComments()
      let start = scanner.at
      switch scanner.byte {
      case UInt8(ascii: "]"): return
      case UInt8(ascii: ","): scanner.at += 1
      case UInt8(ascii: "\""), UInt8(ascii: "'"):
        try scanner.string()
        ranges.append(start..<scanner.at)
        names.append(TOMLScanner.text(bytes[start..<scanner.at]))
      default: throw text.error(refusal, at: start)
      }
    }
  }

  func appending(_ name: String) -> Edit {
    let text = Array("\"\(name)\"".utf8)
    guard let last = ranges.last else {
      return Edit(list.lowerBound + 1..<list.lowerBound + 1, text)
    }
    let lead = JSONStyle.space(before: last.lowerBound, in: bytes)
    let space = lead.contains(UInt8(ascii: "\n")) ? Array(lead) : [0x20]
    return Edit(last.upperBound..<last.upperBound, [UInt8(ascii: ",")] + space + text)
  }

  func removing(_ index: Int) -> Edit {
    if index > 0 { return Edit(ranges[index - 1].upperBound..<ranges[index].upperBound) }
    if ranges.count > 1 { return Edit(ranges[0].lowerBound..<ranges[1].lowerBound) }
    return Edit(ranges[0])
  }
}
