/// The screen of one pane: bytes in, settled frames out, whose lines know whether they are news.
///
/// A frame is settled at moments that the bytes define, so that it does not matter in which pieces they come:
/// when a synchronized update ends, when the cursor goes home after something was painted (what was there
/// before is complete), and when the screens are exchanged. Other programs say nothing, so that the owner of
/// the bytes also settles when a read has ended and `isParked`, or when nothing came for some milliseconds.
///
/// Any bytes are survived, and memory is bounded: at most 500 rows of 1000 columns, 767 rows that scrolled
/// by between two frames, 500 lines of history. Not safe for use from several threads at once.
public struct Screen: ~Copyable {
  private let emulator: Emulator
  private var filter = SequenceFilter()
  private var ledger = Ledger()
  /// The beginning of a character whose rest has not come.
  private var cut: [UInt8] = []

  /// Set by the program with OSC 0 or 2; at most 256 characters, without control characters.
  public private(set) var title = ""
  /// Bells since the beginning.
  public private(set) var bellCount = 0
  /// A synchronized update is open; until it ends nothing settles unless it is forced.
  public private(set) var isSynchronizing = false
  private var announcements: [Announcement] = []
  private var hasOtherNews = false
  /// Since the last frame.
  private var hasGoneHome = false

  /// - Parameters: rows and columns are clamped to 1...500 and 1...1000.
  public init(rows: Int, columns: Int) {
    emulator = Emulator(rows: rows, columns: columns)
  }

  private var grid: UnsafeMutablePointer<Grid> { emulator.grid }
  public var rows: Int { grid.pointee.rows }
  public var columns: Int { grid.pointee.columns }
  /// 0-based.
  public var cursor: (row: Int, column: Int) { grid.pointee.cursor }
  public var isAlternate: Bool { grid.pointee.isAlternate }
  /// Something changed that no frame has shown.
  public var isDirty: Bool { grid.pointee.hasChanged || hasOtherNews }

  /// The program has put its cursor somewhere after painting, or ended a line: what shows is likely complete.
  ///
  /// False while only erasures happened since the last frame: programs clear rows before they paint them.
  public var isParked: Bool {
    filter.isParked && !isSynchronizing && (grid.pointee.wasPainted || !grid.pointee.hasChanged)
  }

  /// The program went home to paint its next frame and has not put its cursor anywhere since: more will come.
  public var isMidway: Bool { hasGoneHome && grid.pointee.hasChanged && !filter.isParked }

  /// The text of one row as it is now, settled or not; empty where there is no such row.
  public func text(ofRow row: Int) -> String {
    guard row >= 0, row < rows else { return "" }
    var scratch = Scratch()
    defer { scratch.deallocate() }
    grid.pointee.render(CollectionOfOne(grid.pointee.slot(row)), into: &scratch)
    return String(decoding: scratch.bytes, as: UTF8.self)
  }

  /// Takes bytes as the program printed them, in pieces of any size.
  public mutating func feed(_ bytes: [UInt8], onFrame: (borrowing Frame) throws -> Void) rethrows {
    let copy = bytes
    try copy.withUnsafeBytes { buffer in try feed(buffer, onFrame: onFrame) }
  }

  /// Takes bytes as the program printed them, in pieces of any size, and hands out the frames they complete.
  public mutating func feed(
    _ bytes: UnsafeRawBufferPointer, onFrame: (borrowing Frame) throws -> Void
  ) rethrows {
    var run = 0
    var start = filter.isInSequence ? -1 : 0
    var index = 0
    while true {
      index = filter.skipText(bytes, from: index)
      guard index < bytes.count else { break }
      let byte = bytes[index]
      if filter.holdsC2 {
        let isContinuation = byte & 0xC0 == 0x80
        if !filter.isC1(after: byte) { emulator.write(isContinuation ? [0xC2, byte] : [0xC2]) }
        if isContinuation { index += 1 }
        run = index
        continue
      }
      if byte == 0xC2, !filter.isInSequence, !filter.isInString {
        flush(bytes, run..<index)
        filter.holdC2()
        index += 1
        run = index
        continue
      }
      switch filter.step(byte) {
      case .pass: break
      case .drop: run = index + 1
      case .begin:
        if start < 0 { run = index }
        start = index
      case .lineFeed:
        flush(bytes, run..<index + 1)
        run = index + 1
        if grid.pointee.departed.count >= 128, !isSynchronizing { try settleNow(onFrame) }
      case .end(let meaning):
        if case .harmless = meaning, start >= 0 { break }
        flush(bytes, run..<max(run, start))
        run = index + 1
        try take(meaning, onFrame)
        start = filter.isInSequence ? index : 0
        if filter.isInSequence { run = index }
      }
      index += 1
    }
    if filter.isInString { return }
    guard !filter.isInSequence else { return flush(bytes, run..<max(run, start)) }
    endPiece(bytes, run..<bytes.count)
  }

  private mutating func endPiece(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) {
    guard !range.isEmpty else { return }
    let rest = bytes[range]
    if let lead = cut.first, cut.count + rest.count < UTF8Cut.width(lead: lead),
      rest.allSatisfy({ $0 & 0xC0 == 0x80 })
    {
      cut += rest
      return
    }
    let end = range.upperBound - UTF8Cut.length(in: rest)
    flush(bytes, range.lowerBound..<end)
    cut += bytes[end..<range.upperBound]
  }

  /// Writes a run, after what is left of a character that was cut before it.
  ///
  /// libvterm garbles characters that reach it in two pieces.
  private mutating func flush(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) {
    var range = range
    if !cut.isEmpty {
      let missing = UTF8Cut.width(lead: cut[0]) - cut.count
      let rest = bytes[range].prefix(missing).prefix { $0 & 0xC0 == 0x80 }
      cut += rest
      range = range.dropFirst(rest.count)
      emulator.write(cut)
      cut.removeAll(keepingCapacity: true)
    }
    guard !range.isEmpty else { return }
    emulator.write(UnsafeRawBufferPointer(rebasing: bytes[range]))
  }

  private mutating func take(
    _ meaning: SequenceFilter.Meaning, _ onFrame: (borrowing Frame) throws -> Void
  ) rethrows {
    switch meaning {
    case .swallow: break
    case .harmless: emulator.write(filter.sequence)
    case .rewrite(let sequence): emulator.write(sequence)
    case .home:
      try settleIfPainted(onFrame)
      hasGoneHome = true
      emulator.write(filter.sequence)
    case .synchronize(true):
      try settleIfPainted(onFrame)
      isSynchronizing = true
    case .synchronize(false):
      let wasOpen = isSynchronizing
      isSynchronizing = false
      if wasOpen, isDirty { try settleNow(onFrame) }
    case .otherScreen(let sequence):
      try settleIfPainted(onFrame)
      emulator.write(sequence ?? filter.sequence)
    case .repeatGlyph(let count): repeatGlyph(count)
    case .moveRows(let final, let count):
      let once = [0x1B, UInt8(ascii: "["), final]
      emulator.write(Array(repeatElement(once, count: min(count, rows)).joined()))
    case .reset:
      try settleIfPainted(onFrame)
      isSynchronizing = false
      emulator.reset()
    case .title(let text):
      guard text != title else { return }
      title = text
      hasOtherNews = true
    case .announcement(let text):
      if announcements.count == 16 { announcements.removeFirst() }
      announcements.append(Announcement(text: text))
      hasOtherNews = true
      // What a program says of itself is complete when it is said, unless it says so while it paints.
      if !isSynchronizing, !grid.pointee.hasChanged { try settleNow(onFrame) }
    }
  }

  /// libvterm would repeat for ever what has no width.
  private func repeatGlyph(_ count: Int) {
    let glyph = grid.pointee.lastGlyph
    guard glyph >= 0x20 else { return }
    var scratch = Scratch()
    defer { scratch.deallocate() }
    let characters = glyph & Cells.clusterBit != 0 ? grid.pointee.clusters[glyph] : [glyph]
    for _ in 0..<min(count, columns - cursor.column) {
      scratch.reserve(characters.count * 4)
      for character in characters { scratch.append(scalar: character) }
    }
    emulator.write(UnsafeRawBufferPointer(scratch.bytes))
  }

  private mutating func settleIfPainted(_ onFrame: (borrowing Frame) throws -> Void) rethrows {
    if grid.pointee.wasPainted, !isSynchronizing { try settleNow(onFrame) }
  }

  /// Hands out a frame when anything changed since the last one.
  ///
  /// Inside a synchronized update nothing happens unless `force`: the program may have died in the middle of
  /// it.
  public mutating func settle(
    force: Bool = false, onFrame: (borrowing Frame) throws -> Void
  ) rethrows {
    if isSynchronizing {
      guard force else { return }
      isSynchronizing = false
    }
    guard isDirty || grid.pointee.bells > 0 else { return }
    try settleNow(onFrame)
  }

  private mutating func settleNow(_ onFrame: (borrowing Frame) throws -> Void) rethrows {
    let grid = grid
    let scrolled = ledger.settle(&grid.pointee)
    let bells = grid.pointee.bells
    bellCount += bells
    let frame = Frame(
      lines: ledger.lines, scrolled: scrolled, lostRows: grid.pointee.lostRows, rows: rows, columns: columns,
      cursor: cursor, title: title, isAlternate: isAlternate, bells: bells, announcements: announcements,
      newsIndices: ledger.news)
    grid.pointee.lostRows = 0
    grid.pointee.bells = 0
    announcements.removeAll()
    hasOtherNews = false
    hasGoneHome = false
    try onFrame(frame)
  }

  /// The pane has another size.
  ///
  /// That is no news, nor is what the program repaints because of it.
  public mutating func resize(rows: Int, columns: Int) {
    let wanted = (min(max(rows, 1), Bounds.rows), min(max(columns, 1), Bounds.columns))
    guard wanted != (self.rows, self.columns) else { return }
    ledger.beginReflow(isAlternate: isAlternate)
    emulator.resize(rows: wanted.0, columns: wanted.1)
  }

  /// What loaded lines mean.
  public enum Load: Sendable {
    /// The pane was just attached: everything that shows is old.
    case baseline
    /// Bytes were lost: what did not show before is new.
    case resync
  }

  /// Takes what the pane shows, one string a row, escape sequences for colours allowed.
  ///
  /// The next `settle` hands out the frame. Place the cursor by feeding its escape sequence afterwards.
  ///
  /// - Parameter alternate: Whether the alternate screen shows; nil leaves it as it is.
  public mutating func load(_ lines: [String], as load: Load = .baseline, alternate: Bool? = nil) {
    let wasAlternate = isAlternate
    filter = SequenceFilter()
    cut = []
    isSynchronizing = false
    var bytes = Array("x".utf8)
    if alternate ?? wasAlternate != wasAlternate {
      bytes += Array("\u{1B}[?1047\(wasAlternate ? "l" : "h")".utf8)
    }
    bytes += Array("\u{1B}[?6;69l\u{1B}[4l\u{1B}[?7h\u{1B}[r\u{1B}[m\u{1B}(B\u{0F}\u{1B}[H\u{1B}[2J".utf8)
    emulator.write(bytes)
    for (row, line) in lines.prefix(rows).enumerated() {
      emulator.write(Array("\u{1B}[\(row + 1);1H\u{1B}[m".utf8))
      var text = Array(
        line.utf8.filter { $0 >= 0x20 || $0 == 0x1B || $0 == 0x0E || $0 == 0x0F || $0 == 0x09 })
      text.append(contentsOf: Array("\u{1B}[m".utf8))
      isSynchronizing = true
      feed(text) { _ in }
      isSynchronizing = false
    }
    filter = SequenceFilter()
    ledger.expectsBaseline = load == .baseline
    hasOtherNews = true
  }
}
