import Foundation
import Glibc

/// One watcher a tmux server: a lock that ends with the process that holds it.
public final class WatchLock {
  private let descriptor: Int32

  /// Somebody else watches this server.
  public struct Taken: Error, CustomStringConvertible {
    public let server: String
    /// 0 when it cannot be told.
    public let pid: Int32

    public var description: String {
      let who = pid > 0 ? " (pid \(pid))" : ""
      return "another outrider\(who) watches \(server) already; end it, or take over with --take-over"
    }
  }

  /// - Parameters:
  ///   - server: What is locked, as messages name it.
  ///   - key: What is locked, by a name that is the same for everybody who means it.
  ///   - directory: The user's runtime directory; made when it is not there.
  /// - Throws: `Taken`, or a `CocoaError` when the directory cannot be made or written.
  public init(server: String, key: String, in directory: URL) throws {
    try FileManager.default.createDirectory(
      at: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    let path = directory.appending(path: "watch-\(Self.fileName(key)).lock").path
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else {
      throw CocoaError(.fileWriteNoPermission, userInfo: [NSFilePathErrorKey: path])
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      // Everything is set, so that `deinit` closes the descriptor; closing it here would close it twice.
      throw Taken(server: server, pid: Self.holder(descriptor))
    }
    let text = "\(getpid())\n"
    ftruncate(descriptor, 0)
    _ = text.withCString { pwrite(descriptor, $0, strlen($0), 0) }
  }

  deinit { close(descriptor) }

  private static func holder(_ descriptor: Int32) -> Int32 {
    var bytes = [UInt8](repeating: 0, count: 16)
    let count = pread(descriptor, &bytes, bytes.count, 0)
    let digits = bytes.prefix(max(0, count)).prefix { $0 >= 0x30 && $0 <= 0x39 }
    return Int32(String(decoding: digits, as: UTF8.self)) ?? 0
  }

  private static func fileName(_ key: String) -> String {
    String(key.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") ? $0 : "_" }.suffix(100))
  }
}
