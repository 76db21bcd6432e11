/// Changes that a file makes to rules of other files, one by one.
extension Assembly {
  /// Takes what the file says, if there is such a rule.
  mutating func change<Content>(
    _ entry: Amendments.Entry<Content>, _ key: String, _ body: (inout Assembly, Int) -> Void
  ) {
    if let index = rules.firstIndex(where: { $0.id == entry.rule }) {
      return body(&self, index)
    }
    // A rule that is broken, or was disabled, is told of elsewhere.
    guard !knownIDs.contains(entry.rule) else { return }
    let hint =
      nearest(to: entry.rule, among: knownIDs).map { "did you mean '\($0)'?" }
      ?? "'outrider rules list' shows all"
    report(entry.place.error("'\(key)': there is no rule '\(cleaned(entry.rule, limit: 64))'; \(hint)"))
  }

  mutating func disable(_ entry: Amendments.Entry<Void>, _ layer: Layer) {
    change(entry, "disable") { assembly, index in
      let rule = assembly.rules[index]
      guard rule.layer < layer else {
        // The file's own rule took the place of the one that it disables.
        if assembly.replaced.contains(rule.id) { return }
        return assembly.report(
          entry.place.error("rule '\(rule.id)' lies in the same layer (\(rule.origin)); delete it there"))
      }
      assembly.disabled.append(
        Change(rule: rule.id, kind: .disabled, layer: layer, origin: entry.place.origin))
      assembly.rules.remove(at: index)
    }
  }

  mutating func setSeverity(_ entry: Amendments.Entry<Severity>, _ layer: Layer) {
    change(entry, "severity") { $0.set(entry.content, at: $1, layer, entry.place) }
  }

  mutating func raise(_ entry: Amendments.Entry<Severity>, _ layer: Layer) {
    change(entry, "raise") { assembly, index in
      let rule = assembly.rules[index]
      guard entry.content >= rule.severity else {
        return assembly.report(
          entry.place.error(
            "'raise': rule '\(rule.id)' is \(rule.severity.rawValue) already (\(rule.origin)); "
              + "only a user's 'severity:' makes it less"))
      }
      assembly.set(entry.content, at: index, layer, entry.place)
    }
  }

  private mutating func set(_ severity: Severity, at index: Int, _ layer: Layer, _ place: Place) {
    guard rules[index].severity != severity else { return }
    rules[index].changes.append(
      Change(
        rule: rules[index].id, kind: .severity(from: rules[index].severity, to: severity), layer: layer,
        origin: place.origin))
    rules[index].severity = severity
  }

  /// Adds the exception, unless it would leave nothing that the rule's own examples fire on.
  mutating func except(_ entry: Amendments.Entry<Exemption>, _ layer: Layer) {
    change(entry, "except") { assembly, index in
      let pattern = entry.content.pattern
      assembly.rules[index].except.append(pattern)
      assembly.rules[index].changes.append(
        Change(
          rule: entry.rule, kind: .except(pattern: pattern.source), layer: layer, origin: entry.place.origin))
      assembly.excepted.append((entry.rule, pattern, entry.place))
    }
  }
}
