import Foundation
import Rulebook

/// What a project wants an agent to be told that was started anew: its file `.outrider/restart.md`.
enum ProjectWords {
  /// Bytes that are read; what follows is left out.
  private static let most = 4096

  /// The nearest such file at or above a folder, without leaving the repository; one line.
  static func read(from directory: String?) -> String? {
    guard let directory, directory.hasPrefix("/") else { return nil }
    var folder = URL(filePath: directory, directoryHint: .isDirectory).standardizedFileURL
    while true {
      if let text = text(of: folder.appending(path: ".outrider/restart.md")) { return text }
      let isTop = FileManager.default.fileExists(atPath: folder.appending(path: ".git").path)
      guard !isTop, folder.path != "/" else { return nil }
      folder.deleteLastPathComponent()
    }
  }

  private static func text(of file: URL) -> String? {
    guard let attributes = try? FileManager.default.attributesOfItem(atPath: file.path),
      attributes[.type] as? FileAttributeType == .typeRegular,
      let handle = try? FileHandle(forReadingFrom: file), let data = try? handle.read(upToCount: most)
    else { return nil }
    let text = cleaned(String(decoding: data, as: UTF8.self), limit: 1000)
    return text.allSatisfy(\.isWhitespace) ? nil : text
  }
}
