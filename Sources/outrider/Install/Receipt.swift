import Foundation
import Settings

/// What a settings file was before Outrider was installed in it, so that it can be given back byte for byte.
///
/// It is the user's only to read: settings may hold secrets.
struct Receipt: Codable {
  /// The file, where its links lead.
  let path: String
  /// Nil when there was none.
  let before: Data?
  /// As it was left. A file that is another now is not put back; only Outrider's entries go.
  let after: Data
  /// The folders that were made for it, the outermost first.
  let folders: [String]

  /// `$XDG_STATE_HOME/outrider/installed`, or that under `~/.local/state`. Nil without a home.
  static func folder(environment: [String: String]) -> URL? {
    if let state = environment["XDG_STATE_HOME"], state.hasPrefix("/") {
      return URL(filePath: state, directoryHint: .isDirectory).appending(path: "outrider/installed")
    }
    guard let home = environment["HOME"], home.hasPrefix("/") else { return nil }
    return URL(filePath: home, directoryHint: .isDirectory).appending(path: ".local/state/outrider/installed")
  }

  static func read(of path: String, in folder: URL?) -> Receipt? {
    guard let folder, let data = try? Data(contentsOf: file(of: path, in: folder)),
      let receipt = try? JSONDecoder().decode(Receipt.self, from: data), receipt.path == path
    else { return nil }
    return receipt
  }

  /// False when it cannot be kept.
  func write(in folder: URL?) -> Bool {
    guard let folder, let data = try? JSONEncoder().encode(self) else { return false }
    let file = Self.file(of: path, in: folder)
    do {
      try FileManager.default.createDirectory(
        at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
      try? FileManager.default.removeItem(at: file)
      return FileManager.default.createFile(
        atPath: file.path, contents: data, attributes: [.posixPermissions: 0o600])
    } catch {
      return false
    }
  }

  static func remove(of path: String, in folder: URL?) {
    guard let folder else { return }
    try? FileManager.default.removeItem(at: file(of: path, in: folder))
  }

  /// A name of the path's end; two paths that share one are told apart by what stands inside.
  private static func file(of path: String, in folder: URL) -> URL {
    let name = path.utf8.map { byte in
      let scalar = UnicodeScalar(byte)
      return scalar.properties.isAlphabetic && byte < 0x80 || (0x30...0x39).contains(byte) || byte == 0x2E
        ? String(scalar) : "_"
    }
    return folder.appending(path: name.joined().suffix(120) + ".json")
  }
}
