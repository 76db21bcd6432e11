import Foundation
import Journal
import Rulebook
import Sidecar

extension Check {
  /// The alert log can be written and its chain holds.
  static let alertLog = Check { around in
    guard let path = around.log else {
      return [.problem("alert log", "has no place: $HOME is not set", "set it or name the log with --log")]
    }
    guard FileManager.default.fileExists(atPath: path) else { return [alertLogToCome(path)] }
    do {
      let verification = try AlertLog.verify(path)
      guard verification.isIntact else {
        return [.problem("alert log", "\(path): \(verification)", "see what is missing: outrider log verify")]
      }
      let descriptor = open(path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NONBLOCK)
      guard descriptor >= 0 else {
        let reason = String(cString: strerror(errno))
        return [
          .problem(
            "alert log", "\(path): cannot be written (\(reason))",
            "make it writable, or name another with --log")
        ]
      }
      close(descriptor)
      return [.ok("alert log", "\(path): \(verification)")]
    } catch {
      return [Finding.problem("alert log", "\(error)", "").split]
    }
  }

  /// A log that is not there yet: whether it could be made.
  private static func alertLogToCome(_ path: String) -> Finding {
    var folder = URL(filePath: path).deletingLastPathComponent()
    while !FileManager.default.fileExists(atPath: folder.path), folder.path != "/" {
      folder.deleteLastPathComponent()
    }
    guard RuleFolder.isFolder(folder.path), access(folder.path, W_OK | X_OK) == 0 else {
      return .problem(
        "alert log", "\(path): cannot be made in \(folder.path)",
        "make that writable, or name another with --log")
    }
    return .ok("alert log", "\(path): not there yet; the first alert makes it")
  }

  /// The folder in which the sidecar can be reached is the user's alone, and somebody answers.
  static let sidecar = Check { around in
    let folder = WatchLock.runtimeDirectory(environment: around.environment).path
    let nobody = Finding.ok(
      "sidecar", "none runs; hooks judge by themselves (start one with: outrider watch)")
    guard let status = FileStatus(of: folder) else { return [nobody] }
    guard status.kind == S_IFDIR else {
      return [.problem("sidecar", "\(folder): is no folder", "move it away: mv \(folder) \(folder).old")]
    }
    guard status.user == geteuid() else {
      return [
        .problem(
          "sidecar", "\(folder): belongs to another user", "set XDG_RUNTIME_DIR to a folder of your own")
      ]
    }
    guard status.isPrivate else {
      return [.problem("sidecar", "\(folder): others may enter it", "chmod 700 \(folder)")]
    }
    let socket = folder + "/hook.sock"
    guard let status = FileStatus(of: socket) else { return [nobody] }
    guard status.kind == S_IFSOCK, status.user == geteuid() else {
      return [.problem("sidecar", "\(socket): is no socket of yours", "remove it: rm \(socket)")]
    }
    guard status.isPrivate else {
      return [.problem("sidecar", "\(socket): others may connect to it", "chmod 600 \(socket)")]
    }
    switch connection(to: socket) {
    case 0: return [.ok("sidecar", "answers on \(socket)")]
    case ENAMETOOLONG:
      return [
        .problem(
          "sidecar", "\(socket): the path is too long for a socket", "set XDG_RUNTIME_DIR to a shorter one")
      ]
    case ECONNREFUSED:
      return [
        .warning(
          "sidecar", "\(socket): nobody answers; it was left by one that was killed",
          "start another: outrider watch, or remove it: rm \(socket)")
      ]
    case let code:
      let reason = String(cString: strerror(code))
      return [.problem("sidecar", "\(socket): cannot be reached (\(reason))", "restart outrider watch")]
    }
  }

  /// 0 when somebody takes the connection, which is closed at once; else an errno.
  private static func connection(to path: String) -> Int32 {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let room = MemoryLayout.size(ofValue: address.sun_path)
    guard path.utf8.count < room else { return ENAMETOOLONG }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let descriptor = socket(
      AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
    guard descriptor >= 0 else { return errno }
    defer { close(descriptor) }
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    // A full queue is a sign of life, if a poor one.
    return result == 0 || errno == EAGAIN ? 0 : errno
  }
}

/// What the system knows of a file itself, not of what a link leads to.
private struct FileStatus {
  let kind: mode_t
  let user: uid_t
  /// Whether nobody but the owner has any right to it.
  let isPrivate: Bool

  init?(of path: String) {
    var status = stat()
    guard lstat(path, &status) == 0 else { return nil }
    kind = status.st_mode & S_IFMT
    user = status.st_uid
    isPrivate = status.st_mode & 0o077 == 0
  }
}
