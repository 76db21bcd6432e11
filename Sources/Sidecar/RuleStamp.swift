import Foundation
import Glibc

/// What can be told of rule files without reading them.
struct RuleStamp: Equatable, Sendable {
  private let marks: [FileMark]
  /// Whether it tells of all files there are.
  let isComplete: Bool

  /// Files beyond that are not watched, but read.
  private static let maximumFiles = 512

  init(_ sources: RuleSources) {
    let urls = sources.files.map(\.url) + sources.dialects + [sources.programs] + sources.redactions
    isComplete = urls.count <= Self.maximumFiles
    marks = urls.prefix(Self.maximumFiles).compactMap { FileMark($0.path) }
  }

  /// The same for the same files in the same state, and for no others.
  var text: String { marks.map { "\($0)\n" }.joined() }

  /// Whether no file was changed after this time, in seconds since the epoch.
  ///
  /// The clock of file times goes in steps: of two changes within one step the stamp shows the first only.
  func isOlder(than seconds: Int) -> Bool { marks.allSatisfy { $0.changed < seconds } }
}

/// A file in the state that it is in.
struct FileMark: Equatable, Sendable, CustomStringConvertible {
  /// Its path, and all that changes with the file. Whoever owns it can set when it was modified, but not when it
  /// was changed.
  let description: String
  /// When it was changed, in seconds since the epoch.
  let changed: Int

  /// - Returns: nil when there is no such file.
  init?(_ path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    let (modified, changed) = (status.st_mtim, status.st_ctim)
    self.changed = changed.tv_sec
    description =
      "\(path) \(status.st_dev) \(status.st_ino) \(status.st_size) "
      + "\(modified.tv_sec).\(modified.tv_nsec) \(changed.tv_sec).\(changed.tv_nsec)"
  }
}
