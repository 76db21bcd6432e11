import Glibc

/// Reads files that others may have put there: a pipe, a device or an endless file keeps nobody waiting.
enum RegularFile {
  enum Failure: Error, Equatable {
    case unreadable
    /// A folder, a pipe, a socket or a device, also behind a link.
    case notRegular
    case tooLong
    /// It is not as the reader wants it to be.
    case unwanted
  }

  /// All bytes of a file.
  ///
  /// - Parameters:
  ///   - limit: Bytes that it may have.
  ///   - flags: More flags for `open(2)`.
  ///   - isWanted: Looks at what the open file is.
  static func bytes(
    of path: String, atMost limit: Int, flags: Int32 = 0, isWanted: (stat) -> Bool = { _ in true }
  ) throws(Failure) -> [UInt8] {
    // Opening a pipe waits for its writer otherwise.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | flags)
    guard descriptor >= 0 else { throw .unreadable }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .unreadable }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .notRegular }
    guard status.st_size <= limit else { throw .tooLong }
    guard isWanted(status) else { throw .unwanted }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: max(4096, Int(status.st_size) + 1))
    // Files of /proc have no size.
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw .unreadable }
      guard count > 0 else { return bytes }
      guard bytes.count + count <= limit else { throw .tooLong }
      bytes += buffer[..<count]
    }
  }
}
