/// What is known of programs' options, as data: `rules/programs.yaml`.
public struct ProgramTable: Sendable, Equatable {
  /// A program with subcommands and options that may stand before them.
  public struct Program: Sendable, Equatable {
    /// How many leading words decide what it does: 1 for `git push`, 2 for `kubectl rollout undo`.
    public var words: Int
    /// Global options that take the next word as their value, unless it is attached (`--opt=value`, `-nvalue`).
    public var values: Set<String>
    /// Global options without a value.
    public var flags: Set<String>
    /// An option that is not listed and stands before the subcommand is the subcommand's, and takes the next
    /// word unless its value is attached (`kubectl -f x apply`).
    public var takesStrays: Bool

    /// A program from its parts.
    public init(
      words: Int = 1, values: Set<String> = [], flags: Set<String> = [], takesStrays: Bool = false
    ) {
      self.words = words
      self.values = values
      self.flags = flags
      self.takesStrays = takesStrays
    }
  }

  /// A program that runs another one named in its words.
  public struct Wrapper: Sendable, Equatable {
    /// What kind of place the last operand names.
    public enum Place: String, Sendable, Equatable {
      case remote, container, pod
    }
    /// Options that take the next word as their value.
    public var values: Set<String>
    /// Options whose value is a text for a shell (`su -c`).
    public var texts: Set<String>
    /// Options that say it runs nothing (`command -v`, `sudo -l`).
    public var inert: Set<String>
    /// Words between the options and the command (`timeout 60`).
    public var operands: Int
    /// Words of the form `NAME=value` may come before the command.
    public var assignments: Bool
    /// The words are joined by blanks and given to a shell (`ssh`, `watch`).
    public var joined: Bool
    /// It is a command of its own as well, and reported beside what it runs (`ssh`, `docker exec`).
    public var reported: Bool
    /// The command comes only after `--`.
    public var dashes: Bool
    /// Without a command it is a shell that reads its input (`ssh host`, `su`).
    public var shell: Bool
    /// The last operand says where the command runs.
    public var place: Place?

    /// A wrapper from its parts.
    public init(
      values: Set<String> = [], texts: Set<String> = [], inert: Set<String> = [], operands: Int = 0,
      assignments: Bool = false, joined: Bool = false, reported: Bool = false, dashes: Bool = false,
      shell: Bool = false, place: Place? = nil
    ) {
      self.values = values
      self.texts = texts
      self.inert = inert
      self.operands = operands
      self.assignments = assignments
      self.joined = joined
      self.reported = reported
      self.dashes = dashes
      self.shell = shell
      self.place = place
    }
  }

  /// Programs by name, and by name and subcommand (`docker compose`).
  public var programs: [String: Program]
  /// Wrappers by name, and by name and subcommand (`docker exec`).
  public var wrappers: [String: Wrapper]
  /// The program that a container image starts, by the last part of the image's name (`hashicorp/terraform`).
  public var images: [String: String]

  /// Programs that print what they read, or parts of it (`grep`).
  public var filters: Set<String>

  /// A table from its parts. An empty one knows no global option, no wrapper, no image and no filter.
  public init(
    programs: [String: Program] = [:], wrappers: [String: Wrapper] = [:], images: [String: String] = [:],
    filters: Set<String> = []
  ) {
    self.programs = programs
    self.wrappers = wrappers
    self.images = images
    self.filters = filters
    compound = Set(
      (Array(programs.keys) + Array(wrappers.keys)).compactMap { name in
        name.utf8.firstIndex(of: Byte.blank).map { String(name[..<$0]) }
      })
  }

  /// Programs some of whose subcommands have an entry of their own.
  let compound: Set<String>
}
