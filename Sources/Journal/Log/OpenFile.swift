import FoundationEssentials
import Glibc

/// An open regular file. The last reference closes it; it belongs to one task at a time.
final class OpenFile {
  let path: String
  let descriptor: Int32
  /// The compressed file whose content this is.
  private let origin: Status?

  /// What the system knows about it.
  struct Status: Equatable {
    var size: Int
    var device: UInt
    var inode: UInt
    /// When it was written to last, in nanoseconds since 1970.
    var modified: Int

    func isSameFile(as other: Status) -> Bool { device == other.device && inode == other.inode }
  }

  private init(path: String, descriptor: Int32, origin: Status? = nil) {
    self.path = path
    self.descriptor = descriptor
    self.origin = origin
  }

  deinit { close(descriptor) }

  /// Opens for appending and reading; makes the file, for its owner only, when there is none.
  static func appending(_ path: String) throws(JournalError) -> OpenFile {
    try opened(path, O_RDWR | O_APPEND | O_CREAT)
  }

  /// Opens for writing in place and reading; makes the file, for its owner only, when there is none.
  static func updating(_ path: String) throws(JournalError) -> OpenFile {
    try opened(path, O_RDWR | O_CREAT)
  }

  /// Opens for reading, what is compressed unpacked; nil when there is no such file.
  static func reading(_ path: String) throws(JournalError) -> OpenFile? {
    try readingAsIs(path)?.unpacked()
  }

  /// The content of a compressed file; of another file itself. It stands for the compressed one: `status` tells
  /// of that, but for its size.
  func unpacked() throws(JournalError) -> OpenFile {
    guard path.hasSuffix(Gzip.suffix), origin == nil else { return self }
    return OpenFile(path: path, descriptor: try Gzip.unpack(self), origin: try status())
  }

  /// Opens for reading, compressed or not; nil when there is no such file.
  static func readingAsIs(_ path: String) throws(JournalError) -> OpenFile? {
    do {
      return try opened(path, O_RDONLY)
    } catch .failed(_, _, ENOENT), .failed(_, _, ENOTDIR) {
      return nil
    }
  }

  private static func opened(_ path: String, _ flags: Int32) throws(JournalError) -> OpenFile {
    // Not to wait for a writer should the path be a pipe.
    let descriptor = open(path, flags | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0o600)
    guard descriptor >= 0 else { throw .failed(.open, path: path, code: errno) }
    let file = OpenFile(path: path, descriptor: descriptor)
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .failed(.open, path: path, code: errno) }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return file
    case S_IFDIR: throw .failed(.open, path: path, code: EISDIR)
    default: throw .notAFile(path: path)
    }
  }

  func status() throws(JournalError) -> Status {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .failed(.read, path: path, code: errno) }
    var result = Status(status)
    if let origin {
      (result.device, result.inode, result.modified) = (origin.device, origin.inode, origin.modified)
    }
    return result
  }

  /// The file that has this path now; nil when there is none.
  static func status(of path: String) -> Status? {
    var status = stat()
    return stat(path, &status) == 0 ? Status(status) : nil
  }

  /// Up to `count` bytes from `offset`; fewer at the end of the file.
  func read(at offset: Int, count: Int) throws(JournalError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var filled = 0
    while filled < count {
      let got = bytes.withUnsafeMutableBytes { buffer in
        pread(descriptor, buffer.baseAddress! + filled, count - filled, off_t(offset + filled))
      }
      if got < 0 {
        if errno == EINTR { continue }
        throw .failed(.read, path: path, code: errno)
      }
      if got == 0 { break }
      filled += got
    }
    bytes.removeLast(count - filled)
    return bytes
  }

  /// Appends all the bytes in one call, or leaves the file, which was `size` bytes long, as it was.
  func append(_ bytes: [UInt8], to size: Int) throws(JournalError) {
    var written = 0
    while written < bytes.count {
      let done = bytes.withUnsafeBytes { buffer in
        Glibc.write(descriptor, buffer.baseAddress! + written, bytes.count - written)
      }
      if done < 0 {
        if errno == EINTR { continue }
        let code = errno
        if written > 0 { _ = ftruncate(descriptor, off_t(size)) }
        throw .failed(.write, path: path, code: code)
      }
      written += done
    }
  }

  /// Writes over the beginning of the file.
  func overwrite(_ bytes: [UInt8]) throws(JournalError) {
    let done = bytes.withUnsafeBytes { pwrite(descriptor, $0.baseAddress!, bytes.count, 0) }
    guard done == bytes.count else { throw .failed(.write, path: path, code: done < 0 ? errno : ENOSPC) }
  }

  /// Cuts the file to what it was.
  func shorten(to size: Int) {
    _ = ftruncate(descriptor, off_t(size))
  }

  /// Says when it was written to last, in nanoseconds since 1970.
  func setModified(_ nanoseconds: Int) {
    let time = timespec(tv_sec: nanoseconds / 1_000_000_000, tv_nsec: nanoseconds % 1_000_000_000)
    futimens(descriptor, [time, time])
  }

  /// Returns when the content is on the disk.
  func flush() throws(JournalError) {
    while fdatasync(descriptor) != 0 {
      guard errno == EINTR else { throw .failed(.flush, path: path, code: errno) }
    }
  }
}

extension OpenFile.Status {
  fileprivate init(_ status: stat) {
    self.init(
      size: Int(status.st_size), device: UInt(status.st_dev), inode: UInt(status.st_ino),
      modified: status.st_mtim.tv_sec * 1_000_000_000 + status.st_mtim.tv_nsec)
  }
}

extension OpenFile {
  /// When the file's first line was written; nil when it has none that can be read.
  func firstTime() throws(JournalError) -> WallTime? {
    let bytes = try read(at: 0, count: Alert.Bounds.line + 1)
    guard let end = bytes.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
    struct Line: Decodable {
      let time: WallTime
      let updated: WallTime?
    }
    let line = try? JSONDecoder().decode(Line.self, from: Data(bytes[..<end]))
    return line.map { $0.updated ?? $0.time }
  }
}
