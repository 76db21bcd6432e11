import Foundation

/// The program that runs now, by a path that will still be right tomorrow.
enum OwnProgram {
  /// The name by which it was called, as an absolute path; a link stays a link, since what it leads to may be
  /// a version that goes away with the next one.
  ///
  /// - Throws: `Failure` when it is not named `outrider`, by which its hooks are recognised.
  static func path() throws -> String {
    let file = real("/proc/self/exe") ?? CommandLine.arguments[0]
    let called = candidates().first { real($0) == file } ?? file
    guard URL(filePath: called).lastPathComponent == "outrider" else {
      throw Failure(
        .usage,
        "outrider: this program is named '\(called)', and hooks are recognised by the name outrider; rename it"
      )
    }
    return called
  }

  private static func candidates() -> [String] {
    let called = CommandLine.arguments[0]
    let here = FileManager.default.currentDirectoryPath
    if called.contains("/") {
      return [called.hasPrefix("/") ? called : URL(filePath: "\(here)/\(called)").standardizedFileURL.path]
    }
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    return path.split(separator: ":").filter { $0.hasPrefix("/") }.map { "\($0)/\(called)" }
  }

  private static func real(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }
}
