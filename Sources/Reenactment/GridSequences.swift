/// Splits terminal output into characters, controls and escape sequences.
struct EscapeParser: Sendable {
  enum Token {
    case print(Unicode.Scalar)
    case control(UInt8)
    case escape(Character)
    case csi(Sequence)
    case osc(String)
  }

  /// A control sequence: `CSI ? 25 h` has the marker `?`, the parameter 25 and the final `h`.
  struct Sequence {
    var marker: Character?
    var parameters: [Int?] = []
    var final: Character = " "

    /// A parameter, or `standard` where it is left out or 0.
    func count(_ index: Int, standard: Int = 1) -> Int {
      guard parameters.indices.contains(index), let value = parameters[index], value > 0 else {
        return standard
      }
      return value
    }
  }

  private enum State { case ground, escape, intermediate, csi, string, stringEscape }
  private var state = State.ground
  private var collected = ""
  private var isOSC = false
  private static let limit = 4096

  mutating func take(_ scalar: Unicode.Scalar) -> Token? {
    let value = scalar.value
    switch state {
    case .ground:
      if value == 0x1B {
        state = .escape
        return nil
      }
      if value < 0x20 { return .control(UInt8(value)) }
      return value == 0x7F ? nil : .print(scalar)
    case .escape: return startEscape(scalar)
    case .intermediate:
      if value == 0x1B { state = .escape } else if value >= 0x30 { state = .ground }
      return nil
    case .csi:
      if value == 0x1B {
        state = .escape
        return nil
      }
      if value < 0x20 { return .control(UInt8(value)) }
      guard value < 0x40 else {
        state = .ground
        return (0x40...0x7E).contains(value) ? .csi(Self.sequence(collected, Character(scalar))) : nil
      }
      if collected.utf8.count < Self.limit { collected.unicodeScalars.append(scalar) }
      return nil
    case .string:
      if value == 0x07 { return endString() }
      if value == 0x1B {
        state = .stringEscape
        return nil
      }
      if collected.utf8.count < Self.limit { collected.unicodeScalars.append(scalar) }
      return nil
    case .stringEscape:
      if scalar == "\\" { return endString() }
      return startEscape(scalar)
    }
  }

  private mutating func startEscape(_ scalar: Unicode.Scalar) -> Token? {
    collected = ""
    switch scalar {
    case "[": state = .csi
    case "]", "P", "_", "^", "X": (state, isOSC) = (.string, scalar == "]")
    case "\u{20}"..."\u{2F}": state = .intermediate
    case "\u{1B}": state = .escape
    default:
      state = .ground
      return .escape(Character(scalar))
    }
    return nil
  }

  private mutating func endString() -> Token? {
    state = .ground
    return isOSC ? .osc(collected) : nil
  }

  private static func sequence(_ body: String, _ final: Character) -> Sequence {
    var result = Sequence(final: final)
    var body = body[...]
    if let first = body.first, "<=>?".contains(first) {
      result.marker = first
      body = body.dropFirst()
    }
    // An intermediate such as `$` or a space makes it another sequence altogether.
    if body.contains(where: { ("\u{20}"..."\u{2F}").contains($0) }) { result.marker = result.marker ?? " " }
    result.parameters = body.split(separator: ";", maxSplits: 31, omittingEmptySubsequences: false)
      .map { Int($0).map { min($0, 100_000) } }
    return result
  }
}

extension Grid {
  mutating func sequenceArrived(_ s: EscapeParser.Sequence) {
    if s.marker == "?" {
      if s.final == "h" || s.final == "l", s.parameters.contains(1049) { erase(0, height) }
      return
    }
    guard s.marker == nil, s.final != "m" else { return }
    let n = s.count(0)
    wrapPending = false
    switch s.final {
    case "A": row = max(0, row - n)
    case "B", "e": row = min(height - 1, row + n)
    case "C", "a": column = min(width - 1, column + n)
    case "D": column = max(0, column - n)
    case "E": (row, column) = (min(height - 1, row + n), 0)
    case "F": (row, column) = (max(0, row - n), 0)
    case "G", "`": column = min(width, n) - 1
    case "d": row = min(height, n) - 1
    case "H", "f": (row, column) = (min(height, n) - 1, min(width, s.count(1)) - 1)
    case "J":
      switch s.count(0, standard: 0) {
      case 0:
        blank(row, column..<width)
        erase(row + 1, height)
      case 1:
        blank(row, 0..<column + 1)
        erase(0, row)
      default: erase(0, height)
      }
    case "K":
      let ranges = [column..<width, 0..<column + 1, 0..<width]
      blank(row, ranges[min(2, s.count(0, standard: 0))])
    case "L": scroll(from: row, by: -n)
    case "M": scroll(from: row, by: n)
    case "S": scroll(from: top, by: n)
    case "T": scroll(from: top, by: -n)
    case "X": blank(row, column..<min(width, column + n))
    case "P": shift(by: -n)
    case "@": shift(by: n)
    case "r":
      let first = min(height, n) - 1
      let last = min(height, s.count(1, standard: height)) - 1
      guard first < last else { return }
      (top, bottom, row, column) = (first, last, 0, 0)
    default: break
    }
  }

  private mutating func blank(_ row: Int, _ columns: Range<Int>) {
    for column in columns { cells[row][column] = " " }
    touch(row...row)
  }

  private mutating func erase(_ first: Int, _ end: Int) {
    for row in first..<max(first, end) { blank(row, 0..<width) }
  }

  private mutating func shift(by count: Int) {
    let tail = cells[row][column...]
    let room = tail.count
    let blanks = [Character](repeating: " ", count: min(abs(count), room))
    let moved = count > 0 ? blanks + tail.dropLast(blanks.count) : tail.dropFirst(blanks.count) + blanks
    cells[row].replaceSubrange(column..., with: moved)
    touch(row...row)
  }

  /// Cuts or extends the screen at its right and lower edge, as a terminal without reflow does.
  mutating func resize(width newWidth: Int, height newHeight: Int) {
    var new = Grid(width: newWidth, height: newHeight)
    for row in 0..<min(height, new.height) {
      for column in 0..<min(width, new.width) { new.cells[row][column] = cells[row][column] }
    }
    new.touch(0...new.height - 1)
    (new.row, new.column) = (min(row, new.height - 1), min(column, new.width - 1))
    (new.title, new.announced, new.parser) = (title, announced, parser)
    self = new
  }
}
