import Rulebook

/// What a hook tells the agent: a refusal, words for the model, a word for the human.
///
/// It never allows: what the agent itself would ask the human about, it still asks about.
public struct HookAnswer: Sendable, Equatable {
  /// Why the tool call is refused; told to the model.
  public var denial: String?
  /// What the model is told besides.
  public var context: String?
  /// What the agent shows to the human.
  public var message: String?

  public init(denial: String? = nil, context: String? = nil, message: String? = nil) {
    self.denial = denial
    self.context = context
    self.message = message
  }

  /// Tells the model more.
  public mutating func add(context text: String) {
    context = context.map { "\($0)\n\(text)" } ?? text
  }

  /// Whether the agent passes words on to its model at this moment.
  public static func carriesContext(_ moment: HookEvent.Moment) -> Bool {
    switch moment {
    case .sessionStart, .userPromptSubmit, .postToolUse, .postToolUseFailure: true
    default: false
    }
  }

  /// The answer in the agents' protocol: one JSON object, or nothing when there is nothing to say.
  public func json(at moment: HookEvent.Moment) -> String {
    var parts: [String] = []
    if let specific = specific(at: moment) {
      parts.append(
        "\"hookSpecificOutput\":{\"hookEventName\":\"\(moment.rawValue)\",\(specific)}")
    }
    if let message { parts.append("\"systemMessage\":\(quoted(message))") }
    return parts.isEmpty ? "" : "{\(parts.joined(separator: ","))}"
  }

  private func specific(at moment: HookEvent.Moment) -> String? {
    switch (moment, denial, context) {
    case (.preToolUse, let reason?, _):
      "\"permissionDecision\":\"deny\",\"permissionDecisionReason\":\(quoted(reason))"
    case (.permissionRequest, let reason?, _):
      "\"decision\":{\"behavior\":\"deny\",\"message\":\(quoted(reason))}"
    case (_, _, let context?) where Self.carriesContext(moment):
      "\"additionalContext\":\(quoted(context))"
    default: nil
    }
  }

  /// Control characters would reach the agent's pane.
  private func quoted(_ text: String) -> String {
    var shown = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      let isControl = (scalar.value < 0x20 && scalar != "\n" && scalar != "\t") || scalar.value == 0x7F
      shown.append(isControl ? "\u{FFFD}" : scalar)
    }
    return quotedJSON(String(shown))
  }
}
