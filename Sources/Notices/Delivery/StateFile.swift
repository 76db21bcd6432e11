import Foundation
import Journal

/// A value that outlives this program, in a file that only its owner may read.
///
/// Whoever reads it gets the old value or the new one, whole.
public struct StateFile<Value: Codable & Sendable>: Sendable {
  public let path: String

  public init(_ path: String) {
    self.path = path
  }

  /// Bytes that are read.
  private static var longest: Int { 16 << 20 }

  /// nil when there is none, or none that can be read.
  public func read() -> Value? {
    guard let file = FileHandle(forReadingAtPath: path), let data = try? file.read(upToCount: Self.longest)
    else { return nil }
    return try? JSONDecoder().decode(Value.self, from: data)
  }

  /// - Throws: `NotifierError`.
  public func write(_ value: Value) throws(NotifierError) {
    let next = "\(path).next"
    func fail() -> NotifierError {
      NotifierError(
        "\(path) cannot be written: \(String(cString: strerror(errno))); what is open now is lost "
          + "when the watch ends")
    }
    let folder = URL(filePath: path).deletingLastPathComponent()
    try? FileManager.default.createDirectory(
      at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    guard let data = try? JSONEncoder().encode(value) else { throw fail() }
    let descriptor = open(next, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw fail() }
    let isWhole = data.withUnsafeBytes { bytes in
      var written = 0
      while written < bytes.count {
        let count = Glibc.write(descriptor, bytes.baseAddress! + written, bytes.count - written)
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { return false }
        written += count
      }
      return fdatasync(descriptor) == 0
    }
    close(descriptor)
    guard isWhole, rename(next, path) == 0 else {
      let reason = errno
      unlink(next)
      errno = reason
      throw fail()
    }
  }

  public func remove() throws(NotifierError) {
    guard unlink(path) == 0 || errno == ENOENT else {
      throw NotifierError("\(path) cannot be removed: \(String(cString: strerror(errno)))")
    }
  }
}

extension WallTime {
  /// By the clock on the wall.
  public static var now: WallTime {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return WallTime(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
  }

  /// How far the user's zone is east of Greenwich at that time.
  public var secondsEast: Int {
    var seconds = time_t(milliseconds / 1000)
    var parts = tm()
    return localtime_r(&seconds, &parts) == nil ? 0 : Int(parts.tm_gmtoff)
  }
}
