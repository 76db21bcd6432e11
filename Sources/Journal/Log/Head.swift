import Glibc

/// The end of a chain: its last line's number and hash.
struct ChainEnd: Equatable {
  var seq: Int
  var hash: Digest

  static let none = ChainEnd(seq: 0, hash: .none)
}

/// The small file beside the log, `alerts.jsonl.head`: the lock of all who write, and a note of where the
/// chain ends, from which a log that was cut short can be told.
///
/// The note is written after the line is on the disk. It may lag one line behind; it is never ahead.
final class Head {
  struct Note: Equatable {
    var end: ChainEnd
    /// Bytes of the log's file after that line.
    var size: Int
  }

  static func path(of log: String) -> String { log + ".head" }

  let file: OpenFile
  private let log: String

  init(of log: String) throws(JournalError) {
    self.log = log
    file = try OpenFile.updating(Self.path(of: log))
  }

  /// To read it only; nil when there is none.
  init?(reading log: String) throws(JournalError) {
    guard let file = try OpenFile.reading(Self.path(of: log)) else { return nil }
    self.log = log
    self.file = file
  }

  /// Takes the lock that writers share, and waits for it no longer than `patience` milliseconds: whoever
  /// holds it may have been stopped, and the alarm must not wait for that.
  func lock(patience: Int) throws(JournalError) {
    var waited = 0
    while flock(file.descriptor, LOCK_EX | LOCK_NB) != 0 {
      guard errno == EWOULDBLOCK || errno == EINTR else {
        throw .failed(.open, path: file.path, code: errno)
      }
      guard waited < patience else { throw .locked(path: log, milliseconds: waited) }
      poll(nil, 0, 1)
      waited += 1
    }
  }

  func unlock() { flock(file.descriptor, LOCK_UN) }

  /// Nil when there is no note yet or it cannot be read.
  func note() throws(JournalError) -> Note? {
    Self.parse(try file.read(at: 0, count: Self.length))
  }

  func write(_ note: Note) throws(JournalError) {
    try file.overwrite(Array(Self.spell(note).utf8))
  }

  // Always as long, so that one note covers the other: number, size, hash.
  private static let length = 20 + 1 + 20 + 1 + 64 + 1

  private static func spell(_ note: Note) -> String {
    func column(_ number: Int) -> String {
      let digits = String(number)
      return String(repeating: "0", count: max(0, 20 - digits.count)) + digits
    }
    return "\(column(note.end.seq)) \(column(note.size)) \(note.end.hash)\n"
  }

  private static func parse(_ bytes: [UInt8]) -> Note? {
    let words = String(decoding: bytes, as: UTF8.self).split(separator: " ")
    guard bytes.count == length, words.count == 3, let seq = Int(words[0]), let size = Int(words[1]),
      (1...Link.greatest).contains(seq), size >= 0, let hash = Digest(hex: words[2].prefix(64))
    else { return nil }
    return Note(end: ChainEnd(seq: seq, hash: hash), size: size)
  }
}
