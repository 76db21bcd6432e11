import Foundation
import Rulebook

/// The file that `rules new` writes: one rule that is sound as it is, to be edited.
public struct RuleStarter: Sendable {
  public let id: String
  public let kind: Fact.Kind

  /// The kinds of facts for which there is a start.
  public static let kinds: [Fact.Kind] = [.command, .output, .edit, .said, .prompt, .status, .state, .line]

  /// - Returns: Nil when the id is not made of small letters, digits and `-`.
  public init?(id: String, kind: Fact.Kind) {
    let isPlain = id.utf8.allSatisfy { ($0 >= 97 && $0 <= 122) || ($0 >= 48 && $0 <= 57) || $0 == 45 }
    guard !id.isEmpty, id.utf8.count <= 64, isPlain, id.utf8.first != 45 else { return nil }
    self.id = id
    self.kind = kind
  }

  /// The file's content.
  public var text: String {
    """
    # What these rules are about, in a line. After an edit:
    #   outrider rules check FILE    says what is wrong, and what could be better
    #   outrider rules test FILE     tries the examples
    rules:
      - id: \(id)
        on: \(kind)
    \(body)
        # info, warning or critical
        severity: warning
        why: Say in one sentence why this matters; the agent is told.
        instead: Say what is to be done instead.
        # deny, hold, interrupt, prompt, queue, restart, escalate, run
        do: [escalate]
        # At least one that it must fire on, and near misses that it must not fire on.
    \(examples)

    """
  }

  private var body: String {
    switch kind {
    case .command:
      """
          # PCRE2 over the command as it would run: quotes, sudo, env and global options are taken off.
          match: '^example-tool deploy(?!\\S)'
          except:
            - '(?<!\\S)--dry-run(?!\\S)'
      """
    case .status: "    when: context <= 14"
    case .state: "    when: state == asking"
    default:
      """
          # PCRE2 over the text; a group (?<name>…) can be shown in 'why' as {name}.
          match: '^\(subject)(?!\\w)'
      """
    }
  }

  private var subject: String { kind == .edit ? "secrets/" : "Example trouble:" }

  private var examples: String {
    switch kind {
    case .command:
      """
          fires:
            - example-tool deploy web
            - cd app && sudo example-tool deploy web
          silent:
            - example-tool deploy --dry-run web
            - example-tool status
            - "grep -rn 'example-tool deploy' docs"
      """
    case .status:
      """
          fires:
            - {text: "context 12", context: 12}
          silent:
            - {text: "context 56", context: 56}
      """
    case .state:
      """
          fires:
            - {text: asking, state: asking}
          silent:
            - {text: working, state: working}
      """
    default:
      """
          fires:
            - "\(subject) it broke"
          silent:
            - "no \(subject) here"
      """
    }
  }

  /// Writes `ID.yaml` into a folder, which is made when it is not there.
  ///
  /// - Throws: `CocoaError`; with `.fileWriteFileExists` when there is one already: it is left alone.
  public func write(to folder: URL) throws -> URL {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let file = folder.appending(path: id + ".yaml")
    try Data(text.utf8).write(to: file, options: .withoutOverwriting)
    return file
  }
}
