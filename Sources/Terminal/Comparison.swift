/// The lines of a screen beside those of the frame before, while it is worked out which is which.
struct Comparison {
  /// A line whose identity is being looked for.
  struct Draft {
    let row: Int
    let rowCount: Int
    /// The old line that stood in these rows, moved as the terminal moved them; -1 when there was none.
    let home: Int
    let utf8: [UInt8]
    let hash: UInt64
    let style: Style
    /// Scrolled in at the bottom: it can be nothing that was there before.
    let isOutput: Bool
    /// Nothing was written in its rows, though it reads differently: its line was cut apart.
    var isKnown = false
    var origin = Origin.unknown
  }

  enum Origin {
    case unknown
    case same(Int)
    case grown(Int)
    case returned(History.Entry)
    case reflowed(Reflow.Found)
  }

  let old: [Line]
  private(set) var departed: [Draft] = []
  var drafts: [Draft] = []
  private var isClaimed: [Bool]

  init(old: [Line]) {
    self.old = old
    isClaimed = [Bool](repeating: false, count: old.count)
  }

  /// Takes the rows that left at the top.
  ///
  /// The head of a line that is still on the screen stays in the grid.
  mutating func readDeparted(_ grid: inout Grid, _ scratch: inout Scratch) {
    let slots = grid.departed.map { Int($0) }
    let held = grid.heldCount
    var start = 0
    while start < slots.count - held {
      var end = start + 1
      while end < slots.count - held, grid.cells.rows[slots[end]].continues { end += 1 }
      let draft = draft(slots[start..<end], row: -1, in: grid, &scratch)
      departed.append(placeDeparted(draft))
      start = end
    }
    for slot in slots.dropLast(held) { grid.release(slot) }
    grid.departed.removeFirst(slots.count - held)
  }

  private mutating func placeDeparted(_ draft: Draft) -> Draft {
    var draft = draft
    guard draft.home >= 0, !isClaimed[draft.home] else { return draft }
    let line = old[draft.home]
    if line.utf8 == draft.utf8 || (draft.isKnown && line.utf8.starts(with: draft.utf8)) {
      draft.origin = .same(draft.home)
    } else if !line.isBlank, draft.utf8.starts(with: line.utf8) {
      draft.origin = .grown(draft.home)
    } else {
      return draft
    }
    isClaimed[draft.home] = true
    return draft
  }

  mutating func readScreen(_ grid: Grid, _ scratch: inout Scratch) {
    drafts.reserveCapacity(grid.rows)
    var row = 0
    while row < grid.rows {
      let count = grid.rowCount(from: row)
      drafts.append(draft(grid.slots(from: row, count: count), row: row, in: grid, &scratch))
      row += count
    }
  }

  private func draft(
    _ slots: ArraySlice<Int>, row: Int, in grid: Grid, _ scratch: inout Scratch
  ) -> Draft {
    let first = grid.cells.rows[slots[slots.startIndex]]
    let home = Int(first.line)
    let isTouched = slots.contains { grid.cells.rows[$0].isDirty || grid.cells.rows[$0].line != first.line }
    let rowCount = row < 0 ? slots.count : grid.rowCount(from: row)
    if slots.count == 1, !isTouched, home >= 0, home < old.count, old[home].rowCount == 1 {
      let line = old[home]
      return Draft(
        row: row, rowCount: rowCount, home: home, utf8: line.utf8, hash: line.hash, style: line.style,
        isOutput: false, isKnown: true)
    }
    grid.render(slots, into: &scratch)
    return Draft(
      row: row, rowCount: rowCount, home: home < old.count ? home : -1, utf8: Array(scratch.bytes),
      hash: hashOfLine(scratch.bytes), style: grid.style(of: slots), isOutput: first.isOutput,
      isKnown: !isTouched && home >= 0)
  }

  private mutating func claim(_ index: Int, for draft: Int, _ origin: Origin) {
    isClaimed[index] = true
    drafts[draft].origin = origin
  }

  private func isEqual(_ index: Int, _ draft: Draft) -> Bool {
    old[index].hash == draft.hash && old[index].utf8 == draft.utf8
  }

  /// Lines that stand where they stood, or were moved by the terminal.
  mutating func matchInPlace() {
    for index in drafts.indices {
      guard case .unknown = drafts[index].origin else { continue }
      let home = drafts[index].home
      guard home >= 0, !isClaimed[home] else { continue }
      let isTail =
        drafts[index].isKnown && old[home].utf8.suffix(drafts[index].utf8.count) == drafts[index].utf8[...]
      if isEqual(home, drafts[index]) || isTail { claim(home, for: index, .same(home)) }
    }
  }

  /// When a line that went from its place turns up in another, the program has scrolled by repainting.
  mutating func alignIfMoved() {
    var seen = Set<Int>()
    let order = drafts.map(\.home).filter { $0 >= 0 && seen.insert($0).inserted }
    let gone = Set(order.filter { !isClaimed[$0] && !old[$0].isBlank }.map { old[$0].hash })
    let hasMoved = drafts.contains { draft in
      guard case .unknown = draft.origin else { return false }
      return !draft.utf8.isEmpty && gone.contains(draft.hash)
    }
    guard hasMoved else { return }
    let left = Set(departed.map(\.home))
    let candidates = order.filter { !left.contains($0) }
    let places = Dictionary(uniqueKeysWithValues: candidates.enumerated().map { ($1, $0) })
    let found = Alignment.align(
      old: candidates.map { old[$0].isBlank ? 0 : old[$0].hash | 1 },
      new: drafts.map { $0.utf8.isEmpty ? 0 : $0.hash | 1 },
      home: drafts.map { places[$0.home] ?? -1 })
    for index in drafts.indices {
      if case .same(let home) = drafts[index].origin { isClaimed[home] = false }
      drafts[index].origin = .unknown
    }
    for (index, place) in found.enumerated() where place >= 0 {
      if isEqual(candidates[place], drafts[index]) {
        claim(candidates[place], for: index, .same(candidates[place]))
      }
    }
    matchInPlace()
  }

  /// Lines that were extended where they stand, seen from the lines around them.
  mutating func matchGrowth() {
    var offset: Int?
    for index in drafts.indices {
      if case .same(let line) = drafts[index].origin {
        offset = line - index
      } else {
        grow(index, from: [drafts[index].home, offset.map { index + $0 } ?? -1])
      }
    }
    offset = nil
    for index in drafts.indices.reversed() {
      if case .same(let line) = drafts[index].origin {
        offset = line - index
      } else if let offset {
        grow(index, from: [index + offset])
      }
    }
  }

  private mutating func grow(_ index: Int, from candidates: [Int]) {
    guard case .unknown = drafts[index].origin else { return }
    for candidate in candidates where old.indices.contains(candidate) && !isClaimed[candidate] {
      let line = old[candidate]
      if !line.isBlank, drafts[index].utf8.count > line.utf8.count, drafts[index].utf8.starts(with: line.utf8)
      {
        claim(candidate, for: index, .grown(candidate))
        return
      }
    }
  }

  /// Lines above everything that stayed, or that came down, which the history knows: one stood right above a line that it stands
  /// above again, or two and more follow each other as they did.
  mutating func matchReturned(_ history: History) {
    guard !history.entries.isEmpty else { return }
    var top = drafts.count
    let anchor =
      drafts.firstIndex { isAnchor($0) && shift(of: $0) < 0 } ?? drafts.firstIndex { isAnchor($0) }
    if let anchor {
      top = anchor
      guard case .same(let line) = drafts[anchor].origin else { return }
      var below = old[line].id
      for index in (0..<anchor).reversed() where !drafts[index].utf8.isEmpty {
        guard canReturn(index),
          let found = history.index(of: drafts[index].utf8, hash: drafts[index].hash, above: below)
        else { break }
        drafts[index].origin = .returned(history[found])
        below = history[found].id
      }
    }
    matchRuns(drafts[..<top].indices.filter { canReturn($0) }, history)
  }

  /// By how many lines a line that stayed was painted higher than it stood; 0 for all others.
  ///
  /// A head that a program pins to the top stays while what is below it scrolls.
  private func shift(of draft: Draft) -> Int {
    guard case .same(let index) = draft.origin, draft.home >= 0 else { return 0 }
    return index - draft.home
  }

  private func isAnchor(_ draft: Draft) -> Bool {
    if case .same = draft.origin { return !draft.utf8.isEmpty }
    return false
  }

  private func canReturn(_ index: Int) -> Bool {
    guard case .unknown = drafts[index].origin else { return false }
    return !drafts[index].isOutput && !drafts[index].utf8.isEmpty
  }

  private mutating func matchRuns(_ candidates: [Int], _ history: History) {
    var used = returned
    var position = 0
    while position + 1 < candidates.count {
      var longest = (start: 0, count: 0)
      for start in history.entries.indices.reversed() {
        var count = 0
        while position + count < candidates.count, start + count < history.entries.endIndex,
          history.matches(
            start + count, drafts[candidates[position + count]].utf8,
            drafts[candidates[position + count]].hash),
          !used.contains(history[start + count].id)
        {
          count += 1
        }
        if count > longest.count { longest = (start, count) }
      }
      guard longest.count >= 2 else {
        position += 1
        continue
      }
      for step in 0..<longest.count {
        let entry = history[longest.start + step]
        drafts[candidates[position + step]].origin = .returned(entry)
        used.insert(entry.id)
      }
      position += longest.count
    }
  }

  /// The identities that came back from the history.
  var returned: Set<LineID> {
    Set(drafts.compactMap { if case .returned(let entry) = $0.origin { entry.id } else { nil } })
  }

  /// The identities of all lines that have found theirs.
  var placed: Set<LineID> {
    Set(
      drafts.compactMap { draft in
        switch draft.origin {
        case .same(let index), .grown(let index): old[index].id
        case .returned(let entry): entry.id
        case .reflowed, .unknown: nil
        }
      })
  }

  /// Something is not as it was.
  var hasChanged: Bool {
    !departed.isEmpty
      || drafts.contains { draft in
        if case .same = draft.origin { return false }
        return !draft.utf8.isEmpty
      }
  }

  /// Old lines that are gone and worth remembering: those above all that stayed, or that went up, and larger
  /// blocks.
  ///
  /// Single rows that were painted over are not: a spinner would fill the history.
  func vanished(all: Bool) -> [(line: Line, below: LineID?)] {
    let reflowed = Set(
      drafts.compactMap { if case .reflowed(let found) = $0.origin { found.id } else { nil } })
    let solid = old.indices.filter { !old[$0].isBlank }
    let risen = Set(
      drafts.compactMap { draft in
        if case .same(let index) = draft.origin, shift(of: draft) > 0 { index } else { nil }
      })
    let top =
      solid.firstIndex { risen.contains($0) } ?? solid.firstIndex { isClaimed[$0] } ?? solid.count
    var result: [(line: Line, below: LineID?)] = []
    var position = 0
    while position < solid.count {
      var end = position
      while end < solid.count, !isClaimed[solid[end]] { end += 1 }
      if all || position < top || end - position >= 3 {
        for place in position..<end where !reflowed.contains(old[solid[place]].id) {
          result.append((old[solid[place]], place + 1 < solid.count ? old[solid[place + 1]].id : nil))
        }
      }
      position = end + 1
    }
    return result
  }
}
