import Foundation
import Patterns

/// The part of JSON Schema that the schemas of the rules use; a keyword that it does not know is an error.
struct JSONSchema {
  let root: [String: Any]

  init(_ url: URL) throws {
    root = try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any] ?? [:]
  }

  func errors(in value: Any) -> [String] { errors(in: value, root, "") }

  func definition(_ name: String) -> [String: Any] {
    (root["$defs"] as? [String: Any])?[name] as? [String: Any] ?? [:]
  }

  private func errors(in value: Any, _ schema: [String: Any], _ path: String) -> [String] {
    schema.sorted { $0.key < $1.key }.flatMap { keyword, rule in
      check(value, keyword, rule, schema, path)
    }
  }

  private func check(
    _ value: Any, _ keyword: String, _ rule: Any, _ schema: [String: Any], _ path: String
  ) -> [String] {
    let object = value as? [String: Any]
    let number = (value as? Int).map(Double.init) ?? value as? Double
    switch keyword {
    case "$schema", "$defs", "title", "description": return []
    case "$ref":
      return errors(in: value, definition(String((rule as? String ?? "").dropFirst("#/$defs/".count))), path)
    case "type":
      let types = rule as? [String] ?? [rule as? String ?? ""]
      return types.contains { Self.isOf(value, $0) } ? [] : ["\(path) is no \(types)"]
    case "enum":
      return (rule as? [String] ?? []).contains(value as? String ?? "") ? [] : ["\(path) is not in \(rule)"]
    case "const": return "\(value)" == "\(rule)" ? [] : ["\(path) is not \(rule)"]
    case "anyOf":
      let failures = (rule as? [[String: Any]] ?? []).map { errors(in: value, $0, path) }
      return failures.contains([]) ? [] : failures.min { $0.count < $1.count } ?? []
    case "required":
      return (rule as? [String] ?? []).filter { object?[$0] == nil }.map { "\(path) has no \($0)" }
    case "properties":
      return (rule as? [String: [String: Any]] ?? [:]).flatMap { name, inner in
        object?[name].map { errors(in: $0, inner, "\(path)/\(name)") } ?? []
      }
    case "additionalProperties":
      let known = (schema["properties"] as? [String: Any] ?? [:]).keys
      let others = (object ?? [:]).filter { !known.contains($0.key) }
      guard let inner = rule as? [String: Any] else {
        return others.keys.map { "\(path) has an unknown \($0)" }
      }
      return others.flatMap { errors(in: $0.value, inner, "\(path)/\($0.key)") }
    case "items":
      return (value as? [Any] ?? []).enumerated().flatMap {
        errors(in: $0.element, rule as? [String: Any] ?? [:], "\(path)/\($0.offset)")
      }
    case "minItems": return (value as? [Any])?.count ?? 1 >= rule as? Int ?? 0 ? [] : ["\(path) is too short"]
    case "minProperties": return object?.count ?? 1 >= rule as? Int ?? 0 ? [] : ["\(path) has too few keys"]
    case "maxProperties": return object?.count ?? 1 <= rule as? Int ?? 0 ? [] : ["\(path) has too many keys"]
    case "minimum": return number ?? 0 >= Double(rule as? Int ?? 0) ? [] : ["\(path) is too small"]
    case "maximum": return number ?? 0 <= Double(rule as? Int ?? 0) ? [] : ["\(path) is too large"]
    case "minLength":
      return (value as? String)?.count ?? 99 >= rule as? Int ?? 0 ? [] : ["\(path) is too short"]
    case "pattern":
      guard let text = value as? String, let pattern = try? Pattern(rule as? String ?? "(") else { return [] }
      return (try? pattern.firstMatch(in: text, using: MatchContext())) != nil
        ? [] : ["\(path) is not like \(rule)"]
    default: return ["the schema's '\(keyword)' is not understood"]
    }
  }

  private static func isOf(_ value: Any, _ type: String) -> Bool {
    switch type {
    case "object": value is [String: Any]
    case "array": value is [Any]
    case "string": value is String
    case "boolean": value is Bool
    case "integer": value is Int
    default: value is Int || value is Double
    }
  }
}
