import Processes

/// Who started a process, as `/proc` tells now.
enum Ancestry {
  /// Further up nobody looks; a pane's agent is a few steps away.
  private static let highest = 64

  /// The process itself and those above it, from the bottom up; what has ended meanwhile ends the list.
  static func of(_ process: Int32) -> [Int32] {
    var line: [Int32] = []
    var next = process
    while next > 1, line.count < highest, !line.contains(next) {
      line.append(next)
      guard let parent = ProcessFiles.status(next)?.parent else { break }
      next = parent
    }
    return line
  }
}
