import CLinux
import Foundation

/// A small process that waits for the watch to end, however it ends, and settles what it has left frozen.
///
/// It is this very program, run as `outrider release --after-input`; the end of its input is the end of the
/// watch. It is in a session of its own, so that a signal to the watch's group does not reach it.
public final class Guardian: Sendable {
  public let process: Int32
  private let input: Int32

  /// - Parameter program: The `outrider` that is run.
  public init(program: String, lease: String) throws(LeaseError) {
    let line = [program, "release", "--after-input", "--lease", lease]
    var words: [UnsafeMutablePointer<CChar>?] = line.map { word in strdup(word) }
    words.append(nil)
    defer { words.forEach { free($0) } }
    var input: Int32 = -1
    let child = spawn_apart(&words, &input)
    guard child > 0 else { throw LeaseError(path: program, errno: -child) }
    process = child
    self.input = input
  }

  /// Ends it in order; it settles what its lease still tells, and is gone when this returns.
  public func end() {
    close(input)
    while waitpid(process, nil, 0) < 0, errno == EINTR {}
  }
}
