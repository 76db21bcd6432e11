import Foundation
import Reenactment

/// What keeps the program from starting; each has the exit code that tells it to scripts.
struct Refusal: Error, CustomStringConvertible {
  let description: String
  let code: Int32

  /// Used wrongly, or a file that cannot be opened.
  static func usage(_ text: String) -> Refusal { Refusal(description: text, code: 2) }
  /// A file that is not what it should be.
  static func data(_ text: String) -> Refusal { Refusal(description: text, code: 65) }
}

/// The log, one JSON line a record, each written with one call; nothing when no file was asked for.
final class LogFile {
  private let descriptor: Int32
  private let wallOffset: Duration

  /// Appends to the file and creates it where there is none.
  init(path: String?, wallOffset: Duration) throws(Refusal) {
    self.wallOffset = wallOffset
    guard let path else {
      descriptor = -1
      return
    }
    descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw .usage(
        "\(path): the log cannot be opened (\(String(cString: strerror(errno)))); give --log a writable file")
    }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  func write(_ record: Record) {
    guard descriptor >= 0 else { return }
    var line = record.line(wallOffset: wallOffset)
    line.withUTF8 { _ = Foundation.write(descriptor, $0.baseAddress, $0.count) }
  }
}
