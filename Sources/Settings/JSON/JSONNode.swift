/// A value of a JSON text and the bytes it stands in.
public struct JSONNode: Sendable, Equatable {
  public enum Kind: Sendable, Equatable {
    case object([JSONMember])
    case array([JSONNode])
    case string
    case number
    /// `true`, `false` or `null`.
    case word
  }

  public let kind: Kind
  /// Without the white space around it; a string's with its quotes, an object's with its braces.
  public let range: Range<Int>

  /// How a message calls it.
  var noun: String {
    switch kind {
    case .object: "an object"
    case .array: "a list"
    case .string: "a string"
    case .number: "a number"
    case .word: "true, false or null"
    }
  }

  var members: [JSONMember] { if case .object(let members) = kind { members } else { [] } }
  var elements: [JSONNode] { if case .array(let elements) = kind { elements } else { [] } }

  /// The value of a key; the last one where the key stands more than once, as both agents read it.
  func value(_ name: String) -> JSONNode? { members.last { $0.name == name }?.value }
}

/// A key of an object with its value.
public struct JSONMember: Sendable, Equatable {
  /// Decoded; a lone surrogate is U+FFFD.
  public let name: String
  /// The key with its quotes.
  public let key: Range<Int>
  public let value: JSONNode

  /// From the key to the end of the value.
  public var range: Range<Int> { key.lowerBound..<value.range.upperBound }
}
