import Foundation

/// What is checked out in a folder, read without running git.
public struct Checkout: Sendable, Equatable {
  /// The root of the work tree.
  public let root: String
  /// What HEAD says: a branch, or a commit.
  public let head: String
  /// It is known to some host, so that it may have a pull request.
  public let hasRemote: Bool

  /// The work tree that a folder lies in; nil when it lies in none.
  public init?(at directory: String) {
    guard directory.hasPrefix("/") else { return nil }
    var folder = URL(filePath: directory, directoryHint: .isDirectory).standardizedFileURL
    while true {
      if let git = Self.gitFolder(in: folder), let head = Self.text(git.appending(path: "HEAD")) {
        root = folder.path
        self.head = head.trimmingCharacters(in: .whitespacesAndNewlines)
        let common = Self.text(git.appending(path: "commondir")).map {
          Self.resolved($0.trimmingCharacters(in: .whitespacesAndNewlines), in: git)
        }
        hasRemote = Self.text((common ?? git).appending(path: "config"))?.contains("[remote \"") ?? false
        return
      }
      guard folder.path != "/" else { return nil }
      folder.deleteLastPathComponent()
    }
  }

  /// `.git`, or the folder that a file `.git` names, as in a linked work tree.
  private static func gitFolder(in folder: URL) -> URL? {
    let git = folder.appending(path: ".git")
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: git.path, isDirectory: &isDirectory) else { return nil }
    if isDirectory.boolValue { return git }
    guard let line = text(git)?.split(separator: "\n").first, line.hasPrefix("gitdir: ") else { return nil }
    return resolved(String(line.dropFirst(8)), in: folder)
  }

  private static func resolved(_ path: String, in folder: URL) -> URL {
    path.hasPrefix("/") ? URL(filePath: path) : folder.appending(path: path).standardizedFileURL
  }

  private static func text(_ file: URL) -> String? {
    // Never a pipe or a device, which would not end.
    guard
      let kind = try? FileManager.default.attributesOfItem(atPath: file.path)[.type] as? FileAttributeType,
      kind == .typeRegular, let handle = try? FileHandle(forReadingFrom: file)
    else { return nil }
    defer { try? handle.close() }
    guard let data = try? handle.read(upToCount: 65_536) else { return nil }
    return String(decoding: data, as: UTF8.self)
  }
}
