/// Why a settings file is not edited: where, what, and what to write instead.
public struct SettingsError: Error, Sendable, Equatable, CustomStringConvertible {
  /// 1-based.
  public let line: Int
  /// 1-based, in characters of Unicode (scalars).
  public let column: Int
  /// One sentence, with the advice behind a semicolon.
  public let message: String

  /// - Parameter offset: The byte that is meant; one behind the end is the end.
  init(_ message: String, at offset: Int, in bytes: [UInt8]) {
    let before = bytes[..<min(max(0, offset), bytes.count)]
    let start = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    var own = before[start...]
    if start == 0, own.starts(with: byteOrderMark) { own = own.dropFirst(byteOrderMark.count) }
    line = 1 + before.count { $0 == UInt8(ascii: "\n") }
    column = 1 + own.count { $0 & 0xC0 != 0x80 }
    self.message = message
  }

  public var description: String { "\(line):\(column): \(message)" }
}

/// What some editors put in front of UTF-8.
let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

/// A longer file is not edited; nobody writes one.
let longestText = 4 << 20

/// Refuses what is too long or no UTF-8, at the first byte that is none.
func checkText(_ bytes: [UInt8]) throws(SettingsError) {
  guard bytes.count <= longestText else {
    throw SettingsError("the file is longer than 4 MiB; make it shorter", at: longestText, in: bytes)
  }
  guard String(validating: bytes, as: UTF8.self) == nil else { return }
  var decoder = Unicode.UTF8.ForwardParser()
  var input = bytes.makeIterator()
  var read = 0
  while true {
    switch decoder.parseScalar(from: &input) {
    case .valid(let scalar): read += scalar.count
    case .emptyInput: return
    case .error:
      throw SettingsError("this is not UTF-8; save the file as UTF-8", at: read, in: bytes)
    }
  }
}
