import Glibc

/// A settings file on the disk. It is replaced at once or not at all, with the mode and the owner that it had; of
/// a symbolic link the file that it leads to.
public struct SettingsFile: Sendable {
  /// As the user knows it.
  public let path: String
  /// Where the links lead.
  public let target: String
  /// Nil when there is no such file.
  public let bytes: [UInt8]?
  private let mode: mode_t?
  private let owner: (user: uid_t, group: gid_t)?

  /// What is wrong with a file, in one sentence with the advice behind a semicolon.
  public struct Failure: Error, Sendable, Equatable, CustomStringConvertible {
    public let description: String

    init(_ path: String, _ problem: String) {
      description = "\(path): \(problem)"
    }

    init(_ path: String, cannotBe done: String, _ code: Int32) {
      let advice =
        switch code {
        case EACCES, EPERM: "give this user the right, or run as the file's owner"
        case ENOSPC, EDQUOT: "free some space"
        case EROFS: "mount the file system writable"
        case ELOOP: "the symbolic links run in a circle, mend them"
        case ENOTDIR: "a part of the path is a file, move it away"
        default: "mend that and try again"
        }
      description = "\(path): cannot be \(done) (\(String(cString: strerror(code)))); \(advice)"
    }
  }

  /// Reads the file.
  public init(_ path: String) throws(Failure) {
    self.path = path
    target = try Self.end(of: path)
    let descriptor = open(target, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard descriptor >= 0 else {
      guard errno == ENOENT else { throw Failure(path, cannotBe: "read", errno) }
      (bytes, mode, owner) = (nil, nil, nil)
      return
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw Failure(path, cannotBe: "read", errno) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw Failure(path, "this is no regular file; move it away")
    }
    var content: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    // One byte more than is edited: then the text itself is refused.
    while content.count <= longestText {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw Failure(path, cannotBe: "read", errno) }
      if count == 0 { break }
      content += buffer[..<count]
    }
    bytes = content
    mode = status.st_mode & 0o7777
    owner = (status.st_uid, status.st_gid)
  }

  /// Puts other content in its place, making the folders that are missing.
  ///
  /// - Parameter new: Nil removes the file.
  /// - Returns: The folders that were made, the outermost first.
  /// - Throws: Also when the file is not any more what was read.
  @discardableResult
  public func replace(by new: [UInt8]?) throws(Failure) -> [String] {
    guard try SettingsFile(path).bytes == bytes else {
      throw Failure(path, "was changed by somebody else just now; run the command again")
    }
    guard let new else {
      guard unlink(target) == 0 || errno == ENOENT else { throw Failure(path, cannotBe: "removed", errno) }
      return []
    }
    let folder = Self.folder(of: target)
    let made = try Self.make(folder)
    let temporary = "\(folder)/.outrider-\(getpid())"
    unlink(temporary)
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw Failure(path, cannotBe: "written", errno) }
    do throws(Failure) {
      defer { close(descriptor) }
      try fill(descriptor, with: new)
      guard rename(temporary, target) == 0 else { throw Failure(path, cannotBe: "written", errno) }
    } catch {
      unlink(temporary)
      throw error
    }
    let directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if directory >= 0 {
      fsync(directory)
      close(directory)
    }
    return made
  }

  private func fill(_ descriptor: Int32, with new: [UInt8]) throws(Failure) {
    if let owner, owner != (geteuid(), getegid()), fchown(descriptor, owner.user, owner.group) != 0,
      owner.user != geteuid()
    {
      throw Failure(path, "belongs to another user; run as that user")
    }
    let mask = umask(0)
    umask(mask)
    guard fchmod(descriptor, mode ?? 0o644 & ~mask) == 0 else {
      throw Failure(path, cannotBe: "written", errno)
    }
    var written = 0
    while written < new.count {
      let count = new.withUnsafeBytes { write(descriptor, $0.baseAddress! + written, new.count - written) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw Failure(path, cannotBe: "written", count < 0 ? errno : EIO) }
      written += count
    }
    guard fsync(descriptor) == 0 || errno == EINVAL else { throw Failure(path, cannotBe: "written", errno) }
  }

  /// Where symbolic links lead, also when nothing is there.
  private static func end(of path: String) throws(Failure) -> String {
    var at = path
    for _ in 0..<40 {
      var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
      let count = readlink(at, &buffer, buffer.count)
      guard count > 0 else { return at }
      let link = String(decoding: buffer[..<count], as: UTF8.self)
      at = link.hasPrefix("/") ? link : "\(folder(of: at))/\(link)"
    }
    throw Failure(path, cannotBe: "read", ELOOP)
  }

  private static func folder(of path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  private static func make(_ folder: String) throws(Failure) -> [String] {
    if mkdir(folder, 0o777) == 0 { return [folder] }
    switch errno {
    case EEXIST: return []
    case ENOENT where folder != "/" && folder != ".":
      let made = try make(Self.folder(of: folder))
      guard mkdir(folder, 0o777) == 0 || errno == EEXIST else {
        throw Failure(folder, cannotBe: "made", errno)
      }
      return made + [folder]
    default: throw Failure(folder, cannotBe: "made", errno)
    }
  }
}
