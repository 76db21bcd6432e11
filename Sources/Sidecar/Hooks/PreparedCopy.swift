import Foundation
import Glibc
import Journal
import Rulebook

/// The rules of some sources, prepared for the next hook that has to judge alone: a file in the runtime folder.
///
/// It begins with a digest over what it holds, every rule file as it stands and the program itself, so that it is
/// good for nothing once any of them is another one. Whatever is wrong with it, the rule files are read.
struct PreparedCopy {
  private let folder: RuntimeFolder
  private let path: String
  private let stamp: RuleStamp
  private let fingerprint: String

  /// Rule files that were changed in the last seconds may be changed again without a trace.
  private static let settling = 2
  /// Of that many projects; the oldest goes.
  private static let most = 32
  private static let longest = 8 << 20

  /// Looks at the files; reads none of them.
  init(_ sources: RuleSources, in folder: RuntimeFolder) {
    self.folder = folder
    let places = [sources.shipped, sources.user, sources.project] + sources.added
    let key = "\(sources.profile) \(places.map { $0?.path ?? "-" }.joined(separator: "\n"))"
    path = "\(folder.path)/\(RuntimeFolder.shortName(of: key)).rules"
    stamp = RuleStamp(sources)
    let program = FileMark("/proc/self/exe").map { "\($0)" } ?? ""
    fingerprint = "outrider prepared rules 1\n\(program)\n\(key)\n\(stamp.text)"
  }

  /// What is in it; nil when it is not there, or there is any doubt about it.
  func read() -> PreparedRules? {
    guard folder.isOurs, let bytes = contents(), bytes.count > Self.digestLength else { return nil }
    let body = Array(bytes[Self.digestLength...])
    guard digest(of: body).utf8.elementsEqual(bytes.prefix(Self.digestLength)) else { return nil }
    return try? PreparedRules(body)
  }

  /// Keeps what was read of the sources after this was made.
  ///
  /// - Parameter now: In seconds since the epoch.
  func keep(_ library: RuleLibrary, now: Int = time(nil)) {
    guard library.isWhole, stamp.isComplete, stamp.isOlder(than: now - Self.settling), folder.make() else {
      return
    }
    let body = PreparedRules.bytes(of: library.rulebook, errors: library.errors)
    guard body.count < Self.longest else { return }
    write(Array(digest(of: body).utf8) + body)
    removeOldest()
  }

  private static let digestLength = 64

  private func digest(of body: [UInt8]) -> String {
    Digest(of: Array(fingerprint.utf8) + body).description
  }

  private func contents() -> [UInt8]? {
    try? RegularFile.bytes(of: path, atMost: Self.longest, flags: O_NOFOLLOW) {
      $0.st_uid == geteuid() && $0.st_mode & 0o077 == 0
    }
  }

  /// Whoever reads it meanwhile reads the old one or the new one.
  private func write(_ bytes: [UInt8]) {
    let draft = "\(path).\(getpid())"
    let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { return }
    let written = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
    close(descriptor)
    if written != bytes.count || rename(draft, path) != 0 { unlink(draft) }
  }

  private func removeOldest() {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    let others = names.filter { $0.contains(".rules") }.map { "\(folder.path)/\($0)" }.filter { $0 != path }
    guard others.count >= Self.most else { return }
    let byAge = others.map { ($0, FileMark($0)?.changed ?? 0) }.sorted { $0.1 < $1.1 }
    for (path, _) in byAge.dropLast(Self.most - 1) { unlink(path) }
  }
}
