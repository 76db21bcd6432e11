/// How much is asked of agents: which shipped rules are in force, and whether they act.
public enum Profile: String, CaseIterable, Sendable {
  /// The shipped rules as they stand in `rules/`.
  case gitops
  /// These, and those of `rules/profiles/strict.yaml`.
  case strict
  /// The shipped rules, none of which acts; for finding out what they would say.
  case observe
}
