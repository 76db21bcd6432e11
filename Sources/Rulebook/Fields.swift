extension Fact.Kind {
  /// The fields that facts of this kind may have; none are known of kinds that rules make.
  var fieldNames: Set<String> {
    switch self {
    case .command:
      [
        "program", "line", "phase", "exit", "cwd", "branch", "truncated", "opaque", "target", "remote",
        "everything", "forced", "with_lease", "dry_run", "resolved", "env", "options", "writes", "host",
        "wrappers", "source", "reason", "skips_hooks", "admin", "deletes", "captured",
        "failed", "took", "inner",
      ]
    case .output: ["command"]
    case .edit: ["path"]
    case .prompt: ["by"]
    case .status: ["context", "tokens", "elapsed", "queued"]
    case .state: ["state", "was", "evidence", "hooked"]
    case .probe:
      [
        "measure", "path", "mib_left", "percent_left", "inodes_left", "inodes_percent_left", "paths",
        "exit", "what", "pull_request", "url", "branch", "author", "words", "line", "place", "check", "more",
        "living", "copies",
      ]
    case .line: ["region"]
    default: []
    }
  }
}

extension Rulebook {
  /// The fields that a fact may have when the rule fires on it: those of its kind, the rule's captures, what
  /// its examples set, and what every verdict has. Of a kind that rules emit, what their facts may have.
  public func knownFields(of rule: Rule) -> Set<String> {
    Self.knownFields(of: rule, among: rules)
  }

  /// What templates may name besides the fact's fields.
  static let places: Set<String> = ["agent", "text", "rule", "severity", Complaints.place]

  static func knownFields(of rule: Rule, among rules: [Rule]) -> Set<String> {
    var seen: Set<Fact.Kind> = []
    var known = places
    func take(_ rule: Rule) {
      known.formUnion(rule.match?.captureNames ?? [])
      known.formUnion(rule.fires.flatMap(\.fields.keys))
      if rule.windows.count != nil { known.insert("count") }
      if rule.windows.isSpell || rule.windows.expectation != nil { known.insert("lasted") }
      if rule.windows.stall != nil { known.insert("clocks") }
      known.formUnion(rule.on.fieldNames)
      guard seen.insert(rule.on).inserted else { return }
      for emitter in rules where emitter.emit == rule.on { take(emitter) }
    }
    take(rule)
    return known
  }
}
