import Foundation
import Glibc
import Rulebook

/// The folder for what lives as long as a login: locks and sockets. Only its owner may look into it.
public struct RuntimeFolder: Sendable, Equatable {
  public let path: String

  /// `$XDG_RUNTIME_DIR/outrider`, or a folder of the user's own in the temporary directory.
  public init(environment: [String: String]) {
    if let path = environment["XDG_RUNTIME_DIR"], path.hasPrefix("/") {
      self.path = "\(path)/outrider"
    } else {
      let temporary = environment["TMPDIR"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? "/tmp"
      path = "\(temporary.hasSuffix("/") ? String(temporary.dropLast()) : temporary)/outrider-\(getuid())"
    }
  }

  public var url: URL { URL(filePath: path, directoryHint: .isDirectory) }

  /// Whether it is there, a folder, ours, and closed to everybody else: in a common temporary directory somebody
  /// else could have been faster.
  public var isOurs: Bool {
    var status = stat()
    guard lstat(path, &status) == 0 else { return false }
    return status.st_mode & S_IFMT == S_IFDIR && status.st_uid == geteuid() && status.st_mode & 0o077 == 0
  }

  /// Makes it where it is not there; whether it can be used then.
  public func make() -> Bool {
    mkdir(path, 0o700)
    return isOurs
  }

  /// The socket of the sidecar that watches a tmux server.
  ///
  /// - Parameter key: What names the server: its socket's path, behind the command that reaches its machine.
  public func socket(of key: String) -> String { file(of: key, "sock") }

  /// The list of what the sidecar that watches a tmux server has frozen.
  public func lease(of key: String) -> String { file(of: key, "frozen") }

  private func file(of key: String, _ suffix: String) -> String {
    // A socket's path has 107 bytes at most, and keys are paths themselves.
    "\(path)/\(Self.shortName(of: key)).\(suffix)"
  }

  /// Sixteen digits that stand for a text in a file's name: FNV-1a, 64 bits.
  public static func shortName(of text: String) -> String {
    let digits = String(fingerprint(text.utf8), radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  /// All sockets in it, at most sixteen.
  public var sockets: [String] {
    guard let folder = opendir(path) else { return [] }
    defer { closedir(folder) }
    var found: [String] = []
    while found.count < 16, let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name.hasSuffix(".sock") { found.append("\(path)/\(name)") }
    }
    return found.sorted()
  }
}
