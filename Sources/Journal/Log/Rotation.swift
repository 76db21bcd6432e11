import Glibc

/// When the log's file is put aside and how many such files are kept: `alerts.jsonl.1` is the newest,
/// the oldest falls out.
public struct Rotation: Sendable, Equatable {
  /// Bytes that a file may reach.
  public var limit: Int
  /// Files kept beside the one that is written, 1 to 99.
  public var kept: Int

  public static let mostKept = 99

  public init(limit: Int = 10 << 20, kept: Int = 5) {
    precondition(limit > 0, "a log file needs room for a line")
    precondition((1...Self.mostKept).contains(kept), "between 1 and 99 rotated files can be kept")
    self.limit = limit
    self.kept = kept
  }

  /// The names of the files put aside that exist, the oldest first. There may be holes in the numbers.
  static func files(of path: String) -> [String] {
    (1...mostKept).reversed().map { "\(path).\($0)" }.filter { OpenFile.status(of: $0) != nil }
  }

  /// Puts the file aside. Killed between two renames it leaves a hole in the numbers, and the order whole.
  func putAside(_ path: String) throws(JournalError) {
    let free = (1...kept).first { OpenFile.status(of: "\(path).\($0)") == nil }
    for number in stride(from: free ?? kept, through: 1, by: -1) {
      let older = "\(path).\(number)"
      let newer = number == 1 ? path : "\(path).\(number - 1)"
      guard rename(newer, older) == 0 else { throw .failed(.rotate, path: path, code: errno) }
    }
  }
}
