import Glibc

/// Why the alert log could not be written or read. `description` is one sentence: which file, what is
/// wrong, what to do about it.
public enum JournalError: Error, Sendable, Equatable, CustomStringConvertible {
  /// A system call failed on the file; `code` is its `errno`.
  case failed(Step, path: String, code: Int32)
  /// The path names something that is not a regular file: a pipe, a device, a socket.
  case notAFile(path: String)
  /// The file has content, and none of it is ours.
  case notALog(path: String)
  /// Another program has held the log's lock all the while.
  case locked(path: String, milliseconds: Int)
  /// An alert that cannot be put into a line.
  case unwritable(path: String, id: String)

  /// What was being done when it failed.
  public enum Step: String, Sendable {
    case makeDirectory, open, read, write, flush, rotate, pack, unpack
  }

  public var description: String {
    switch self {
    case .failed(let step, let path, let code):
      "\(path): the alert log \(step.failure): \(Self.reason(code)); \(Self.advice(code))"
    case .notAFile(let path):
      "\(path): the alert log cannot be here, since this is no regular file; name another with --log"
    case .notALog(let path):
      "\(path): this file holds no alerts and is not written to; move it away or name another with --log"
    case .locked(let path, let milliseconds):
      "\(path): the alert log has been locked by another program for \(milliseconds) ms; "
        + "find it with `fuser \(path).head` and end it"
    case .unwritable(let path, let id):
      "\(path): alert \(legible(id, bytes: 64)) cannot be written as a line of JSON; report this as a bug"
    }
  }

  private static func reason(_ code: Int32) -> String {
    switch code {
    case EACCES, EPERM: "permission denied"
    case ENOSPC: "no space left on the disk"
    case EDQUOT: "the disk quota is used up"
    case EFBIG: "the file would become larger than the limit allows"
    case EISDIR: "it is a directory"
    case ENOTDIR: "a part of the path is a file, not a directory"
    case EROFS: "the file system is read-only"
    case ENOENT: "a directory of the path does not exist"
    case ELOOP: "the path runs in a circle of symbolic links"
    case ENAMETOOLONG: "the path is too long"
    case EMFILE, ENFILE: "too many files are open"
    case EIO: "the disk reports an error"
    default: String(cString: strerror(code))
    }
  }

  private static func advice(_ code: Int32) -> String {
    switch code {
    case EACCES, EPERM: "make it writable for this user or name another file with --log"
    case ENOSPC, EDQUOT: "free some space there or name a file on another disk with --log"
    case EFBIG: "raise the limit (`ulimit -f`) or name another file with --log"
    case EISDIR: "name a file in it with --log"
    case EMFILE, ENFILE: "raise the limit (`ulimit -n`)"
    case EIO: "check the disk and name a file on another one with --log"
    default: "name another file with --log"
    }
  }
}

extension JournalError.Step {
  fileprivate var failure: String {
    switch self {
    case .makeDirectory: "has no directory and none can be made"
    case .open: "cannot be opened"
    case .read: "cannot be read"
    case .write: "cannot be written"
    case .flush: "cannot be brought to the disk"
    case .rotate: "cannot be rotated"
    case .pack: "cannot be compressed"
    case .unpack: "cannot be unpacked by gzip"
    }
  }
}
