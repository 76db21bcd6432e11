import FoundationEssentials
import Glibc

/// The activity journal beside an alert log: `alerts.jsonl.activity`, JSON Lines for `outrider report`.
///
/// Any number of watches append whole lines under a lock. Rotated by size into `.1` (the newest) to `.4`; what
/// falls out is forgotten. Lines are not chained and not brought to the disk one by one: a crash of the machine costs
/// the last ones. What is cut off or foreign in it is passed over by the reader.
public struct ActivityFile: Sendable {
  public let path: String
  private let rotation: Rotation

  /// Bytes of a line.
  static let longest = 16_384

  /// - Parameters:
  ///   - limit: Bytes that a file may reach.
  ///   - kept: Files kept beside the one that is written.
  public init(log: String, limit: Int = 4 << 20, kept: Int = 4) {
    path = "\(log).activity"
    rotation = Rotation(limit: limit, age: nil, kept: kept)
  }

  /// Appends the lines, all of them or none.
  public func append(_ lines: [ActivityLine]) throws(JournalError) {
    var bytes: [UInt8] = []
    for line in lines {
      guard let json = try? line.legible().jsonLine() else { continue }
      bytes += json + [UInt8(ascii: "\n")]
    }
    guard !bytes.isEmpty else { return }
    try Directory.make(for: path)
    var file = try locked()
    var size = try file.status().size
    if size > 0, size + bytes.count > rotation.limit {
      try rotation.putAside(path)
      file = try locked()
      size = try file.status().size
    }
    // What a writer that was killed has left unfinished ends here.
    if size > 0, try file.read(at: size - 1, count: 1) != [UInt8(ascii: "\n")] {
      bytes.insert(UInt8(ascii: "\n"), at: 0)
    }
    try file.append(bytes, to: size)
  }

  /// The file, locked until its last reference goes; the one that has the path now, whoever rotates it.
  private func locked() throws(JournalError) -> OpenFile {
    while true {
      let file = try OpenFile.appending(path)
      while flock(file.descriptor, LOCK_EX) != 0 {
        guard errno == EINTR else { throw .failed(.open, path: path, code: errno) }
      }
      if let there = OpenFile.status(of: path), there.isSameFile(as: try file.status()) { return file }
    }
  }

  /// All lines that can be read, those of the oldest file first.
  public func lines() throws(JournalError) -> [ActivityLine] {
    var lines: [ActivityLine] = []
    let decoder = JSONDecoder()
    for name in Rotation.files(of: path) + [path] {
      guard let file = try OpenFile.reading(name) else { continue }
      // A file that is written while it is read grows by little.
      let bytes = try file.read(at: 0, count: min(try file.status().size, 2 * rotation.limit))
      for line in bytes.split(separator: UInt8(ascii: "\n")) where line.count <= Self.longest {
        guard let read = try? decoder.decode(ActivityLine.self, from: Data(line)) else { continue }
        lines.append(read.legible())
      }
    }
    return lines
  }
}
