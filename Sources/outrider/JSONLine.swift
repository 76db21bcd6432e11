import Rulebook

/// One JSON object, its keys in the order in which they are added, on one line.
///
/// Foundation's encoder knows no order but the alphabet's, and people read these lines too.
struct JSONLine {
  private var members: [String] = []

  mutating func add(_ key: String, _ value: String) {
    addRaw(key, quotedJSON(value))
  }

  mutating func add(_ key: String, _ value: Bool) {
    addRaw(key, value ? "true" : "false")
  }

  mutating func add(_ key: String, _ value: [String]) {
    addRaw(key, "[\(value.map(quotedJSON).joined(separator: ","))]")
  }

  /// - Parameter literal: JSON already: a number, `null`, an object that was made before.
  mutating func addRaw(_ key: String, _ literal: String) {
    members.append("\(quotedJSON(key)):\(literal)")
  }

  /// The object, closed, without a line break.
  func finished() -> String { "{\(members.joined(separator: ","))}" }
}
