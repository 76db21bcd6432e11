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
    func fail() -> NotifierError {
      NotifierError(
        "\(path) cannot be written: \(String(cString: strerror(errno))); what is open now is lost "
          + "when the watch ends")
    }
    let folder = URL(filePath: path).deletingLastPathComponent()
    try? FileManager.default.createDirectory(
      at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    guard let data = try? JSONEncoder().encode(value) else { throw fail() }
    guard WholeFile.write(data, to: path, isDurable: true) == 0 else { throw fail() }
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
  public var secondsEast: Int { Rendering.Zone.local.secondsEast(at: self) }
}
