import CVTerm

/// The one owner of a libvterm terminal: complete escape sequences in, a painted `Grid` out.
///
/// Uses libvterm's parser and state layer (0.1.4) with the grid's own callbacks. Bytes must have passed
/// `SequenceFilter`. What libvterm would answer to the program is dropped; the real terminal answers.
struct Emulator: ~Copyable {
  /// On the heap since the callbacks need its address; only touched by this value and inside its calls.
  let grid: UnsafeMutablePointer<Grid>
  private let terminal: OpaquePointer
  private let state: OpaquePointer
  private let callbacks: UnsafeMutablePointer<VTermStateCallbacks>

  init(rows: Int, columns: Int) {
    let rows = min(max(rows, 1), Bounds.rows)
    let columns = min(max(columns, 1), Bounds.columns)
    grid = .allocate(capacity: 1)
    grid.initialize(to: Grid(rows: rows, columns: columns))
    guard let terminal = vterm_new(Int32(rows), Int32(columns)), let state = vterm_obtain_state(terminal)
    else { fatalError("There is no memory for a terminal of \(rows) rows; watch fewer panes.") }
    self.terminal = terminal
    self.state = state
    callbacks = .allocate(capacity: 1)
    callbacks.initialize(to: Self.callbacks)
    vterm_set_utf8(terminal, 1)
    vterm_output_set_callback(terminal, { _, _, _ in }, nil)
    vterm_state_set_callbacks(state, callbacks, grid)
    vterm_state_reset(state, 1)
  }

  deinit {
    vterm_free(terminal)
    callbacks.deinitialize(count: 1)
    callbacks.deallocate()
    grid.pointee.deallocate()
    grid.deinitialize(count: 1)
    grid.deallocate()
  }

  func write(_ bytes: UnsafeRawBufferPointer) {
    guard let base = bytes.baseAddress, !bytes.isEmpty else { return }
    if grid.pointee.clusters.isFull { grid.pointee.collectClusters() }
    _ = vterm_input_write(terminal, base.assumingMemoryBound(to: CChar.self), bytes.count)
  }

  func write(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { write($0) }
  }

  /// Resets the scroll region, as terminals do: libvterm 0.1.4 would keep one that is outside the new size.
  func resize(rows: Int, columns: Int) {
    let cursor = grid.pointee.cursor
    write(Array("\u{1B}[r\u{1B}[\(cursor.row + 1);\(cursor.column + 1)H".utf8))
    vterm_set_size(
      terminal, Int32(min(max(rows, 1), Bounds.rows)), Int32(min(max(columns, 1), Bounds.columns)))
  }

  /// Forgets modes, margins and colours, and shows the primary screen.
  func reset() {
    var off = VTermValue()
    off.boolean = 0
    if grid.pointee.isAlternate { _ = vterm_state_set_termprop(state, VTERM_PROP_ALTSCREEN, &off) }
    vterm_state_reset(state, 1)
  }

  private static let callbacks = {
    var callbacks = VTermStateCallbacks()
    callbacks.putglyph = { info, position, user in
      guard let info = info?.pointee, let grid = gridOf(user) else { return 1 }
      grid.pointee.put(info, at: position)
      return 1
    }
    callbacks.movecursor = { position, _, _, user in
      gridOf(user)?.pointee.moveCursor(row: Int(position.row), column: Int(position.col))
      return 1
    }
    callbacks.scrollrect = { area, downward, rightward, user in
      gridOf(user)?.pointee.scroll(Area(area), downward: Int(downward), rightward: Int(rightward))
      return 1
    }
    callbacks.erase = { area, _, user in
      gridOf(user)?.pointee.erase(Area(area))
      return 1
    }
    callbacks.setpenattr = { attribute, value, user in
      guard let value = value?.pointee, let grid = gridOf(user) else { return 1 }
      grid.pointee.setPen(attribute, value)
      return 1
    }
    callbacks.settermprop = { property, value, user in
      if property == VTERM_PROP_ALTSCREEN, let value {
        gridOf(user)?.pointee.show(alternate: value.pointee.boolean != 0)
      }
      return 1
    }
    callbacks.bell = { user in
      gridOf(user)?.pointee.bells += 1
      return 1
    }
    callbacks.resize = { rows, columns, delta, user in
      let removed = gridOf(user)?.pointee.resize(rows: Int(rows), columns: Int(columns)) ?? 0
      delta?.pointee.row -= Int32(removed)
      return 1
    }
    return callbacks
  }()
}

private func gridOf(_ user: UnsafeMutableRawPointer?) -> UnsafeMutablePointer<Grid>? {
  user?.assumingMemoryBound(to: Grid.self)
}

extension Area {
  fileprivate init(_ area: VTermRect) {
    self.init(
      top: Int(area.start_row), bottom: Int(area.end_row), left: Int(area.start_col),
      right: Int(area.end_col))
  }
}

extension Grid {
  @inline(__always)
  fileprivate mutating func put(_ info: VTermGlyphInfo, at position: VTermPos) {
    guard let characters = info.chars, characters[0] != 0 else { return }
    var glyph = characters[0]
    if characters[1] != 0 { glyph = cluster(characters) }
    put(glyph, width: Int(info.width), row: Int(position.row), column: Int(position.col))
  }

  private mutating func cluster(_ characters: UnsafePointer<UInt32>) -> UInt32 {
    var all: [UInt32] = []
    while all.count < Int(VTERM_MAX_CHARS_PER_CELL), characters[all.count] != 0 {
      all.append(characters[all.count])
    }
    return clusters.add(all)
  }

  fileprivate mutating func setPen(_ attribute: VTermAttr, _ value: VTermValue) {
    switch attribute {
    case VTERM_ATTR_BOLD: pen.setBold(value.boolean != 0)
    case VTERM_ATTR_REVERSE: pen.setReversed(value.boolean != 0)
    case VTERM_ATTR_FOREGROUND: pen.setForeground(Color(value.color))
    case VTERM_ATTR_BACKGROUND: pen.setBackground(Color(value.color))
    default: break
    }
  }
}

extension Color {
  fileprivate init(_ color: VTermColor) {
    let type = UInt32(color.type)
    if type & (VTERM_COLOR_DEFAULT_FG.rawValue | VTERM_COLOR_DEFAULT_BG.rawValue) != 0 {
      self = .standard
    } else if type & VTERM_COLOR_TYPE_MASK.rawValue == VTERM_COLOR_INDEXED.rawValue {
      self = .indexed(color.indexed.idx)
    } else {
      self = .rgb(red: color.rgb.red, green: color.rgb.green, blue: color.rgb.blue)
    }
  }
}
