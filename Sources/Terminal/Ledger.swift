/// Which line is which, from one settled frame to the next.
///
/// Rows that the terminal moved keep their identity by themselves. Programs also scroll by repainting
/// everything; lines that then stand elsewhere are found by aligning the texts. What comes back from above
/// is found in the history, what was wrapped anew after a resize in the text from before.
struct Ledger {
  private(set) var lines: [Line] = []
  /// Indices of the lines that are new or revised.
  private(set) var news: [Int] = []
  /// The next frame is taken as it is: nothing of it is new.
  var expectsBaseline = false

  private var hiddenLines: [Line] = []
  private var isAlternate = false
  var history = History()
  private var reflow: Reflow?
  private var nextID: UInt64 = 1
  private let scratch = SharedScratch()

  mutating func beginReflow(isAlternate: Bool) {
    reflow = Reflow(history, isAlternate == self.isAlternate ? lines : hiddenLines)
  }

  mutating func freshID() -> LineID {
    defer { nextID += 1 }
    return LineID(number: nextID)
  }

  /// Brings the lines up to the grid.
  ///
  /// - Returns: The lines that are news and have left the screen already.
  mutating func settle(_ grid: inout Grid) -> [Line] {
    for index in news {
      lines[index].isNew = false
      lines[index].isRevised = false
    }
    news.removeAll(keepingCapacity: true)
    if grid.isAlternate != isAlternate { exchange() }
    defer {
      grid.hasChanged = false
      grid.wasPainted = false
      grid.wasRearranged = false
    }
    if !grid.wasRearranged, !lines.isEmpty, !expectsBaseline, settleInPlace(&grid) { return [] }
    return settleAll(&grid)
  }

  /// Leaving the alternate screen its lines are gone; entering it, those of the primary wait.
  private mutating func exchange() {
    isAlternate.toggle()
    if isAlternate {
      hiddenLines = lines
      lines = []
    } else {
      pushAll(lines)
      lines = hiddenLines
      hiddenLines = []
    }
  }

  private mutating func pushAll(_ lines: [Line]) {
    let lines = lines.filter { !$0.isBlank }
    for (index, line) in lines.enumerated() {
      history.push(line, below: index + 1 < lines.count ? lines[index + 1].id : nil)
    }
  }

  private struct Change {
    let index: Int
    let utf8: [UInt8]
    let hash: UInt64
    let style: Style
  }

  /// - Returns: False when lines may have moved, so that all must be compared; nothing was done then.
  private mutating func settleInPlace(_ grid: inout Grid) -> Bool {
    var changes: [Change] = []
    var topmostSame = -1
    for index in lines.indices {
      let line = lines[index]
      let isDirty = (line.row..<line.row + line.rowCount).contains { grid.cells.rows[grid.slot($0)].isDirty }
      if isDirty, let change = change(of: index, in: grid) {
        changes.append(change)
      } else if topmostSame < 0, !line.isBlank {
        topmostSame = index
      }
    }
    if !changes.isEmpty {
      guard reflow == nil, canStay(changes, topmostSame) else { return false }
    }
    for line in lines {
      for row in line.row..<line.row + line.rowCount { grid.cells.rows[grid.slot(row)].isDirty = false }
    }
    for change in changes { apply(change) }
    return true
  }

  /// The text of a line when it differs; where only the style does, it is noted.
  private mutating func change(of index: Int, in grid: Grid) -> Change? {
    let slots = grid.slots(from: lines[index].row, count: lines[index].rowCount)
    grid.render(slots, into: &scratch.value)
    let style = grid.style(of: slots)
    if lines[index].utf8.elementsEqual(scratch.value.bytes) {
      lines[index].style = style
      return nil
    }
    return Change(
      index: index, utf8: Array(scratch.value.bytes), hash: hashOfLine(scratch.value.bytes), style: style)
  }

  private func canStay(_ changes: [Change], _ topmostSame: Int) -> Bool {
    var run = 0
    var previous = -2
    for change in changes where !change.utf8.isEmpty {
      let isGrowth = !lines[change.index].isBlank && change.utf8.starts(with: lines[change.index].utf8)
      if !isGrowth, change.index < topmostSame || topmostSame < 0 { return false }
      if changes.contains(where: { lines[$0.index].hash == change.hash && !lines[$0.index].isBlank }) {
        return false
      }
    }
    for change in changes where !lines[change.index].isBlank {
      run = change.index == previous + 1 ? run + 1 : 1
      previous = change.index
      if run >= 3 { return false }
    }
    return true
  }

  private mutating func apply(_ change: Change) {
    let index = change.index
    let isGrowth = !lines[index].isBlank && change.utf8.starts(with: lines[index].utf8)
    if isGrowth {
      lines[index].isRevised = true
      lines[index].revision += 1
    } else {
      lines[index].id = freshID()
      lines[index].revision = 0
      lines[index].isNew = !change.utf8.isEmpty
    }
    lines[index].utf8 = change.utf8
    lines[index].hash = change.hash
    lines[index].style = change.style
    if lines[index].isNews { news.append(index) }
  }

  private mutating func settleAll(_ grid: inout Grid) -> [Line] {
    var comparison = Comparison(old: lines)
    comparison.readDeparted(&grid, &scratch.value)
    comparison.readScreen(grid, &scratch.value)
    comparison.matchInPlace()
    comparison.alignIfMoved()
    comparison.matchReturned(history)
    let keepsAll = reflow != nil
    if let found = reflow?.recognise(&comparison) {
      let isChanged = comparison.hasChanged
      if isChanged, reflow?.endFrame(recognised: found) == true { reflow = nil }
    }
    comparison.matchGrowth()
    let departed = comparison.departed.map { line(of: $0, lines, row: -1) }
    var result: [Line] = []
    result.reserveCapacity(comparison.drafts.count)
    var used = Set(departed.map(\.id))
    for draft in comparison.drafts {
      var line = line(of: draft, lines, row: draft.row)
      if !used.insert(line.id).inserted {
        line.id = freshID()
        used.insert(line.id)
      }
      if case .reflowed(let found) = draft.origin { reflow?.remember(line.id, at: found.range) }
      result.append(line)
    }
    record(departed, above: result, comparison.vanished(all: keepsAll), returned: comparison.returned)
    lines = result
    news = lines.indices.filter { lines[$0].isNews }
    expectsBaseline = false
    grid.noteLines(lines)
    return departed.filter(\.isNews)
  }

  private mutating func line(of draft: Comparison.Draft, _ old: [Line], row: Int) -> Line {
    var line = Line(
      id: LineID(number: 0), row: row, rowCount: draft.rowCount, revision: 0, isNew: false, isRevised: false,
      style: draft.style, utf8: draft.utf8, hash: draft.hash)
    switch draft.origin {
    case .unknown:
      line.id = freshID()
      line.isNew = !draft.utf8.isEmpty && !draft.isKnown && !expectsBaseline
    case .same(let index):
      line.id = old[index].id
      line.revision = old[index].revision + (old[index].hash == draft.hash ? 0 : 1)
    case .grown(let index):
      line.id = old[index].id
      line.revision = old[index].revision + 1
      line.isRevised = !expectsBaseline
    case .returned(let entry):
      line.id = entry.id
      line.revision = entry.revision
    case .reflowed(let found):
      line.id = found.id
      line.revision = found.revision + 1
      line.isRevised = found.isLonger
    }
    return line
  }

  private mutating func record(
    _ departed: [Line], above screen: [Line], _ vanished: [(line: Line, below: LineID?)],
    returned: Set<LineID>
  ) {
    let departed = departed.filter { !$0.isBlank }
    let first = screen.first { !$0.isBlank }?.id
    for (index, line) in departed.enumerated() {
      history.push(line, below: index + 1 < departed.count ? departed[index + 1].id : first)
    }
    for (line, below) in vanished { history.push(line, below: below) }
    if !returned.isEmpty { history.forget(returned) }
  }
}

/// Memory that copies of a value may share since it is only used within one call.
final class SharedScratch {
  var value = Scratch()

  deinit { value.deallocate() }
}
