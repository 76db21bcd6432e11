import Patterns

/// Takes secrets out of texts that are kept, shown or sent: what a pattern finds becomes `[redacted:ID]`.
///
/// What it does not know, it does not find: it is a net, not a wall.
public struct Redaction: Sendable {
  /// One kind of secret.
  public struct Secret: Sendable {
    public let id: String
    /// The group `secret`, where there is one, is what goes; else the whole match.
    let match: Pattern
    /// Found texts that are none, as `$PASSWORD`.
    let except: [Pattern]

    static let group = "secret"
  }

  public let secrets: [Secret]
  private let patterns: PatternSet

  /// More of one kind in one text than this stay; nobody writes so many.
  private static let most = 256

  public init(_ secrets: [Secret]) {
    self.secrets = secrets
    patterns = PatternSet(secrets.map(\.match))
  }

  /// The text without secrets.
  public func redacted(_ text: String) -> String {
    redacted(text, using: MatchContext())
  }

  /// The text without secrets, for a caller who has many.
  public func redacted(_ text: String, using context: MatchContext) -> String {
    guard !secrets.isEmpty, !text.isEmpty else { return text }
    return plausible(in: text, using: context).reduce(text) { Self.taking($1, out: $0, using: context) }
  }

  /// Those that may be in a text, by one look at it.
  func plausible(in text: String, using context: MatchContext) -> [Secret] {
    var plausible: [Secret] = []
    var text = text
    text.withUTF8 { bytes in
      patterns.forEachMatch(in: bytes, using: context) { index, result in
        if case .success = result { plausible.append(secrets[index]) }
      }
    }
    return plausible
  }

  /// The bytes of the text that are this secret, in order.
  static func places(of secret: Secret, in text: String, using context: MatchContext) -> [Range<Int>] {
    var text = text
    return text.withUTF8 { bytes in
      var places: [Range<Int>] = []
      var from = 0
      while places.count < most,
        let match = (try? secret.match.firstMatch(in: bytes, from: from, using: context)) ?? nil
      {
        from = max(match.range.upperBound, from + 1)
        let place = match.range(named: Secret.group) ?? match.range
        guard !place.isEmpty else { continue }
        let found = UnsafeBufferPointer(rebasing: bytes[place])
        let isNone = secret.except.contains {
          ((try? $0.firstMatch(in: found, using: context)) ?? nil) != nil
        }
        if !isNone, !isTaken(found) { places.append(place) }
      }
      return places
    }
  }

  private static func taking(_ secret: Secret, out text: String, using context: MatchContext) -> String {
    let places = places(of: secret, in: text, using: context)
    guard !places.isEmpty else { return text }
    let bytes = Array(text.utf8)
    var result: [UInt8] = []
    var at = 0
    for place in places {
      result += bytes[at..<place.lowerBound]
      result += Array("\(mark)\(secret.id)]".utf8)
      at = place.upperBound
    }
    return String(decoding: result + bytes[at...], as: UTF8.self)
  }

  static let mark = "[redacted:"

  /// What has been taken out is not taken out again under another name.
  private static func isTaken(_ found: UnsafeBufferPointer<UInt8>) -> Bool {
    var rest = found.drop { [UInt8(ascii: "\""), UInt8(ascii: "'")].contains($0) }
    for byte in mark.utf8 {
      guard rest.first == byte else { return false }
      rest = rest.dropFirst()
    }
    return true
  }
}
