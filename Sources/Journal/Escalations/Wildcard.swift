/// A name in which each `*` stands for any letters, also none: `hook-*`, `*`.
public struct Wildcard: Sendable, Hashable, Codable, CustomStringConvertible {
  public let description: String

  public init(_ text: String) {
    description = text
  }

  public init(from decoder: any Decoder) throws {
    description = try decoder.singleValueContainer().decode(String.self)
  }

  public func encode(to encoder: any Encoder) throws {
    var value = encoder.singleValueContainer()
    try value.encode(description)
  }

  /// Takes time in proportion to both lengths at most.
  public func matches(_ name: String) -> Bool {
    let pattern = Array(description.utf8)
    let name = Array(name.utf8)
    let star = UInt8(ascii: "*")
    var (p, n) = (0, 0)
    // Where the last star stands, and up to where it reaches so far.
    var last: (p: Int, n: Int)?
    while n < name.count {
      if p < pattern.count, pattern[p] == star {
        last = (p, n)
        p += 1
      } else if p < pattern.count, pattern[p] == name[n] {
        p += 1
        n += 1
      } else if let star = last {
        last = (star.p, star.n + 1)
        (p, n) = (star.p + 1, star.n + 1)
      } else {
        return false
      }
    }
    return pattern[p...].allSatisfy { $0 == star }
  }
}

extension Alert.Agent {
  /// Whether one of these means it: its name, its pane (`%3`), both (`claude-code:%3`), or a wildcard for them.
  public func isMeant(by names: [Wildcard]) -> Bool {
    names.contains { $0.matches(name) || $0.matches(label) || (pane.map($0.matches) ?? false) }
  }
}
