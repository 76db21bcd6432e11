import Foundation
import Glibc
import Journal

/// Which threads, objections and checks agents have been told of: kept in a file, a line each, so that each is
/// told once however often Outrider is started anew.
struct ReviewMemory: Sendable {
  /// Lines that are kept; the oldest are forgotten when the file is read.
  static let most = 4096

  /// Where it is kept; nil where nothing is.
  let path: String?
  private var known: Set<String> = []

  /// Reads what is remembered. A file that cannot be read counts as empty.
  init(path: String?) {
    self.path = path
    guard let path, let text = try? String(contentsOfFile: path, encoding: .utf8) else { return }
    let lines = text.split(separator: "\n").map(String.init)
    known = Set(lines.suffix(Self.most))
    if lines.count > 2 * Self.most { try? write(lines.suffix(Self.most).joined(separator: "\n") + "\n") }
  }

  /// Beside the alert log: `reviews` in `$XDG_STATE_HOME/outrider`, or in that below `~/.local/state`.
  static func standardPath(environment: [String: String]) -> String? {
    AlertLog.defaultPath(environment: environment).map {
      URL(filePath: $0).deletingLastPathComponent().appending(path: "reviews").path
    }
  }

  func contains(_ key: String) -> Bool { known.contains(Self.line(key)) }

  /// Remembers these from now on.
  ///
  /// - Throws: When they could not be written; they are remembered all the same, until Outrider ends.
  mutating func remember(_ keys: [String]) throws {
    let lines = keys.map(Self.line).filter { known.insert($0).inserted }
    guard let path, !lines.isEmpty else { return }
    let folder = URL(filePath: path).deletingLastPathComponent()
    try FileManager.default.createDirectory(
      at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    let descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw CocoaError(.fileWriteUnknown, userInfo: [NSFilePathErrorKey: path]) }
    let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    try file.write(contentsOf: Data((lines.joined(separator: "\n") + "\n").utf8))
    try file.synchronize()
  }

  private func write(_ text: String) throws {
    guard let path else { return }
    try Data(text.utf8).write(to: URL(filePath: path), options: .atomic)
    chmod(path, 0o600)
  }

  /// A key as a line: bounded, and never two.
  private static func line(_ key: String) -> String {
    String(key.map { $0.isNewline || $0 == "\0" ? " " : $0 }.prefix(300))
  }
}
