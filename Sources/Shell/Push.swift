/// What a push, or a merge on a server, would change.
public struct Push: Sendable, Equatable {
  /// The way in which a branch on a server is changed.
  public enum Kind: String, Sendable, Equatable {
    /// `git push` and its kin.
    case gitPush
    /// A pull or merge request merged from the command line.
    case pullRequestMerge
    /// A call of a server's interface that merges, or moves or deletes a branch.
    case serverCall
  }

  /// A reference on a remote.
  public enum Reference: Sendable, Equatable {
    /// A branch by its short name.
    case branch(String)
    /// A tag by its short name; nil for all tags.
    case tag(String?)
    /// Any other full reference name.
    case other(String)
    /// All branches.
    case allBranches
    /// All references, those that are gone deleted.
    case mirror
    /// All branches that the remote has, too.
    case matching
    /// A branch that the text does not tell.
    case unknown
  }

  /// One reference that is changed.
  public struct Target: Sendable, Equatable {
    /// The remote's name or address; nil where it is not told.
    public var remote: String?
    /// What is changed there.
    public var reference: Reference
    /// It is deleted.
    public var isDeleted: Bool
    /// It is overwritten even if that loses commits (`--force`, `+`, with or without lease).
    public var isForced: Bool

    /// A target from its parts.
    public init(remote: String?, reference: Reference, isDeleted: Bool = false, isForced: Bool = false) {
      self.remote = remote
      self.reference = reference
      self.isDeleted = isDeleted
      self.isForced = isForced
    }

    /// The short name, where the target is one branch.
    public var branch: String? {
      if case .branch(let name) = reference { name } else { nil }
    }
  }

  /// The way it is done.
  public var kind: Kind
  /// What is changed. Empty when nothing is (`push.default=nothing`).
  public var targets: [Target]
  /// Any target is overwritten by force, with or without lease.
  public var isForced: Bool
  /// Force is used with a lease only.
  public var isForcedWithLease: Bool
  /// Nothing is really changed (`--dry-run`).
  public var isDryRun: Bool
  /// Hooks are skipped (`--no-verify`).
  public var skipsHooks: Bool
  /// It goes around what stands before a merge: `gh pr merge --admin`, a merge or a commit by `gh api`, which
  /// asks for none of the checks that `gh pr merge` does.
  public var isAdmin: Bool
  /// Every target is told by the text and the configuration that could be read.
  public var isResolved: Bool

  /// A push of a kind, nothing known of it yet.
  public init(kind: Kind, targets: [Target] = [], isResolved: Bool = true) {
    self.kind = kind
    self.targets = targets
    self.isResolved = isResolved
    isForced = false
    isForcedWithLease = false
    isDryRun = false
    skipsHooks = false
    isAdmin = false
  }

  /// The names of the branches that would change, without those that are not told.
  public var branches: [String] { targets.compactMap(\.branch) }
}
