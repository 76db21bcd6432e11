import Patterns
import Rulebook
import Terminal

/// What the lines of a screen are by a dialect, and which of them belong together.
///
/// A line is tried against the patterns once, when it is new or revised; what it is stays with its identity.
struct LineClassifier {
  /// A line and the rows below that continue it.
  struct Item {
    let entry: Int
    let rows: [Line]
    /// What each row adds to the text.
    let parts: [String]
    /// Head and rows, joined as they would read without the agent's own line breaks.
    let text: String
    let fields: [String: String]

    /// The agent tells of it in words that end in an ellipsis, since it is not over.
    let isUnderWay: Bool

    var head: Line { rows[0] }
  }

  private struct Reading {
    let revision: Int
    let text: String
    /// All entries that match, best first.
    var entries: [(index: Int, fields: [String: String])]
    /// Bit i: a mark of the dialect's state i; the bit after the last state: of running everything unasked.
    var states: UInt32
  }

  private let dialect: Dialect
  private let stateOfMark: [Int]
  private let context = MatchContext()
  private var readings: [LineID: Reading] = [:]
  private var standing = (entries: PatternSet.Standing(), marks: PatternSet.Standing())
  private var evidence: [Int: String] = [:]

  init(_ dialect: Dialect) {
    self.dialect = dialect
    let marks = dialect.states.enumerated().flatMap { index, state in state.match.map { _ in index } }
    stateOfMark = marks + dialect.unasked.map { _ in dialect.states.count }
  }

  /// The lines that are on the screen.
  var visible: Set<LineID> { Set(readings.keys) }

  func shows(_ state: Dialect.State) -> Bool {
    dialect.states.firstIndex { $0.state == state.state }.map { evidence[$0] != nil } ?? false
  }

  /// The agent says that it runs everything without asking.
  var isUnasked: Bool { evidence[dialect.states.count] != nil }

  /// The line by which a state shows.
  func evidence(for state: AgentState) -> String {
    dialect.states.firstIndex { $0.state == state }.flatMap { evidence[$0] } ?? "announced"
  }

  func isPlaceholder(_ item: Item) -> Bool {
    guard let empty = dialect.lines[item.entry].empty else { return item.text.isEmpty }
    return item.text.isEmpty || matches(empty, item.text)
  }

  /// The items of the frame from top to bottom.
  mutating func items(of frame: Frame) -> [Item] {
    let lines = frame.scrolled + frame.lines
    readAll(lines)
    let chosen = chooseEntries(lines)
    var items: [Item] = []
    var index = 0
    while index < lines.count {
      guard let choice = chosen[index] else {
        index += 1
        continue
      }
      let entry = dialect.lines[choice.index]
      var rows = [lines[index]]
      var parts = [choice.text]
      var text = choice.text
      while let more = entry.more, index + rows.count < lines.count, chosen[index + rows.count] == nil {
        let row = lines[index + rows.count]
        guard let addition = group("more", of: more, in: self.text(of: row)) else { break }
        text += separator(
          after: self.text(of: rows[rows.count - 1]), before: addition, columns: frame.columns)
        text += addition
        rows.append(row)
        parts.append(addition)
      }
      if let trim = entry.trim { text = trimmed(text, trim) }
      items.append(
        Item(
          entry: choice.index, rows: rows, parts: parts, text: text, fields: choice.fields,
          isUnderWay: entry.template != nil && self.text(of: rows[0]).hasSuffix("…")))
      index += rows.count
    }
    return items
  }

  private mutating func readAll(_ lines: [Line]) {
    var current: [LineID: Reading] = [:]
    current.reserveCapacity(lines.count)
    evidence = [:]
    for line in lines {
      var reading = readings[line.id]
      if reading?.revision != line.revision { reading = read(line) }
      current[line.id] = reading
      guard let reading, reading.states != 0 else { continue }
      for state in 0...dialect.states.count where reading.states & (1 << UInt32(state)) != 0 {
        evidence[state] = reading.text
      }
    }
    dropPastDialogs(current, lines)
    readings = current
  }

  /// A dialog takes the place of the prompt box: what looks like one above the box is a prompt that begins with `1.`,
  /// or what the agent wrote.
  private mutating func dropPastDialogs(_ current: [LineID: Reading], _ lines: [Line]) {
    guard let asking = dialect.states.firstIndex(where: { $0.state == .asking }), evidence[asking] != nil
    else { return }
    let lowest = lines.last { line in
      let reading = current[line.id]
      return (reading?.states ?? 0) & (1 << UInt32(asking)) != 0
        || reading?.entries.contains { dialect.lines[$0.index].role == .box } ?? false
    }
    guard let lowest, let reading = current[lowest.id] else { return }
    if reading.states & (1 << UInt32(asking)) == 0 { evidence[asking] = nil }
  }

  private func text(of line: Line) -> String {
    readings[line.id]?.text ?? ""
  }

  private mutating func read(_ line: Line) -> Reading {
    var text = line.text
    let colour = line.style.foreground.name
    var reading = Reading(revision: line.revision, text: text, entries: [], states: 0)
    text.withUTF8 { bytes in
      guard !bytes.isEmpty else { return }
      dialect.linePatterns.forEachMatch(in: bytes, standing: &standing.entries, using: context) {
        index, result in
        guard case .success(let match) = result, !dialect.lines[index].unlessColours.contains(colour) else {
          return
        }
        var fields: [String: String] = [:]
        for name in dialect.lines[index].match.captureNames {
          if let range = match.range(named: name) {
            fields[name] = String(decoding: bytes[range], as: UTF8.self)
          }
        }
        reading.entries.append((index, fields))
      }
      dialect.statePatterns.forEachMatch(in: bytes, standing: &standing.marks, using: context) {
        index, result in
        if case .success = result { reading.states |= 1 << UInt32(stateOfMark[index]) }
      }
    }
    reading.entries.sort { $0.index < $1.index }
    return reading
  }

  private struct Choice {
    let index: Int
    let text: String
    let fields: [String: String]
  }

  /// For each line the entry that decides, once it is known which line is the lowest of its kind.
  private func chooseEntries(_ lines: [Line]) -> [Choice?] {
    var lowest: [Int: Int] = [:]
    for (position, line) in lines.enumerated() {
      for entry in readings[line.id]?.entries ?? [] where dialect.lines[entry.index].isLowest {
        lowest[entry.index] = position
      }
    }
    return lines.enumerated().map { position, line in
      let entries = readings[line.id]?.entries ?? []
      let best = entries.first {
        let entry = dialect.lines[$0.index]
        return (!entry.isLowest || lowest[$0.index] == position) && (!entry.isTop || line.row == 0)
      }
      guard let best else { return nil }
      let fields = best.fields.mapValues { Value.string($0) }
      let text =
        dialect.lines[best.index].template?.filled(from: fields) ?? best.fields["text"] ?? text(of: line)
      return Choice(index: best.index, text: text, fields: best.fields)
    }
  }

  /// What stood between two rows. Agents break lines by themselves: where the next word would have fitted
  /// above, the break was in the text; where a word is too long for a row, nothing stood there.
  private func separator(after row: String, before addition: String, columns: Int) -> String {
    let word = addition.prefix { $0 != " " }.count
    let width = row.count
    if width + 1 + word <= columns { return "\n" }
    let lastWord = row.reversed().prefix { $0 != " " }.count
    return width >= columns && lastWord + word > columns - 8 ? "" : " "
  }

  private func group(_ name: String, of pattern: Pattern, in text: String) -> String? {
    var text = text
    return text.withUTF8 { bytes in
      guard let match = try? pattern.firstMatch(in: bytes, using: context),
        let range = match.range(named: name)
      else { return nil }
      return String(decoding: bytes[range], as: UTF8.self)
    }
  }

  private func matches(_ pattern: Pattern, _ text: String) -> Bool {
    ((try? pattern.firstMatch(in: text, using: context)) ?? nil) != nil
  }

  private func trimmed(_ text: String, _ pattern: Pattern) -> String {
    var text = text
    return text.withUTF8 { bytes in
      guard let match = try? pattern.firstMatch(in: bytes, using: context) else { return nil }
      return String(decoding: bytes[..<match.range.lowerBound], as: UTF8.self)
    } ?? text
  }
}

extension Color {
  /// As dialects name it.
  fileprivate var name: String {
    switch self {
    case .standard: "default"
    case .indexed(let index): "\(index)"
    case .rgb(let red, let green, let blue):
      "#" + [red, green, blue].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
  }
}
