import Patterns
import Rulebook

/// What was seen when an alert was raised: the facts, the rule's place, and the screen as it was.
///
/// Kept in a file of its own beside the alert log (`SeenFolder`), since it is only read when somebody asks for the
/// alert's whole story. Every text is redacted, then made legible and bounded.
public struct Seen: Sendable, Codable, Equatable {
  public var v = 1
  /// The alert's id.
  public var id: String
  public var rule: RulePlace
  /// In the order of their times; the last is the one that the rule fired on.
  public var facts: [Sight]
  /// The rows that the pane showed, blank ones at its foot left out; nil for an agent without a pane.
  public var screen: [String]?

  /// Where a rule stood when it fired.
  public struct RulePlace: Sendable, Codable, Equatable {
    public var id: String
    public var file: String
    public var line: Int
  }

  /// A fact, as a sense told it.
  public struct Sight: Sendable, Codable, Equatable {
    public var time: WallTime
    public var source: String
    public var kind: String
    public var text: String
    /// As a person would write them, with those that the rule captured.
    public var fields: [String: String]
  }

  /// What one file may hold.
  public enum Bounds {
    /// Rows of the screen, the last ones, and UTF-8 bytes of each.
    public static let rows = 60
    public static let row = 400
    public static let facts = 16
    /// UTF-8 bytes of a fact's text, and of a field; of the fact that the rule fired on four times as many.
    static let text = 400
    static let field = 120
    static let fields = 8
  }

  /// - Parameters:
  ///   - earlier: Facts that led to it, the oldest first; the newest are kept.
  ///   - screen: The pane's rows from top to foot; nil without a pane.
  ///   - redact: Takes out what must not be written down; is given every text as it was seen.
  ///   - redactRows: The same for the rows of the screen, on which a text may go on from one to the next.
  public init(
    _ verdict: Verdict, of alert: String, after earlier: [Fact], screen: [String]?,
    redact: (String) -> String = { $0 }, redactRows: ([String]) -> [String] = { $0 }
  ) {
    id = Journal.legible(alert, bytes: Alert.Bounds.name)
    let origin = verdict.rule.origin
    rule = RulePlace(
      id: Journal.legible(verdict.rule.id, bytes: Alert.Bounds.name),
      file: Journal.legible(origin.file, bytes: Alert.Bounds.text), line: origin.line)
    facts =
      earlier.suffix(Bounds.facts - 1).map { Sight($0, room: 1, redact) } + [
        Sight(verdict.fact, room: 4, redact)
      ]
    self.screen = screen.map { rows in
      let end = rows.lastIndex { !$0.isEmpty }.map { $0 + 1 } ?? 0
      // Of what begins above them only this much is looked at.
      return redactRows(rows[..<end].suffix(2 * Bounds.rows)).suffix(Bounds.rows).map {
        Journal.legible($0, bytes: Bounds.row)
      }
    }
  }
}

extension Seen {
  /// What is kept of a sighting, without secrets.
  public init(_ sighting: Sighting, by redaction: Redaction) {
    let context = MatchContext()
    self.init(
      sighting.verdict, of: sighting.alert, after: sighting.earlier, screen: sighting.screen,
      redact: { redaction.redacted($0, using: context) },
      redactRows: { redaction.redacted(rows: $0, using: context) })
  }
}

extension Seen.Sight {
  init(_ fact: Fact, room: Int, _ redact: (String) -> String) {
    time = WallTime(fact.time)
    source = fact.source.rawValue
    kind = Journal.legible(fact.kind.rawValue, bytes: Alert.Bounds.name)
    text = Journal.legible(redact(fact.text), bytes: Seen.Bounds.text * room)
    let shown = fact.fields.filter { $0.value.text != fact.text }.sorted { $0.key < $1.key }
    fields = [:]
    for (name, value) in shown.prefix(Seen.Bounds.fields * room) {
      fields[Journal.legible(name, bytes: Alert.Bounds.name)] = Journal.legible(
        redact(value.text), bytes: Seen.Bounds.field * room)
    }
  }
}

extension Seen {
  /// The same as it may be shown, whoever wrote the file.
  func legible() -> Seen {
    var seen = self
    func text(_ text: String, _ bytes: Int) -> String { Journal.legible(text, bytes: bytes) }
    seen.rule.id = text(rule.id, Alert.Bounds.name)
    seen.rule.file = text(rule.file, Alert.Bounds.text)
    seen.facts = facts.suffix(Bounds.facts).map { fact in
      var fact = fact
      fact.source = text(fact.source, Alert.Bounds.name)
      fact.kind = text(fact.kind, Alert.Bounds.name)
      fact.text = text(fact.text, Bounds.text * 4)
      let pairs = fact.fields.map { (text($0, Alert.Bounds.name), text($1, Bounds.field * 4)) }
      fact.fields = Dictionary(pairs) { first, _ in first }
      return fact
    }
    seen.screen = screen.map { $0.suffix(Bounds.rows).map { text($0, Bounds.row) } }
    return seen
  }
}
