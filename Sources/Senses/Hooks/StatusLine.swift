import Foundation
import Rulebook

/// What Claude Code tells its status line program on standard input at every turn: the surest reading of the
/// context there is.
public struct StatusLine: Sendable, Equatable {
  /// The longest input that is read, in bytes.
  public static let longest = 1 << 20

  public var model: String?
  /// Percent of the context window that are left, 0 to 100; nil before the first turn.
  public var contextLeft: Double?
  /// Tokens that stand in the context.
  public var tokens: Double?

  /// - Returns: nil when it is no such input. A field of another type than expected counts as missing.
  public init?(json bytes: some Collection<UInt8>) {
    guard bytes.count <= Self.longest,
      let object = (try? JSONSerialization.jsonObject(with: Data(bytes))) as? [String: Any],
      let window = object["context_window"] as? [String: Any]
    else { return nil }
    model = (object["model"] as? [String: Any])?["display_name"] as? String
    contextLeft = (window["remaining_percentage"] as? Double).map { min(100, max(0, $0)) }
    tokens = window["total_input_tokens"] as? Double
  }

  /// The fields of `status` facts, by their names.
  var values: [(name: String, value: Value)] {
    [("context", contextLeft), ("tokens", tokens)].compactMap { name, number in
      number.map { (name, .number($0.rounded())) }
    }
  }

  /// What the agent shows below its prompt box.
  public var text: String {
    let context = contextLeft.map { "context \(Int($0.rounded()))% left" }
    return [model.map { cleaned($0, limit: 40) }, context].compactMap { $0 }.joined(separator: " · ")
  }
}
