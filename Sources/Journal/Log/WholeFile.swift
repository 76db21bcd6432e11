import FoundationEssentials
import Glibc

/// Replaces a file that only its owner may read: whoever reads it gets the old content or the new one, whole.
public enum WholeFile {
  /// Writes beside it, under its name and `.next`, and renames. The folder has to be there.
  ///
  /// - Parameter isDurable: The content is on the disk before the old one is gone.
  /// - Returns: 0, or an errno, which `errno` is as well; then the file is as it was.
  @discardableResult
  public static func write(_ data: Data, to path: String, isDurable: Bool) -> Int32 {
    let next = "\(path).next"
    let descriptor = open(next, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { return errno }
    let isWhole = data.withUnsafeBytes { bytes in
      var written = 0
      while written < bytes.count {
        let count = Glibc.write(descriptor, bytes.baseAddress! + written, bytes.count - written)
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { return false }
        written += count
      }
      return !isDurable || fdatasync(descriptor) == 0
    }
    var code = isWhole ? 0 : errno
    close(descriptor)
    if code == 0, rename(next, path) != 0 { code = errno }
    guard code == 0 else {
      unlink(next)
      errno = code
      return code
    }
    return 0
  }
}
