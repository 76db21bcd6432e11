import Glibc

/// Room on the disk that is kept for the last lines: a file beside the log, `alerts.jsonl.reserve`, that goes
/// when the disk is full and comes back when there is room again.
struct Reserve {
  static let bytes = 262_144
  /// It is kept only while this much would be left beside it: on a disk that is nearly full it would come and
  /// go with every line.
  private static let ease = 4 * bytes

  let path: String

  init(of log: String) {
    path = log + ".reserve"
  }

  var isKept: Bool { access(path, F_OK) == 0 }

  /// Gives the room up; false when there was none.
  func spend() -> Bool { unlink(path) == 0 }

  /// Takes the room when it is not taken and there is enough; true when it was taken just now.
  @discardableResult
  func keep() -> Bool {
    guard !isKept, hasEase else { return false }
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    guard posix_fallocate(descriptor, 0, off_t(Self.bytes)) == 0 else {
      unlink(path)
      return false
    }
    return true
  }

  private var hasEase: Bool {
    let slash = path.lastIndex(of: "/")
    let folder = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    var status = statvfs()
    guard statvfs(folder, &status) == 0 else { return false }
    return Int(status.f_bavail) * Int(status.f_frsize) >= Self.bytes + Self.ease
  }
}

extension JournalError {
  /// There is no room on the disk, or none for this user.
  var isFull: Bool {
    if case .failed(_, _, let code) = self { code == ENOSPC || code == EDQUOT } else { false }
  }
}
