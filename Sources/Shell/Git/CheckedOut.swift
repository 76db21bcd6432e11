/// The repository that a folder lies in and what is checked out there, as its files say.
public struct CheckedOut: Sendable, Equatable {
  /// The folder where the work tree begins.
  public let root: String
  /// The branch; nil when HEAD is detached.
  public let branch: String?
  /// The first digits of the commit of a detached HEAD.
  public let commit: String?

  /// - Returns: nil when the folder lies in no repository that can be read.
  public init?(around folder: String, files: Files) {
    var current: String? = folder
    var left = Limits.parents
    while let path = current, left > 0 {
      left -= 1
      if let head = Self.head(at: path, files) {
        root = path
        branch = Repository.branch(head: head)
        let digits = head.prefix { $0.isHexDigit && $0.isASCII }
        commit = branch == nil && digits.count >= 7 ? String(digits.prefix(9)) : nil
        return
      }
      current = Path.parent(path)
    }
    return nil
  }

  private static func head(at folder: String, _ files: Files) -> String? {
    let dotGit = Path.joined(folder, ".git")
    if let head = text(dotGit + "/HEAD", files) { return head }
    // A worktree and a submodule have a file that says where the rest is.
    guard let link = text(dotGit, files), link.hasPrefix("gitdir: ") else { return nil }
    return text(
      Path.joined(folder, String(link.dropFirst(8).prefix { $0 != "\n" && $0 != "\r" })) + "/HEAD", files)
  }

  private static func text(_ path: String, _ files: Files) -> String? {
    files.read(path).map { String(decoding: $0.prefix(Limits.fileLength), as: UTF8.self) }
  }
}
