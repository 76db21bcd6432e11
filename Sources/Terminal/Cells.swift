/// Plain memory for glyphs, one fixed place a row.
///
/// Callers check positions.
struct Cells {
  /// The second cell of a wide glyph.
  static let wideTail: UInt32 = 0xFFFF_FFFF
  /// With this bit a cell names an entry of `Clusters` instead of a character.
  static let clusterBit: UInt32 = 0x8000_0000

  let slots: Int
  let stride: Int
  /// What each row is; indexed by slot.
  let rows: UnsafeMutablePointer<Row>
  private let glyphs: UnsafeMutablePointer<UInt32>
  private let pens: UnsafeMutablePointer<UInt64>

  init(slots: Int, stride: Int) {
    self.slots = slots
    self.stride = stride
    rows = .allocate(capacity: slots)
    rows.initialize(repeating: Row(), count: slots)
    glyphs = .allocate(capacity: slots * stride)
    glyphs.initialize(repeating: 0, count: slots * stride)
    pens = .allocate(capacity: slots * stride)
    pens.initialize(repeating: 0, count: slots * stride)
  }

  func deallocate() {
    rows.deallocate()
    glyphs.deallocate()
    pens.deallocate()
  }

  func glyph(slot: Int, column: Int) -> UInt32 { glyphs[slot * stride + column] }
  func pen(slot: Int, column: Int) -> Pen { Pen(bits: pens[slot * stride + column]) }

  /// - Returns: Whether that changed anything.
  func write(_ glyph: UInt32, pen: UInt64, isWide: Bool, slot: Int, column: Int) -> Bool {
    let at = slot * stride + column
    let end = column + (isWide ? 2 : 1)
    if glyphs[at] == glyph, pens[at] == pen, !isWide || glyphs[at + 1] == Self.wideTail { return false }
    if glyphs[at] == Self.wideTail, column > 0 { glyphs[at - 1] = 0x20 }
    if end < stride, glyphs[slot * stride + end] == Self.wideTail { glyphs[slot * stride + end] = 0x20 }
    glyphs[at] = glyph
    pens[at] = pen
    if isWide { glyphs[at + 1] = Self.wideTail }
    if rows[slot].used < end { rows[slot].used = Int32(end) }
    return true
  }

  /// Blanks the cells from `start` up to `end`.
  ///
  /// - Returns: Whether there was anything.
  func erase(slot: Int, from start: Int, to end: Int) -> Bool {
    let used = Int(rows[slot].used)
    let end = min(end, used)
    guard start < end else { return false }
    let base = glyphs + slot * stride
    if start > 0, base[start] == Self.wideTail { base[start - 1] = 0x20 }
    if end < used, base[end] == Self.wideTail { base[end] = 0x20 }
    (base + start).update(repeating: 0, count: end - start)
    if end == used { rows[slot].used = Int32(start) }
    return true
  }

  func clear(slot: Int) {
    (glyphs + slot * stride).update(repeating: 0, count: Int(rows[slot].used))
    rows[slot] = Row()
  }

  func copy(from source: Int, column: Int, to target: Int, column targetColumn: Int, count: Int) {
    let from = source * stride + column
    let to = target * stride + targetColumn
    memmoveCells(glyphs, from, to, count)
    memmoveCells(pens, from, to, count)
    let end = targetColumn + count
    let base = glyphs + target * stride
    if base[targetColumn] == Self.wideTail { base[targetColumn] = 0x20 }
    if end < stride, base[end] == Self.wideTail { base[end] = 0x20 }
    rows[target].used = max(rows[target].used, Int32(end))
  }

  private func memmoveCells<T>(_ base: UnsafeMutablePointer<T>, _ from: Int, _ to: Int, _ count: Int) {
    (base + to).update(from: base + from, count: count)
  }

  func adopt(slot: Int, from other: Cells, slot old: Int) {
    let count = min(Int(other.rows[old].used), stride)
    (glyphs + slot * stride).update(from: other.glyphs + old * other.stride, count: count)
    (pens + slot * stride).update(from: other.pens + old * other.stride, count: count)
    rows[slot] = other.rows[old]
    rows[slot].used = Int32(count)
  }

  func forEachCluster(slot: Int, _ visit: (inout UInt32) -> Void) {
    for column in 0..<Int(rows[slot].used) {
      let glyph = glyphs[slot * stride + column]
      if glyph & Self.clusterBit != 0, glyph != Self.wideTail { visit(&glyphs[slot * stride + column]) }
    }
  }
}

/// Glyphs of several characters: a base and what combines with it.
///
/// Cells name them by index.
///
/// Bounded: when it is full, what no cell names any more is forgotten; when that is not enough, further
/// glyphs lose what combines with them.
struct Clusters {
  static let capacity = 8192
  private var entries: [[UInt32]] = []
  private(set) var isCrowded = false

  var isFull: Bool { entries.count >= Self.capacity }
  subscript(cell: UInt32) -> [UInt32] {
    let index = Int(cell & ~Cells.clusterBit)
    return index < entries.count ? entries[index] : []
  }

  mutating func add(_ characters: [UInt32]) -> UInt32 {
    guard !isFull else { return characters[0] }
    entries.append(characters)
    return Cells.clusterBit | UInt32(entries.count - 1)
  }

  mutating func collect(_ forEach: ((inout UInt32) -> Void) -> Void) {
    guard !isCrowded else { return }
    var kept: [[UInt32]] = []
    var places: [UInt32: UInt32] = [:]
    let old = entries
    forEach { cell in
      if let place = places[cell] {
        cell = place
        return
      }
      let index = Int(cell & ~Cells.clusterBit)
      let place = Cells.clusterBit | UInt32(kept.count)
      kept.append(index < old.count ? old[index] : [0x20])
      places[cell] = place
      cell = place
    }
    entries = kept
    isCrowded = kept.count > Self.capacity / 4 * 3
  }

  mutating func reset() {
    self = Clusters()
  }
}
