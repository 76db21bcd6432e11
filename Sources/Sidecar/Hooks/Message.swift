import Foundation

/// What is said on the sidecar's socket: a line that names the protocol and what is wanted, lines of fields, an
/// empty line, and a body of any bytes.
///
///     outrider 1 hook
///     agent claude-code
///     pane %3
///
///     {"hook_event_name": …}
///
/// A request ends where its sender closes its half; so does an answer. It takes no parser to start for, since a
/// hook has milliseconds.
public struct Message: Sendable, Equatable {
  /// What is wanted (`hook`), or how it went (`ok`, `refused`).
  public var verb: String
  public var fields: [String: String]
  public var body: [UInt8]

  /// Bytes of the lines before the body, and of a whole message.
  static let longestHead = 16_384
  public static let longest = (16 << 20) + longestHead

  public init(_ verb: String, _ fields: [String: String] = [:], body: [UInt8] = []) {
    self.verb = verb
    self.fields = fields
    self.body = body
  }

  /// - Returns: nil when it is no message of this protocol.
  public init?(_ bytes: [UInt8]) {
    var lines: [Substring] = []
    var start = 0
    var isWhole = false
    for index in bytes.indices.prefix(Self.longestHead) where bytes[index] == UInt8(ascii: "\n") {
      if index == start {
        isWhole = true
        start = index + 1
        break
      }
      lines.append(Substring(decoding: bytes[start..<index], as: UTF8.self))
      start = index + 1
    }
    guard isWhole, let first = lines.first else { return nil }
    let words = first.split(separator: " ", maxSplits: 2)
    guard words.count == 3, words[0] == "outrider", words[1] == "1" else { return nil }
    verb = String(words[2])
    fields = [:]
    for line in lines.dropFirst() {
      let parts = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
      fields[String(parts[0])] = parts.count > 1 ? String(parts[1]) : ""
    }
    body = Array(bytes[start...])
  }

  public var bytes: [UInt8] {
    var head = "outrider 1 \(verb)\n"
    for (name, value) in fields.sorted(by: { $0.key < $1.key }) {
      head += "\(name) \(value.replacing("\n", with: " "))\n"
    }
    return Array((head + "\n").utf8) + body
  }
}
