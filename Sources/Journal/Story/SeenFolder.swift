import FoundationEssentials
import Glibc

/// The folder beside an alert log that keeps what was seen when its alerts were raised: `alerts.jsonl.seen`, a
/// file an alert, for its owner only.
///
/// Bounded in number and age. It is no part of the log's chain: what is lost here is lost to `outrider explain`
/// alone. One task at a time may write.
public struct SeenFolder: Sendable {
  public let path: String
  /// Files that are kept, and how long.
  public let most: Int
  public let age: Duration

  /// Bytes of a file that are read.
  private static let longest = 1 << 20

  public init(log: String, most: Int = 500, age: Duration = .seconds(14 * 86_400)) {
    precondition(most > 0, "a folder that keeps nothing need not be written")
    path = "\(log).seen"
    self.most = most
    self.age = age
  }

  /// Writes it down, whole or not at all, and gives up what is too old or too much.
  public func keep(_ seen: Seen, at now: WallTime) throws(JournalError) {
    guard Self.isName(seen.id) else { throw .unwritable(path: path, id: seen.id) }
    try Directory.make(for: "\(path)/\(seen.id)")
    try refuseStrangers()
    guard let json = try? seen.jsonLine() else { throw .unwritable(path: path, id: seen.id) }
    let code = WholeFile.write(Data(json), to: file(seen.id), isDurable: false)
    guard code == 0 else { throw .failed(.write, path: file(seen.id), code: code) }
    prune(at: now)
  }

  /// What was kept of an alert; nil when there is nothing that can be read.
  public func read(_ id: String) -> Seen? {
    guard Self.isName(id), let file = try? OpenFile.reading(file(id)),
      let bytes = try? file.read(at: 0, count: Self.longest)
    else { return nil }
    return (try? JSONDecoder().decode(Seen.self, from: Data(bytes)))?.legible()
  }

  private func file(_ id: String) -> String { "\(path)/\(id).json" }

  /// Ids come from a log that others may have written to: they never leave the folder.
  private static func isName(_ id: String) -> Bool {
    (1...64).contains(id.utf8.count)
      && id.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
          UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"):
          true
        default: false
        }
      }
  }

  /// A screen may show secrets: it goes into no folder that is another's or that others may enter.
  private func refuseStrangers() throws(JournalError) {
    var status = stat()
    guard lstat(path, &status) == 0 else { throw .failed(.open, path: path, code: errno) }
    guard status.st_mode & S_IFMT == S_IFDIR, status.st_uid == geteuid() else {
      throw .failed(.open, path: path, code: EACCES)
    }
    if status.st_mode & 0o077 != 0, chmod(path, 0o700) != 0 {
      throw .failed(.open, path: path, code: errno)
    }
  }

  /// Ids sort by their times, and so do the files.
  private func prune(at now: WallTime) {
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
    let earliest = (now + (.zero - age)).milliseconds / 1000
    for (index, name) in names.enumerated() {
      let isTooMuch = names.count - index > most
      var status = stat()
      let isOld = lstat("\(path)/\(name)", &status) == 0 && Int64(status.st_mtim.tv_sec) < earliest
      // The rest is newer.
      guard isTooMuch || isOld else { return }
      unlink("\(path)/\(name)")
    }
  }
}
