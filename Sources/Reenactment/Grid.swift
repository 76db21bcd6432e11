/// The text of one terminal screen, enough to know what a recorded session shows at a moment.
///
/// It keeps characters and the cursor and leaves colours out. Coordinates count from 0. It answers no
/// queries, keeps no scrollback, and survives any text.
public struct Grid: Sendable, Equatable {
  public private(set) var width: Int
  public private(set) var height: Int
  /// The cursor's row and column.
  public internal(set) var row = 0
  public internal(set) var column = 0
  /// The window title that was set last.
  public internal(set) var title = ""
  /// The `state` that the program announced last (OSC 7501), nil while it announced none.
  public internal(set) var announced: String?

  /// The right half of a wide character.
  static let shadow: Character = "\0"
  var cells: [[Character]]
  /// The text of each row, nil where it has to be worked out again.
  private var texts: [String?]
  var top = 0
  var bottom: Int
  var saved = (row: 0, column: 0)
  var wrapPending = false
  var parser = EscapeParser()

  /// A blank screen; sizes are clamped to 1...1000 columns and rows.
  public init(width: Int, height: Int) {
    self.width = min(max(width, 1), 1000)
    self.height = min(max(height, 1), 1000)
    bottom = self.height - 1
    cells = Array(repeating: Array(repeating: " ", count: self.width), count: self.height)
    texts = Array(repeating: "", count: self.height)
  }

  public static func == (a: Grid, b: Grid) -> Bool {
    a.cells == b.cells && a.row == b.row && a.column == b.column
  }

  /// A row's text without trailing spaces; empty for a row outside the screen.
  public func text(_ row: Int) -> String {
    guard cells.indices.contains(row) else { return "" }
    if let text = texts[row] { return text }
    let line = cells[row]
    let end = line.lastIndex { $0 != " " }.map { $0 + 1 } ?? 0
    return String(line[..<end].lazy.filter { $0 != Self.shadow })
  }

  /// All rows, as ``text(_:)`` gives them.
  public var rows: [String] { (0..<height).map(text) }

  /// Whether any row's text may have changed since ``settle()``.
  var isDirty: Bool { texts.contains { $0 == nil } }

  /// Works the text of the changed rows out once, for all that ask later.
  mutating func settle() {
    for row in texts.indices where texts[row] == nil { texts[row] = text(row) }
  }

  mutating func touch(_ rows: ClosedRange<Int>) {
    for row in rows { texts[row] = nil }
  }

  /// Paints text that a terminal was sent. Escapes may be cut anywhere between two calls.
  public mutating func feed(_ text: String) {
    for scalar in text.unicodeScalars {
      switch parser.take(scalar) {
      case nil: continue
      case .print(let scalar): put(scalar)
      case .control(let byte): control(byte)
      case .escape(let final): escape(final)
      case .csi(let sequence): sequenceArrived(sequence)
      case .osc(let text): announce(text)
      }
    }
  }

  private mutating func put(_ scalar: Unicode.Scalar) {
    let columns = scalar.columns
    if columns == 0 {
      let at = max(0, wrapPending ? column : column - 1)
      let base = cells[row][at] == Self.shadow && at > 0 ? at - 1 : at
      // A cell that collects marks without end would make every copy of the row slower.
      guard cells[row][base].unicodeScalars.count < 16 else { return }
      cells[row][base] = Character(String(cells[row][base]) + String(scalar))
      touch(row...row)
      return
    }
    if wrapPending || column + columns > width {
      wrapPending = false
      column = 0
      lineFeed()
    }
    cells[row][column] = Character(scalar)
    touch(row...row)
    if columns == 2, column + 1 < width { cells[row][column + 1] = Self.shadow }
    column += columns
    if column >= width {
      column = width - 1
      wrapPending = true
    }
  }

  private mutating func control(_ byte: UInt8) {
    switch byte {
    case 0x08: column = max(0, column - 1)
    case 0x09: column = min(width - 1, (column / 8 + 1) * 8)
    case 0x0A, 0x0B, 0x0C: lineFeed()
    case 0x0D: column = 0
    default: return
    }
    wrapPending = false
  }

  private mutating func escape(_ final: Character) {
    switch final {
    case "7": saved = (row, column)
    case "8": (row, column) = (min(saved.row, height - 1), min(saved.column, width - 1))
    case "D": lineFeed()
    case "E":
      (column, wrapPending) = (0, false)
      lineFeed()
    case "M": if row == top { scroll(from: top, by: -1) } else { row = max(0, row - 1) }
    case "c": self = Grid(width: width, height: height)
    default: break
    }
  }

  private mutating func lineFeed() {
    if row == bottom { scroll(from: top, by: 1) } else { row = min(height - 1, row + 1) }
  }

  /// Moves the rows of the scroll region below `first` up by `count`, or down when it is negative.
  mutating func scroll(from first: Int, by count: Int) {
    guard first >= top, first <= bottom, count != 0 else { return }
    let size = bottom - first + 1
    let blank = Array(repeating: [Character](repeating: " ", count: width), count: min(abs(count), size))
    let kept = cells[first...bottom]
    cells.replaceSubrange(
      first...bottom,
      with: count > 0 ? kept.dropFirst(count) + blank : blank + kept.dropLast(-count))
    touch(first...bottom)
  }

  private mutating func announce(_ text: String) {
    if text.hasPrefix("0;") || text.hasPrefix("2;") {
      title = String(text.dropFirst(2))
    } else if text.hasPrefix("7501;state=") {
      announced = String(text.dropFirst(11).prefix { $0 != ":" })
    }
  }
}

extension Unicode.Scalar {
  /// How many columns a terminal gives this character: 0, 1 or 2.
  var columns: Int {
    switch properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: break
    }
    switch value {
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF,
      0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F900...0x1F9FF,
      0x20000...0x3FFFD:
      return 2
    default: return 1
    }
  }
}
