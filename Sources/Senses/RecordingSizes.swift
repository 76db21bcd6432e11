import Rulebook

extension Recording {
  /// The recording with the resizes that it does not tell.
  ///
  /// Recorders that tap a pane's output (tmux `pipe-pane`, `script`) miss that the window was resized, and a
  /// program that paints for a wider window than the header's comes out garbled. A program cannot place the
  /// cursor outside its window, so where it does, the window was larger than told, until it clears the
  /// whole screen and from there stays inside. The true size is unknown then; a grid that is too large does
  /// no harm to a program that places what it paints, so a generous one is taken.
  ///
  /// A recording that tells its resizes, or never leaves its window, is returned as it is.
  public func withInferredSizes() -> Recording {
    guard !events.contains(where: { if case .resize = $0.event { true } else { false } }) else { return self }
    var epochs: [(start: Int, extent: Extent)] = [(0, Extent())]
    for (index, timed) in events.enumerated() {
      guard case .output(let bytes) = timed.event else { continue }
      var scanner = PlacementScanner(rows: rows)
      scanner.scan(bytes)
      if scanner.clears { epochs.append((index, Extent())) }
      epochs[epochs.count - 1].extent.include(scanner.extent)
    }
    var sizes: [Int: Event] = [:]
    var current = (rows, columns)
    for epoch in epochs {
      let wanted =
        epoch.extent.fits(rows: rows, columns: columns)
        ? (rows, columns)
        : (max(rows, epoch.extent.row), max(columns, epoch.extent.column) * 2)
      if wanted != current {
        sizes[epoch.start] = .resize(rows: wanted.0, columns: wanted.1)
        current = wanted
      }
    }
    guard !sizes.isEmpty else { return self }
    var all: [Timed] = []
    for (index, timed) in events.enumerated() {
      if let size = sizes[index] { all.append(Timed(time: timed.time, event: size)) }
      all.append(timed)
    }
    return Recording(rows: rows, columns: columns, events: all, title: title)
  }
}

/// The farthest row and column at which a program placed its cursor, 1-based.
private struct Extent {
  var row = 0
  var column = 0

  mutating func include(_ other: Extent) {
    row = max(row, other.row)
    column = max(column, other.column)
  }

  func fits(rows: Int, columns: Int) -> Bool { row <= rows && column <= columns }
}

/// Finds absolute cursor placements and whole-screen clears in one event; knows nothing else of terminals.
private struct PlacementScanner {
  let rows: Int
  var extent = Extent()
  var clears = false
  private var clearedLines = 0
  private var isHome = false

  init(rows: Int) {
    self.rows = rows
  }

  mutating func scan(_ bytes: [UInt8]) {
    var i = 0
    while i + 1 < bytes.count {
      guard bytes[i] == 0x1B, bytes[i + 1] == UInt8(ascii: "[") else {
        if bytes[i] > 0x20, bytes[i] != 0x7F { isHome = false }
        i += 1
        continue
      }
      var parameters: [Int] = [0]
      i += 2
      while i < bytes.count, bytes[i] < 0x40 {
        switch bytes[i] {
        case UInt8(ascii: "0")...UInt8(ascii: "9"):
          let last = parameters.count - 1
          parameters[last] = min(99_999, parameters[last] * 10 + Int(bytes[i] - UInt8(ascii: "0")))
        case UInt8(ascii: ";"): parameters.append(0)
        default: parameters = [0]
        }
        i += 1
      }
      guard i < bytes.count else { return }
      place(bytes[i], parameters)
      i += 1
    }
  }

  /// A size that large is no window but a program that asks for the corner.
  private static let farAway = 500

  private mutating func place(_ final: UInt8, _ parameters: [Int]) {
    let first = max(1, parameters[0])
    switch final {
    case UInt8(ascii: "H"), UInt8(ascii: "f"):
      let column = parameters.count > 1 ? max(1, parameters[1]) : 1
      isHome = first == 1 && column == 1
      if first < Self.farAway, column < Self.farAway { extent.include(Extent(row: first, column: column)) }
    case UInt8(ascii: "G"):
      if first < Self.farAway { extent.include(Extent(row: 0, column: first)) }
    case UInt8(ascii: "d"):
      if first < Self.farAway { extent.include(Extent(row: first, column: 0)) }
    case UInt8(ascii: "J"):
      if parameters[0] == 2 || (parameters[0] == 0 && isHome) { clears = true }
    case UInt8(ascii: "K"):
      clearedLines += parameters[0] == 2 ? 1 : 0
      if clearedLines >= rows { clears = true }
    default: break
    }
  }
}
