import FoundationEssentials
import Journal
import Rulebook
import Yams

/// JSON with `{place}`s in its texts, which are filled from a call.
///
/// It is written as YAML, so that what is filled in can never break out of its text.
public indirect enum JSONTemplate: Sendable, Equatable {
  case object([(key: String, value: JSONTemplate)])
  case list([JSONTemplate])
  case text(Template)
  /// A number, `true`, `false` or `null`.
  case literal(String)

  /// The places, in the order in which the documentation has them.
  public static let places = [
    "title", "text", "details", "why", "instead", "rule", "agent", "pane", "session", "severity", "id",
    "kind",
    "host", "count", "time",
  ]

  /// Levels of nesting.
  static let deepest = 16

  /// What is wrong is reported at its place.
  init?(_ node: Node, _ file: inout YAMLFile, of what: String, depth: Int = 0) {
    guard depth < Self.deepest else {
      file.report(node, "\(what): nests more than \(Self.deepest) deep; make it flatter")
      return nil
    }
    if let mapping = node.mapping {
      var fields: [(String, JSONTemplate)] = []
      for (key, value) in mapping {
        guard let name = file.text(key, of: "\(what): a key"),
          let inner = JSONTemplate(value, &file, of: what, depth: depth + 1)
        else { return nil }
        fields.append((name, inner))
      }
      self = .object(fields)
    } else if let sequence = node.sequence {
      var items: [JSONTemplate] = []
      for item in sequence {
        guard let inner = JSONTemplate(item, &file, of: what, depth: depth + 1) else { return nil }
        items.append(inner)
      }
      self = .list(items)
    } else if let scalar = node.scalar {
      if scalar.style == .plain, Self.isLiteral(scalar.string) {
        self = .literal(scalar.string)
        return
      }
      let template = Template(scalar.string)
      if let unknown = template.fields.first(where: { !Self.places.contains($0) }) {
        file.report(
          node, "\(what): unknown place '{\(unknown)}'; \(advice(for: unknown, among: Self.places))")
        return nil
      }
      self = .text(template)
    } else {
      file.report(node, "\(what): an alias is not understood; write it out")
      return nil
    }
  }

  private static func isLiteral(_ word: String) -> Bool {
    ["true", "false", "null"].contains(word)
      || (word.utf8.count < 16 && word.wholeMatch(of: /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?/) != nil)
  }

  /// The JSON, in one line.
  func filled(for call: Call, host: String) -> String {
    json(Self.values(of: call, host: host))
  }

  private func json(_ values: [String: Value]) -> String {
    switch self {
    case .object(let fields):
      let inner = fields.map { "\(Self.quoted($0.key)):\($0.value.json(values))" }
      return "{\(inner.joined(separator: ","))}"
    case .list(let items): return "[\(items.map { $0.json(values) }.joined(separator: ","))]"
    case .text(let template): return Self.quoted(template.filled(from: values, limit: 2000))
    case .literal(let word): return word
    }
  }

  static func quoted(_ text: String) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .withoutEscapingSlashes
    return String(decoding: (try? encoder.encode(text)) ?? Data("\"\"".utf8), as: UTF8.self)
  }

  static func values(of call: Call, host: String) -> [String: Value] {
    let trouble = call.escalation
    let alert = trouble.alert.legible()
    let texts: [String: String?] = [
      "title": call.title, "text": call.kind == .digest ? call.title : alert.text,
      "details": call.lines.joined(separator: " · "), "why": alert.why, "instead": alert.instead,
      "rule": alert.rule, "agent": alert.agent.label, "pane": alert.agent.pane,
      "session": alert.agent.session,
      "severity": trouble.severity.rawValue, "id": trouble.id, "kind": call.kind.rawValue, "host": host,
      "count": "\(trouble.count)", "time": call.time.iso8601,
    ]
    return texts.compactMapValues { $0.map { .string($0) } }
  }

  public static func == (a: JSONTemplate, b: JSONTemplate) -> Bool {
    switch (a, b) {
    case (.object(let a), .object(let b)): a.map(\.key) == b.map(\.key) && a.map(\.value) == b.map(\.value)
    case (.list(let a), .list(let b)): a == b
    case (.text(let a), .text(let b)): a == b
    case (.literal(let a), .literal(let b)): a == b
    default: false
    }
  }
}
