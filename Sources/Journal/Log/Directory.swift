import Glibc

/// The directory that the log lives in.
enum Directory {
  /// Makes the directories on the way to a file, for their owner only. Those that exist stay as they are.
  static func make(for path: String) throws(JournalError) {
    guard let parent = parent(of: path) else { return }
    if mkdir(parent, 0o700) == 0 { return }
    if errno == EEXIST {
      guard isDirectory(parent) else { throw .failed(.makeDirectory, path: path, code: ENOTDIR) }
      return
    }
    guard errno == ENOENT else { throw .failed(.makeDirectory, path: path, code: errno) }
    try make(for: parent)
    guard mkdir(parent, 0o700) == 0 || errno == EEXIST else {
      throw .failed(.makeDirectory, path: path, code: errno)
    }
  }

  /// Brings a new or changed name in the file's directory to the disk. Not every file system can; the
  /// content is flushed by itself.
  static func flush(of path: String) {
    let descriptor = open(parent(of: path) ?? ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }

  private static func isDirectory(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Nil for a bare name and for what lies in the root.
  private static func parent(of path: String) -> String? {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")), slash > path.startIndex else { return nil }
    return String(path[..<slash])
  }
}
