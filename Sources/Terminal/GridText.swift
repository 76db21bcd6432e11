extension Grid {
  /// The logical line that begins in `first`: how many rows it takes from there.
  func rowCount(from first: Int) -> Int {
    var end = first + 1
    while end < rows, cells.rows[slot(end)].continues { end += 1 }
    return end - first
  }

  /// The rows that hold a line: those on the screen, and before them its head when that has left already.
  func slots(from row: Int, count: Int) -> ArraySlice<Int> {
    let shown = (row..<min(row + count, rows)).map { slot($0) }
    let held = row == 0 ? heldCount : 0
    return held == 0 ? shown[...] : (departed.suffix(held).map { Int($0) } + shown)[...]
  }

  /// How many of the rows that departed last are the head of the line in the topmost row.
  var heldCount: Int {
    guard !departed.isEmpty, cells.rows[slot(0)].continues else { return 0 }
    var count = 1
    while count < departed.count, count <= Self.longestHead,
      cells.rows[Int(departed[departed.count - count])].continues
    {
      count += 1
    }
    return count
  }

  /// The lines are those of a settled frame.
  mutating func noteLines(_ lines: [Line]) {
    for (index, line) in lines.enumerated() {
      for slot in slots(from: line.row, count: line.rowCount) {
        cells.rows[slot].line = Int32(index)
        cells.rows[slot].isDirty = false
        cells.rows[slot].isOutput = false
      }
    }
  }

  /// Writes the text of the rows to `scratch` as UTF-8, wrapped rows joined, trailing blanks left out.
  func render(_ slots: some Collection<Int>, into scratch: inout Scratch) {
    scratch.removeAll()
    var trimmed = 0
    var previous: Int?
    for slot in slots {
      if previous != nil, isPadded(before: slot) { scratch.dropPadding() }
      append(slot, to: &scratch, trimmed: &trimmed)
      previous = slot
    }
    scratch.count = trimmed
  }

  /// A wide glyph that did not fit leaves the last cell of the row above blank.
  private func isPadded(before slot: Int) -> Bool {
    cells.stride > 1 && cells.glyph(slot: slot, column: 1) == Cells.wideTail
  }

  private func append(_ slot: Int, to scratch: inout Scratch, trimmed: inout Int) {
    let used = Int(cells.rows[slot].used)
    scratch.reserve(used * 4)
    for column in 0..<used {
      let glyph = cells.glyph(slot: slot, column: column)
      if glyph == 0 || glyph == 0x20 {
        scratch.append(0x20, isPadding: glyph == 0 && column == used - 1)
      } else if glyph < 0x80 {
        scratch.append(UInt8(truncatingIfNeeded: glyph))
        trimmed = scratch.count
      } else if glyph == Cells.wideTail {
        continue
      } else if glyph & Cells.clusterBit != 0 {
        let characters = clusters[glyph]
        scratch.reserve(characters.count * 4 + (used - column) * 4)
        for character in characters { scratch.append(scalar: character) }
        trimmed = scratch.count
      } else {
        scratch.append(scalar: glyph)
        trimmed = scratch.count
      }
    }
  }

  /// The style of the first glyph that is not blank.
  func style(of slots: some Collection<Int>) -> Style {
    for slot in slots {
      for column in 0..<Int(cells.rows[slot].used) {
        let glyph = cells.glyph(slot: slot, column: column)
        if glyph != 0, glyph != 0x20 {
          let pen = cells.pen(slot: slot, column: column)
          return pen.bits == 0 ? .plain : pen.style
        }
      }
    }
    return .plain
  }
}

/// Memory to render a line in, used again and again.
struct Scratch {
  private var base: UnsafeMutablePointer<UInt8>
  private var capacity: Int
  var count = 0
  private var endsInPadding = false

  init() {
    capacity = 1024
    base = .allocate(capacity: capacity)
  }

  func deallocate() { base.deallocate() }

  var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: base, count: count) }

  mutating func removeAll() {
    count = 0
    endsInPadding = false
  }

  mutating func reserve(_ more: Int) {
    guard count + more > capacity else { return }
    capacity = max(capacity * 2, count + more)
    let grown = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
    grown.update(from: base, count: count)
    base.deallocate()
    base = grown
  }

  /// The caller has reserved the room.
  mutating func append(_ byte: UInt8, isPadding: Bool = false) {
    base[count] = byte
    count += 1
    endsInPadding = isPadding
  }

  mutating func dropPadding() {
    if endsInPadding { count -= 1 }
    endsInPadding = false
  }

  /// Appends a character; what is no Unicode scalar becomes U+FFFD.
  mutating func append(scalar value: UInt32) {
    let value = value < 0x11_0000 && !(0xD800...0xDFFF).contains(value) ? value : 0xFFFD
    switch value {
    case ..<0x80: append(UInt8(value))
    case ..<0x800: append(lead: 0xC0, value, continuations: 1)
    case ..<0x1_0000: append(lead: 0xE0, value, continuations: 2)
    default: append(lead: 0xF0, value, continuations: 3)
    }
  }

  private mutating func append(lead: UInt8, _ value: UInt32, continuations: UInt32) {
    append(lead | UInt8(truncatingIfNeeded: value >> (6 * continuations)))
    for index in (0..<continuations).reversed() {
      append(0x80 | UInt8(truncatingIfNeeded: value >> (6 * index) & 0x3F))
    }
  }
}
