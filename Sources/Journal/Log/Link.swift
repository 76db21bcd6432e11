import FoundationEssentials

/// What a line says about its place in the chain: the fields that the log adds to an alert's own.
struct Link: Codable, Equatable {
  /// The number of the line in the whole chain, from 1, over rotations.
  var seq: Int
  /// The SHA-256 of the line before, without its newline; zeros in line 1.
  var prev: Digest
  /// Set in the first line of a file and after a loss.
  var chain: Mark?
  /// Set when the bytes between the line before and this one are no line.
  var cut: Cut?

  enum Mark: String, Codable {
    /// The first line of all.
    case start
    /// The first line of a file; the line before is the last of the file rotated before it.
    case continued
    /// The lines between `prev` and the end of the file were gone when this was written.
    case resumed
  }

  /// A line that was not finished, as a process killed while it wrote leaves it: how many bytes and their
  /// hash, without the newline that was put after them.
  struct Cut: Codable, Equatable {
    var bytes: Int
    var sha256: Digest
  }

  /// The greatest number that a line may have: beyond it JSON's readers lose digits.
  static let greatest = 1 << 53

  /// Nil unless the line is a JSON object with a place in a chain.
  static func read(_ line: some Collection<UInt8>) -> Link? {
    guard line.first == UInt8(ascii: "{"), line.count <= Alert.Bounds.line,
      let link = try? JSONDecoder().decode(Link.self, from: Data(line)),
      (1...greatest).contains(link.seq)
    else { return nil }
    return link
  }
}

/// An alert with its place in the chain: one line.
struct ChainedAlert: Encodable {
  var link: Link
  var alert: Alert

  func encode(to encoder: any Encoder) throws {
    try alert.encode(to: encoder)
    try link.encode(to: encoder)
  }
}

extension Digest: Codable {
  public init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    guard let digest = Digest(hex: text) else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "not a SHA-256 in hexadecimal"))
    }
    self = digest
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

extension Encodable {
  /// One line of JSON, keys in alphabetical order, without a newline.
  func jsonLine() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return Array(try encoder.encode(self))
  }
}

extension Alert {
  /// The alert as one line of JSON, legible and bounded, without a newline: what `--json` prints and a
  /// notifier's program gets. Without its place in the chain.
  public var json: String {
    // Every number is finite and every text a String: there is nothing left that could not be encoded.
    String(decoding: (try? legible().jsonLine()) ?? [], as: UTF8.self)
  }
}
