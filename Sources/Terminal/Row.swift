/// What the grid knows of one stored row.
///
/// Rows keep their place in memory; scrolling only reorders them.
struct Row {
  /// Cells from here on were not written since the row was cleared.
  var used: Int32 = 0
  /// The line of the last frame that this row belonged to; -1 for a row that came since.
  var line: Int32 = -1
  /// The terminal wrapped the row above into this one.
  var continues = false
  /// A cell changed since the last frame.
  var isDirty = false
  /// It came in at the bottom when the screen scrolled up: what is written here is output, not a repaint.
  var isOutput = false
}
