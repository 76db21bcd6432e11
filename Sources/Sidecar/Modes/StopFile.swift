import Foundation
import Notices

/// The file whose being there stops all agents: `stop` in the state folder. Any program can create it.
public struct StopFile: Sendable {
  public let path: String

  public init(_ path: String) {
    self.path = path
  }

  /// - Returns: nil when there is no home.
  public init?(environment: [String: String]) {
    guard let folder = StateFolder(environment: environment) else { return nil }
    path = "\(folder.path)/stop"
  }

  public var isThere: Bool { access(path, F_OK) == 0 }

  public func remove() { unlink(path) }

  /// - Throws: When the folder or the file cannot be written.
  public func create() throws {
    let folder = URL(filePath: path).deletingLastPathComponent()
    try FileManager.default.createDirectory(
      at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    try Data().write(to: URL(filePath: path))
  }
}
