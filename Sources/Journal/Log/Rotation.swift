import Glibc

/// When a file is put aside and how many such files are kept: `alerts.jsonl.1` is the newest, older ones are
/// compressed (`alerts.jsonl.2.gz`), the oldest falls out.
public struct Rotation: Sendable, Equatable {
  /// Bytes that a file may reach. A line that tells of one cut off before it may stand beyond.
  public var limit: Int
  /// How much later than a file's first line its last may be written; nil for any time.
  public var age: Duration?
  /// Files kept beside the one that is written, 1 to 99.
  public var kept: Int

  public static let mostKept = 99

  public init(limit: Int = 10 << 20, age: Duration? = .seconds(30 * 86_400), kept: Int = 12) {
    precondition(limit > 0, "a log file needs room for a line")
    precondition((1...Self.mostKept).contains(kept), "between 1 and 99 rotated files can be kept")
    self.limit = limit
    self.age = age
    self.kept = kept
  }

  /// The names of the files put aside that exist, the oldest first. There may be holes in the numbers.
  static func files(of path: String) -> [String] {
    (1...mostKept).reversed().compactMap { file($0, of: path) }
  }

  /// The name under which the file of that number stands. While it is being compressed both may be there: the
  /// plain one counts.
  static func file(_ number: Int, of path: String) -> String? {
    names(number, of: path).first { OpenFile.status(of: $0) != nil }
  }

  private static func names(_ number: Int, of path: String) -> [String] {
    ["\(path).\(number)", "\(path).\(number)\(Gzip.suffix)"]
  }

  /// Puts the file aside. Killed between two renames it leaves a hole in the numbers, and the order whole.
  func putAside(_ path: String) throws(JournalError) {
    let free = (1...kept).first { Self.file($0, of: path) == nil }
    if free == nil { Self.names(kept, of: path).forEach { unlink($0) } }
    for number in stride(from: free ?? kept, through: 1, by: -1) {
      try Self.move(number == 1 ? path : Self.file(number - 1, of: path) ?? path, to: number, path)
    }
  }

  /// The place is free: nothing there hides what comes.
  private static func move(_ file: String, to number: Int, _ path: String) throws(JournalError) {
    let isPacked = file.hasSuffix(Gzip.suffix)
    // A copy of the same content, left there by who was killed while he compressed it.
    if !isPacked, file != path { unlink(file + Gzip.suffix) }
    guard rename(file, names(number, of: path)[isPacked ? 1 : 0]) == 0 else {
      throw .failed(.rotate, path: path, code: errno)
    }
  }

  /// Removes the files of higher numbers than are kept.
  func dropOld(of path: String) {
    guard kept < Self.mostKept else { return }
    for number in (kept + 1)...Self.mostKept { Self.names(number, of: path).forEach { unlink($0) } }
  }

  /// Compresses all files but the newest, which somebody may just be reading.
  ///
  /// - Parameter exclusively: Calls what it is given while nobody else writes or rotates.
  /// - Throws: A file that cannot be compressed stays as it is.
  static func pack(
    _ path: String, exclusively: (() -> Void) throws(JournalError) -> Void
  ) throws(JournalError) {
    for number in 2...mostKept {
      guard let file = try OpenFile.readingAsIs("\(path).\(number)") else { continue }
      guard try pack(file, of: path, exclusively: exclusively) else { return }
    }
  }

  /// False when another process is at it.
  private static func pack(
    _ file: OpenFile, of path: String, exclusively: (() -> Void) throws(JournalError) -> Void
  ) throws(JournalError) -> Bool {
    let temporary = "\(path).packing"
    let before = try file.status()
    // What one that was killed has left there is written over.
    let packed = try OpenFile.updating(temporary)
    guard flock(packed.descriptor, LOCK_EX | LOCK_NB) == 0,
      try OpenFile.status(of: temporary)?.isSameFile(as: packed.status()) ?? false
    else { return false }
    packed.shorten(to: 0)
    do throws(JournalError) {
      try Gzip.pack(file, into: packed)
      // By its time a follower knows it again.
      packed.setModified(before.modified)
      try packed.flush()
      try exclusively {
        // It may have been moved on meanwhile, or have fallen out.
        let found = (1...mostKept).map { "\(path).\($0)" }
          .first { OpenFile.status(of: $0)?.isSameFile(as: before) ?? false }
        guard let found, rename(temporary, found + Gzip.suffix) == 0 else {
          unlink(temporary)
          return
        }
        Directory.flush(of: found)
        unlink(found)
      }
    } catch {
      unlink(temporary)
      throw error
    }
    return true
  }
}
