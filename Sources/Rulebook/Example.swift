/// A sample that a rule must fire on, or stay silent on.
///
/// One fact, a sequence of timed facts, or a recording. After a single fact the clock runs on in silence, so
/// that a rule which waits for something fires too.
public struct Example: Sendable, Equatable {
  /// The fact's text; of a sequence or a recording, a few words that say which it is.
  public let text: String
  public let fields: [String: Value]
  public let origin: Rule.Origin
  public var sequence: Sequence?
  public var recording: Take?

  /// Facts, each at its time, and when the rule must fire.
  public struct Sequence: Sendable, Equatable {
    public let moments: [Moment]
    /// Every time at which the rule fires; it is silent at all others. None in a `silent` example.
    public let firesAt: [Duration]
    /// Until when the clock runs; at least until the last moment and the last firing.
    public let until: Duration
    /// Lists that are others in this example, as a user may have set them.
    public let lists: [String: [String]]
  }

  /// One fact of a sequence, or a clock that moves.
  public struct Moment: Sendable, Equatable {
    public let at: Duration
    public let agent: String
    public let kind: Fact.Kind
    public let text: String
    public let fields: [String: Value]
    /// When it is no fact but progress.
    public let clock: Clock?
  }

  /// A recording, and the seconds of it at which the rule must fire; none in a `silent` example.
  ///
  /// Whoever can read recordings tries it.
  public struct Take: Sendable, Equatable {
    /// The file's name without `.cast`.
    public let name: String
    /// In seconds; a firing within `tolerance` of each.
    public let at: [Double]

    public static let tolerance = 0.5
  }

  init(text: String, fields: [String: Value], origin: Rule.Origin) {
    self.text = text
    self.fields = fields
    self.origin = origin
  }
}
