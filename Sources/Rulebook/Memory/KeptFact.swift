/// A fact as it is kept for another judge: without its story, its texts cut.
struct KeptFact: Codable, Sendable, Equatable {
  var time: Instant
  let kind: String
  let text: String
  let fields: [String: Value]
  let source: Fact.Source

  /// Characters that are kept of the text, and of a field: as many as a template shows.
  private static let longestText = 1000
  private static let longestField = 200
  private static let mostFields = 24

  init(_ fact: Fact) {
    time = fact.time
    kind = fact.kind.rawValue
    text = cleaned(fact.text, limit: Self.longestText)
    let kept = fact.fields.sorted { $0.key < $1.key }.prefix(Self.mostFields)
    fields = Dictionary(uniqueKeysWithValues: kept.map { ($0.key, $0.value.cut(to: Self.longestField)) })
    source = fact.source
  }

  func fact(of agent: String) -> Fact {
    Fact(
      time: time, agent: agent, kind: Fact.Kind(rawValue: kind), text: text, fields: fields, source: source)
  }
}

extension Value {
  fileprivate func cut(to limit: Int) -> Value {
    switch self {
    case .string(let text): .string(cleaned(text, limit: limit))
    case .list(let items): .list(items.prefix(limit).map { cleaned($0, limit: limit) })
    case .number, .flag: self
    }
  }
}

/// As JSON has them: a text, a number, a truth value, a list of texts.
extension Value: Codable {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let flag = try? container.decode(Bool.self) {
      self = .flag(flag)
    } else if let number = try? container.decode(Double.self) {
      self = .number(number)
    } else if let items = try? container.decode([String].self) {
      self = .list(items)
    } else {
      self = .string(try container.decode(String.self))
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .string(let text): try container.encode(text)
    // JSON knows no infinity.
    case .number(let number): try container.encode(number.isFinite ? number : 0)
    case .flag(let flag): try container.encode(flag)
    case .list(let items): try container.encode(items)
    }
  }
}
