import Rulebook

/// What was seen when a verdict became an alert, as it was seen: nothing is taken out yet and nothing cut.
///
/// Cheap to take, for who has keys or an answer to send; `Seen` is what is kept of it.
public struct Sighting: Sendable {
  /// The alert's id.
  public let alert: String
  public let verdict: Verdict
  /// Facts that led to it, the oldest first.
  public let earlier: [Fact]
  /// The pane's rows from top to foot; nil without a pane.
  public let screen: [String]?

  public init(_ verdict: Verdict, of alert: String, after earlier: [Fact] = [], screen: [String]? = nil) {
    self.verdict = verdict
    self.alert = alert
    self.earlier = earlier
    self.screen = screen
  }
}
