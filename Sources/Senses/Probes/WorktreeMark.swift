import Glibc

/// What the changed files of a work tree look like: another mark means that somebody wrote into one.
public struct WorktreeMark: Sendable, Equatable {
  private let hash: UInt64

  /// - Parameters:
  ///   - changes: What git calls changed.
  ///   - root: The root of the work tree.
  public init(_ changes: ChangedFiles, in root: String) {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    func add(_ number: UInt64) { hash = (hash ^ number) &* 0x100_0000_01B3 }
    for path in changes.paths {
      path.utf8.forEach { add(UInt64($0)) }
      var status = stat()
      guard lstat("\(root)/\(path)", &status) == 0 else {
        add(1)
        continue
      }
      for number in [Int(status.st_size), status.st_mtim.tv_sec, status.st_mtim.tv_nsec] {
        add(UInt64(bitPattern: Int64(number)))
      }
    }
    self.hash = hash
  }
}
