import Glibc

/// The alert log's file: whole lines, each with the hash of the one before, written by any number of
/// processes.
///
/// A line is in the file and on the disk when `append` returns. The file is opened when first needed, and
/// again when it was moved or removed, so that after a failure the next append simply tries again. It
/// waits for the disk; one task at a time may use it (`AlertLog` is the actor around it).
public final class AlertFile {
  public let path: String
  public let rotation: Rotation
  private let patience: Int
  private let reserve: Reserve
  private var head: Head?
  private var log: OpenFile?
  /// When the first line of the open file was written.
  private var begun: (file: OpenFile, time: WallTime?)?

  /// What an append did.
  public struct Receipt: Sendable, Equatable {
    /// The line's number in the chain.
    public var seq: Int
    /// What people should be told about the log, once.
    public var notices: [Notice]
  }

  /// Something about the log that was no obstacle.
  public enum Notice: Sendable, Equatable, CustomStringConvertible {
    /// The last line was not finished by whoever wrote it; it stays in the file as it is.
    case cutLine(path: String, bytes: Int)
    /// Lines were there and are gone.
    case linesMissing(path: String, count: Int)
    /// The file stays in use, although it is longer than it should be.
    case notRotated(JournalError)
    /// The disk is full; the room that was kept for the last lines is theirs now.
    case reserveSpent(path: String)

    public var description: String {
      switch self {
      case .cutLine(let path, let bytes):
        "\(path): the last line was cut off after \(bytes) bytes, as when a program is killed while it "
          + "writes; it stays there and the log goes on below it"
      case .linesMissing(let path, let count):
        "\(path): the last \(count) lines are gone that were written; see `outrider log verify`"
      case .notRotated(let error): "\(error); the log goes on in the same file"
      case .reserveSpent(let path):
        "\(path): the disk is full; the last \(Reserve.bytes / 1024) KiB, kept for the alert log, are in use "
          + "now; free some space there"
      }
    }
  }

  /// - Parameter patience: Milliseconds to wait while another process writes.
  public init(_ path: String, rotation: Rotation = Rotation(), patience: Int = 2000) {
    self.path = path
    self.rotation = rotation
    self.patience = patience
    reserve = Reserve(of: path)
  }

  /// Tries the log without writing a line, so that a path that will not do is known at the start.
  @discardableResult
  public func check() throws(JournalError) -> [Notice] {
    try locked { (head) throws(JournalError) in
      var notices: [Notice] = []
      _ = try self.place(in: try self.openedLog(), head: head, notices: &notices)
      self.reserve.keep()
      return notices
    }
  }

  /// Takes the room for the last lines again, where there is enough; whether it is taken.
  public func restock() -> Bool {
    reserve.keep()
    return reserve.isKept
  }

  /// Compresses what was put aside and removes what is kept no longer. Takes its time: not for who has an
  /// alert in hand. What is being read or written meanwhile stays whole.
  public func tidy() throws(JournalError) {
    try locked { (_) throws(JournalError) in self.rotation.dropOld(of: self.path) }
    try Rotation.pack(path) { (exchange) throws(JournalError) in
      try self.locked { (_) throws(JournalError) in exchange() }
    }
  }

  /// Writes the alert, made legible and bounded, as the log's next line, and flushes it.
  ///
  /// - Parameter durable: False leaves the flush to the system: the line then survives the death of this
  ///   process, not of the machine.
  /// - Throws: The log is as it was before.
  @discardableResult
  public func append(_ alert: Alert, durable: Bool = true) throws(JournalError) -> Receipt {
    let alert = alert.legible()
    do throws(JournalError) {
      return try write(alert, durable: durable)
    } catch {
      guard error.isFull else { throw error }
      // Another process may have given the room up just now.
      let isSpent = reserve.spend()
      var receipt = try write(alert, durable: durable)
      if isSpent { receipt.notices.append(.reserveSpent(path: path)) }
      return receipt
    }
  }

  private func write(_ alert: Alert, durable: Bool) throws(JournalError) -> Receipt {
    try locked { (head) throws(JournalError) in
      var notices: [Notice] = []
      var log = try self.openedLog()
      var place = try self.place(in: log, head: head, notices: &notices)
      var line = try self.line(alert, place.link)
      // A file that is put aside ends with a whole line: what was cut off is explained in the file in which it stands,
      // and a line that lacks only its end gets that there.
      let isFull = place.size + line.count + 1 > self.rotation.limit
      let isDue = isFull ? true : try self.isOld(log, at: alert)
      if place.size > 0, place.link.cut == nil, !place.needsNewline, isDue {
        do throws(JournalError) {
          try self.rotation.putAside(self.path)
          log = try self.openedLog()
          place.size = 0
          place.needsNewline = false
          place.link.chain = place.link.chain ?? .continued
          line = try self.line(alert, place.link)
        } catch {
          notices.append(.notRotated(error))
        }
      }
      let hash = Digest(of: line)
      if place.needsNewline { line.insert(UInt8(ascii: "\n"), at: 0) }
      line.append(UInt8(ascii: "\n"))
      try log.append(line, to: place.size)
      do throws(JournalError) {
        if durable { try log.flush() }
        try head.write(
          .init(end: ChainEnd(seq: place.link.seq, hash: hash), size: place.size + line.count))
      } catch {
        // Whoever tries again would write the line a second time.
        log.shorten(to: place.size)
        throw error
      }
      self.reserve.keep()
      return Receipt(seq: place.link.seq, notices: notices)
    }
  }

  /// Whether the file's first line is older than a file may become.
  private func isOld(_ log: OpenFile, at alert: Alert) throws(JournalError) -> Bool {
    guard let age = rotation.age else { return false }
    // A file that was empty has a first line by now.
    if begun?.file !== log || begun?.time == nil { begun = (log, try log.firstTime()) }
    guard let time = begun?.time else { return false }
    return (alert.updated ?? alert.time) - time >= age
  }

  /// Where the next line goes.
  private struct Place {
    var link: Link
    var size: Int
    var needsNewline: Bool
  }

  private func place(
    in log: OpenFile, head: Head, notices: inout [Notice]
  ) throws(JournalError) -> Place {
    let size = try log.status().size
    let note = try head.note()
    if let note, note.size == size, size > 0 {
      // Nobody has touched the file since the note was written: no need to read it.
      return Place(
        link: Link(seq: note.end.seq + 1, prev: note.end.hash), size: size, needsNewline: false)
    }
    var tail = try Tail.read(log, size: size)
    var found = tail.end
    if found == nil, let older = Rotation.files(of: path).last, let file = try OpenFile.reading(older) {
      let before = try Tail.read(file, size: file.status().size)
      found = before.end
      // Nothing of the file that is written now stands between that and the next line.
      if size == 0 { tail.cut = before.cut }
    }
    var place = Place(
      link: Link(seq: 1, prev: .none, chain: .start), size: size, needsNewline: !tail.isTerminated)
    if let cut = tail.cut {
      place.link.cut = cut
      notices.append(.cutLine(path: path, bytes: cut.bytes))
    }
    // The note knows better than the file, unless the writer was killed between the two.
    let end = if let note, note.end.seq >= found?.seq ?? 0 { note.end } else { found ?? .none }
    guard end.seq > 0 else { return place }
    guard end.seq < Link.greatest else { throw .notALog(path: path) }
    place.link.seq = end.seq + 1
    place.link.prev = end.hash
    place.link.chain = size == 0 ? .continued : nil
    if end.seq > found?.seq ?? 0 {
      place.link.chain = .resumed
      notices.append(.linesMissing(path: path, count: end.seq - (found?.seq ?? 0)))
    }
    return place
  }

  private func line(_ alert: Alert, _ link: Link) throws(JournalError) -> [UInt8] {
    do {
      return try ChainedAlert(link: link, alert: alert).jsonLine()
    } catch {
      throw .unwritable(path: path, id: alert.id)
    }
  }

  private func locked<Result>(
    _ body: (Head) throws(JournalError) -> Result
  ) throws(JournalError) -> Result {
    // Before the lock's file is made: a path that will not do is left as it is.
    _ = try openedLog()
    let head = try openedHead()
    try head.lock(patience: patience)
    defer { head.unlock() }
    return try body(head)
  }

  private func openedHead() throws(JournalError) -> Head {
    if let head, Self.isStill(head.file) { return head }
    let opened = try Head(of: path)
    head = opened
    return opened
  }

  private func openedLog() throws(JournalError) -> OpenFile {
    if let log, Self.isStill(log) { return log }
    try Directory.make(for: path)
    let opened = try OpenFile.appending(path)
    Directory.flush(of: path)
    log = opened
    return opened
  }

  /// Whether the file still has its path: it may have been rotated by another process, or removed.
  private static func isStill(_ file: OpenFile) -> Bool {
    guard let there = OpenFile.status(of: file.path), let here = try? file.status() else { return false }
    return there.isSameFile(as: here)
  }
}
