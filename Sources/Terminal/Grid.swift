/// Cells of the two screens of a terminal, and the rows that left at the top since the last frame.
///
/// Positions come from foreign code that works on foreign bytes: every one is checked, none traps.
struct Grid {
  /// Rows kept after they left and before a frame told of them.
  static let departedCapacity = 768
  /// A wrapped line that is longer than this many rows above the screen is cut there.
  static let longestHead = 32

  private(set) var rows: Int
  private(set) var columns: Int
  var cells: Cells
  /// Slots of the rows from top to bottom, of the screen that shows and of the other.
  private var shown: UnsafeMutablePointer<Int32>
  private var hidden: UnsafeMutablePointer<Int32>
  private(set) var isAlternate = false
  private var free: [Int32] = []
  /// Slots that left at the top, oldest first.
  var departed: [Int32] = []
  var lostRows = 0

  var cursor: (row: Int, column: Int) = (0, 0)
  var pen = Pen()
  var clusters = Clusters()
  /// The last glyph, for repeating it.
  private(set) var lastGlyph: UInt32 = 0
  /// A glyph was put since the last frame.
  var wasPainted = false
  /// A cell differs from the last frame, or rows moved.
  var hasChanged = false
  /// Rows moved, came or were joined differently since the last frame.
  var wasRearranged = true
  var bells = 0

  private var marginRow = -1
  private var marginEnd = 0
  private var headRun = 0

  init(rows: Int, columns: Int) {
    self.rows = rows
    self.columns = columns
    let slots = 2 * rows + Self.departedCapacity
    cells = Cells(slots: slots, stride: columns)
    shown = .allocate(capacity: Bounds.rows)
    hidden = .allocate(capacity: Bounds.rows)
    for row in 0..<rows { (shown[row], hidden[row]) = (Int32(row), Int32(rows + row)) }
    free = (2 * rows..<slots).reversed().map { Int32($0) }
  }

  func deallocate() {
    cells.deallocate()
    shown.deallocate()
    hidden.deallocate()
  }

  func slot(_ row: Int) -> Int { Int(shown[row]) }

  mutating func put(_ glyph: UInt32, width: Int, row: Int, column: Int) {
    guard row >= 0, row < rows, column >= 0, column < columns else { return }
    let slot = slot(row)
    if column == 0 { join(slot, row: row, isWide: width > 1) }
    let isWide = width > 1 && column + 1 < columns
    let changed = cells.write(glyph, pen: pen.bits, isWide: isWide, slot: slot, column: column)
    if changed {
      cells.rows[slot].isDirty = true
      hasChanged = true
    }
    lastGlyph = glyph
    wasPainted = true
    marginEnd = column + (isWide ? 2 : 1)
    marginRow = marginEnd >= columns - 1 ? row : -1
  }

  /// The first cell of a row was written: by wrapping from the row above, or not.
  private mutating func join(_ slot: Int, row: Int, isWide: Bool) {
    let wraps =
      row > 0 && marginRow == row - 1 && (marginEnd >= columns || (isWide && marginEnd == columns - 1))
    guard cells.rows[slot].continues != wraps else { return }
    cells.rows[slot].continues = wraps
    wasRearranged = true
    hasChanged = true
  }

  mutating func moveCursor(row: Int, column: Int) {
    cursor = (min(max(row, 0), rows - 1), min(max(column, 0), columns - 1))
    if marginRow >= 0, row != marginRow || column != columns - 1 { marginRow = -1 }
  }

  mutating func erase(_ area: Area) {
    let area = area.clamped(rows: rows, columns: columns)
    guard !area.isEmpty else { return }
    for row in area.top..<area.bottom {
      let slot = slot(row)
      let end = area.right == columns ? cells.stride : area.right
      if cells.erase(slot: slot, from: area.left, to: end) {
        cells.rows[slot].isDirty = true
        hasChanged = true
      }
      if area.left == 0 { separate(row) }
      if area.right == columns { separate(row + 1) }
    }
  }

  /// The row no longer continues the one above.
  private mutating func separate(_ row: Int) {
    guard row < rows else { return }
    let slot = slot(row)
    guard cells.rows[slot].continues else { return }
    cells.rows[slot].continues = false
    cells.rows[slot].isDirty = true
    wasRearranged = true
    hasChanged = true
  }

  /// Moves the content of an area up by `downward` rows and left by `rightward` columns (either may be
  /// negative), as the program's view moves down and right.
  ///
  /// What becomes free is blank.
  mutating func scroll(_ area: Area, downward: Int, rightward: Int) {
    let area = area.clamped(rows: rows, columns: columns)
    guard !area.isEmpty else { return }
    hasChanged = true
    wasRearranged = true
    if rightward == 0, area.left == 0, area.right == columns {
      let count = min(abs(downward), area.bottom - area.top)
      guard count > 0 else { return }
      if downward > 0 { scrollUp(area, by: count) } else { scrollDown(area, by: count) }
    } else {
      shift(area, downward: downward, rightward: rightward)
    }
  }

  private mutating func scrollUp(_ area: Area, by count: Int) {
    for row in area.top..<area.top + count { depart(slot(row)) }
    (shown + area.top).update(from: shown + area.top + count, count: area.bottom - area.top - count)
    for row in area.bottom - count..<area.bottom {
      let fresh = takeSlot()
      cells.rows[fresh].isOutput = true
      shown[row] = Int32(fresh)
    }
    if marginRow >= area.top, marginRow < area.bottom { marginRow -= count }
    if marginRow < area.top - 1 || area.top > 0 && marginRow < area.top { marginRow = -1 }
    if area.top > 0 || headRun >= Self.longestHead {
      separate(area.top)
      headRun = 0
    }
    separate(area.bottom)
  }

  private mutating func scrollDown(_ area: Area, by count: Int) {
    for row in area.bottom - count..<area.bottom { release(slot(row)) }
    (shown + area.top + count).update(from: shown + area.top, count: area.bottom - area.top - count)
    for row in area.top..<area.top + count { shown[row] = Int32(takeSlot()) }
    marginRow = -1
    separate(area.top + count)
    separate(area.bottom)
  }

  private mutating func shift(_ area: Area, downward: Int, rightward: Int) {
    let height = area.bottom - area.top
    let width = area.right - area.left
    let down = min(max(downward, -height), height)
    let right = min(max(rightward, -width), width)
    let count = width - abs(right)
    if count > 0 {
      let steps = Array(0..<height - abs(down))
      for step in down >= 0 ? steps : steps.reversed() {
        let target = area.top + (down >= 0 ? step : step - down)
        cells.copy(
          from: slot(target + down), column: area.left + max(right, 0),
          to: slot(target), column: area.left + max(-right, 0), count: count)
        cells.rows[slot(target)].isDirty = true
      }
    }
    let vacatedRows = down > 0 ? area.bottom - down..<area.bottom : area.top..<area.top - down
    let vacatedColumns = right > 0 ? area.right - right..<area.right : area.left..<area.left - right
    if !vacatedRows.isEmpty {
      erase(
        Area(top: vacatedRows.lowerBound, bottom: vacatedRows.upperBound, left: area.left, right: area.right))
    }
    if !vacatedColumns.isEmpty {
      erase(
        Area(
          top: area.top, bottom: area.bottom, left: vacatedColumns.lowerBound,
          right: vacatedColumns.upperBound))
    }
    marginRow = -1
  }

  private mutating func depart(_ slot: Int) {
    headRun = cells.rows[slot].continues ? headRun + 1 : 0
    if departed.count == Self.departedCapacity - 1 {
      let half = departed.count / 2
      for lost in departed.prefix(half) { release(Int(lost)) }
      departed.removeFirst(half)
      lostRows += half
    }
    departed.append(Int32(slot))
  }

  private mutating func takeSlot() -> Int {
    if let slot = free.popLast() { return Int(slot) }
    guard !departed.isEmpty else { return 0 }
    lostRows += 1
    let slot = Int(departed.removeFirst())
    cells.clear(slot: slot)
    return slot
  }

  mutating func release(_ slot: Int) {
    cells.clear(slot: slot)
    free.append(Int32(slot))
  }

  /// Changes to the other screen.
  ///
  /// The rows that departed must have been told before; what remains is lost.
  mutating func show(alternate: Bool) {
    guard alternate != isAlternate else { return }
    lostRows += departed.count
    for slot in departed { release(Int(slot)) }
    departed.removeAll(keepingCapacity: true)
    swap(&shown, &hidden)
    isAlternate = alternate
    if alternate { for row in 0..<rows { cells.rows[slot(row)].line = -1 } }
    marginRow = -1
    headRun = 0
    wasRearranged = true
    hasChanged = true
  }

  /// Takes the new size.
  ///
  /// Where rows must go, those below the cursor go first, then those at the top.
  ///
  /// - Returns: How many rows went at the top of the screen that shows.
  mutating func resize(rows newRows: Int, columns newColumns: Int) -> Int {
    let surplus = max(0, rows - newRows)
    let removedAtTop = surplus - min(surplus, rows - 1 - cursor.row)
    let kept = min(rows, newRows)
    let slots = 2 * newRows + Self.departedCapacity
    let fresh = Cells(slots: slots, stride: max(newColumns, cells.stride))
    var next = 0
    func adopt(_ old: Int32?) -> Int32 {
      if let old { fresh.adopt(slot: next, from: cells, slot: Int(old)) }
      next += 1
      return Int32(next - 1)
    }
    for row in 0..<newRows {
      shown[row] = adopt(row < kept ? shown[row + removedAtTop] : nil)
      hidden[row] = adopt(row < kept ? hidden[row] : nil)
    }
    departed = departed.map { adopt($0) }
    free = (next..<slots).reversed().map { Int32($0) }
    cells.deallocate()
    cells = fresh
    (rows, columns) = (newRows, newColumns)
    cursor = (min(max(cursor.row - removedAtTop, 0), rows - 1), min(cursor.column, columns - 1))
    marginRow = -1
    headRun = 0
    wasRearranged = true
    hasChanged = true
    return removedAtTop
  }

  /// Makes room in the table of glyphs that consist of several characters.
  mutating func collectClusters() {
    clusters.collect { visit in
      for slot in 0..<cells.slots { cells.forEachCluster(slot: slot, visit) }
    }
  }
}
