import Foundation
import Glibc
import Journal

/// The queue's journal on the disk: lines that are appended, each brought to the disk before its writer goes on, by
/// any number of processes. Only its owner may read it.
///
/// One task at a time may use it (`QueueStore` is the actor around it).
final class QueueFile {
  /// Why the journal cannot be used.
  struct Trouble: Error, Sendable, CustomStringConvertible {
    let description: String
  }

  let path: String
  /// Bytes beyond which what has ended is left out.
  private let roomy: Int
  /// Milliseconds to wait while another process writes.
  private static let patience = 2000
  private static let longest = 16 << 20

  init(_ path: String, roomy: Int = 64 << 10) {
    self.path = path
    self.roomy = roomy
  }

  /// Beside the alert log, in the user's state folder; nil without a home.
  static func defaultPath(environment: [String: String]) -> String? {
    AlertLog.defaultPath(environment: environment).map {
      URL(filePath: $0).deletingLastPathComponent().appending(path: "queue.jsonl").path
    }
  }

  /// What can be told of the file without reading it; nil when there is none.
  struct Stamp: Equatable, Sendable {
    let inode: UInt64
    let size: Int
    let seconds: Int
    let nanoseconds: Int
  }

  var stamp: Stamp? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    return Stamp(
      inode: UInt64(status.st_ino), size: Int(status.st_size), seconds: status.st_mtim.tv_sec,
      nanoseconds: status.st_mtim.tv_nsec)
  }

  /// Reads the journal as it is; empty when there is none.
  func read() throws(Trouble) -> QueueJournal {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW)
    guard descriptor >= 0 else {
      if errno == ENOENT || errno == ENOTDIR { return QueueJournal([]) }
      throw trouble("cannot be read", errno)
    }
    defer { close(descriptor) }
    return QueueJournal(try contents(of: descriptor))
  }

  /// Changes the queue: what `body` makes of the journal, with nobody else writing meanwhile, is on the disk when
  /// this returns. After an error nothing has changed.
  func change<Failure: Error>(
    at now: WallTime, _ body: (QueueBook) throws(Failure) -> [QueueEntry]
  ) throws -> QueueJournal {
    try makeFolder()
    let lock = try opened(path + ".lock")
    defer { close(lock) }
    try take(lock)
    let file = try opened(path)
    defer { close(file) }
    let bytes = try contents(of: file)
    let journal = QueueJournal(bytes)
    let entries = try body(journal.book)
    guard !entries.isEmpty else { return journal }
    var addition = entries.flatMap(QueueJournal.line)
    if journal.needsNewline { addition.insert(UInt8(ascii: "\n"), at: 0) }
    let result = QueueJournal(bytes + addition)
    if bytes.count > roomy, let short = compacted(result, at: now, insteadOf: bytes.count) {
      try replace(by: short)
    } else {
      try append(addition, to: file, size: bytes.count)
      if bytes.isEmpty { flushFolder() }
    }
    return result
  }

  /// The journal without what has ended, when that is worth it.
  private func compacted(_ journal: QueueJournal, at now: WallTime, insteadOf size: Int) -> [UInt8]? {
    let lines = journal.book.entries(at: now).flatMap(QueueJournal.line)
    return lines.count < size / 2 ? lines : nil
  }

  private func replace(by bytes: [UInt8]) throws(Trouble) {
    let fresh = path + ".new"
    unlink(fresh)
    let file = try opened(fresh)
    defer { close(file) }
    try append(bytes, to: file, size: 0)
    guard rename(fresh, path) == 0 else { throw trouble("cannot be replaced", errno) }
    flushFolder()
  }

  private func append(_ bytes: [UInt8], to file: Int32, size: Int) throws(Trouble) {
    lseek(file, off_t(size), SEEK_SET)
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes { write(file, $0.baseAddress! + written, bytes.count - written) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        let reason = errno
        ftruncate(file, off_t(size))
        throw trouble("cannot be written", reason)
      }
      written += count
    }
    while fdatasync(file) != 0 {
      guard errno == EINTR else { throw trouble("cannot be brought to the disk", errno) }
    }
  }

  private func contents(of file: Int32) throws(Trouble) -> [UInt8] {
    var status = stat()
    guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw Trouble(description: "\(path) is no file; remove it")
    }
    guard status.st_size <= Self.longest else {
      throw Trouble(description: "\(path) has grown beyond all measure; look at it and remove it")
    }
    var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
    var filled = 0
    while filled < bytes.count {
      let count = bytes.withUnsafeMutableBytes { buffer in
        pread(file, buffer.baseAddress! + filled, buffer.count - filled, off_t(filled))
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { break }
      filled += count
    }
    bytes.removeLast(bytes.count - filled)
    return bytes
  }

  private func opened(_ path: String) throws(Trouble) -> Int32 {
    let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW, 0o600)
    guard file >= 0 else { throw trouble("cannot be written", errno) }
    return file
  }

  private func take(_ lock: Int32) throws(Trouble) {
    var waited = 0
    while flock(lock, LOCK_EX | LOCK_NB) != 0 {
      guard waited < Self.patience else {
        throw Trouble(description: "\(path) is being written by another program for \(waited) ms; try again")
      }
      poll(nil, 0, 1)
      waited += 1
    }
  }

  private func makeFolder() throws(Trouble) {
    let folder = URL(filePath: path).deletingLastPathComponent()
    do {
      try FileManager.default.createDirectory(
        at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } catch {
      throw Trouble(description: "the folder \(folder.path) cannot be made; set XDG_STATE_HOME")
    }
  }

  private func flushFolder() {
    let folder = open(
      URL(filePath: path).deletingLastPathComponent().path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { return }
    fsync(folder)
    close(folder)
  }

  private func trouble(_ what: String, _ code: Int32) -> Trouble {
    Trouble(description: "the queue \(path) \(what): \(String(cString: strerror(code)))")
  }
}
