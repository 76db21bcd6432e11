/// A part of the screen; ends are exclusive.
struct Area {
  var top: Int
  var bottom: Int
  var left: Int
  var right: Int

  var isEmpty: Bool { top >= bottom || left >= right }

  func clamped(rows: Int, columns: Int) -> Area {
    Area(
      top: min(max(top, 0), rows), bottom: min(max(bottom, 0), rows),
      left: min(max(left, 0), columns), right: min(max(right, 0), columns))
  }
}

/// The largest screen.
///
/// What asks for more gets this.
public enum Bounds {
  public static let rows = 500
  public static let columns = 1000
}
