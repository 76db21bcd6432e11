import Rulebook

extension Case {
  /// What the rule sends off beside what is done to the agent: programs of the user's, and texts for the end of the
  /// turn. A queue without a text of its own is given the correction.
  var errands: [AgentPane.Effect] {
    verdict.orders.compactMap { order in
      switch order.details {
      case .run(let program): .run(program, alert)
      case .queue(let text): .queue(text ?? correction, alert)
      case .none, .hold, .restart: nil
      }
    }
  }
}
