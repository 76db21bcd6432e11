import Patterns
import Rulebook

extension Alert {
  /// The alert without secrets, as it may be kept, shown and sent.
  ///
  /// Names stay as they are: whoever filters by a rule, an agent or a story has to find them.
  public func redacted(by redaction: Redaction) -> Alert {
    let context = MatchContext()
    func clean(_ text: String) -> String { redaction.redacted(text, using: context) }
    var alert = self
    alert.text = clean(text)
    alert.why = why.map(clean)
    alert.instead = instead.map(clean)
    alert.evidence = redaction.redacted(rows: evidence, using: context)
    alert.agent.cwd = agent.cwd.map(clean)
    alert.actions = actions.map { deed in
      var deed = deed
      deed.result = clean(deed.result)
      return deed
    }
    return alert
  }
}
