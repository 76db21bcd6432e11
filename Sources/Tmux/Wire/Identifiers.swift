/// A pane as tmux names it for as long as its server runs: `%3`.
///
/// A restarted server counts from zero again.
public struct PaneID: Hashable, Comparable, Sendable, CustomStringConvertible {
  public let number: UInt32

  public init(_ number: UInt32) {
    self.number = number
  }

  /// Reads `%3`; anything else is no pane.
  public init?(_ text: some Collection<UInt8>) {
    guard let number = taggedNumber(text, tag: UInt8(ascii: "%")) else { return nil }
    self.number = number
  }

  public var description: String { "%\(number)" }
  public static func < (a: PaneID, b: PaneID) -> Bool { a.number < b.number }
}

/// A window as tmux names it: `@3`.
public struct WindowID: Hashable, Sendable, CustomStringConvertible {
  public let number: UInt32

  public init(_ number: UInt32) {
    self.number = number
  }

  /// Reads `@3`; anything else is no window.
  public init?(_ text: some Collection<UInt8>) {
    guard let number = taggedNumber(text, tag: UInt8(ascii: "@")) else { return nil }
    self.number = number
  }

  public var description: String { "@\(number)" }
}

/// A session as tmux names it: `$3`.
///
/// The id outlives a renaming.
public struct SessionID: Hashable, Comparable, Sendable, CustomStringConvertible {
  public let number: UInt32

  public init(_ number: UInt32) {
    self.number = number
  }

  /// Reads `$3`; anything else is no session.
  public init?(_ text: some Collection<UInt8>) {
    guard let number = taggedNumber(text, tag: UInt8(ascii: "$")) else { return nil }
    self.number = number
  }

  public var description: String { "$\(number)" }
  public static func < (a: SessionID, b: SessionID) -> Bool { a.number < b.number }
}

func taggedNumber(_ text: some Collection<UInt8>, tag: UInt8) -> UInt32? {
  guard text.first == tag else { return nil }
  return decimal(text.dropFirst()).flatMap { UInt32(exactly: $0) }
}

/// A plain decimal number of at most 18 digits; no sign, no spaces.
func decimal(_ text: some Collection<UInt8>) -> Int? {
  guard !text.isEmpty, text.count <= 18 else { return nil }
  var value = 0
  for byte in text {
    guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
    value = value * 10 + Int(byte - UInt8(ascii: "0"))
  }
  return value
}
