import ArgumentParser
import Foundation
import Settings

/// Whose settings are meant, and whether to ask.
struct InstallOptions: ParsableArguments {
  enum Name: String, CaseIterable, ExpressibleByArgument {
    case claude
    case claudeCode = "claude-code"
    case codex
    case systemd
    case tmux

    static let allValueStrings = ["claude", "codex", "systemd", "tmux"]
  }

  @Argument(
    help: ArgumentHelp(
      "The agent, claude or codex; or what starts the watch, systemd or tmux.", valueName: "where"))
  var name: Name

  @Flag(help: "The user's settings (default), or the settings of the repository here.")
  var scope = SettingsPlace.Scope.user

  @Flag(name: .shortAndLong, help: "Write without asking.")
  var yes = false

  @Flag(help: "Only show what would change.")
  var dryRun = false

  func validate() throws {
    if yes, dryRun { throw ValidationError("Give either --yes or --dry-run, not both.") }
    if starter != nil, scope == .project {
      throw ValidationError("\(name.rawValue) is the user's own; leave --project away.")
    }
  }

  /// What is to start the watch; nil for an agent.
  var starter: WatchStarter? {
    switch name {
    case .systemd: .systemd
    case .tmux: .tmux
    case .claude, .claudeCode, .codex: nil
    }
  }

  var agent: HookAgent { name == .codex ? .codex : .claudeCode }

  /// The agent as its users start it.
  var word: String { agent == .codex ? "codex" : "claude" }

  func place() throws -> SettingsPlace {
    let environment = ProcessInfo.processInfo.environment
    switch scope {
    case .user:
      guard let place = SettingsPlace(userOf: agent, environment: environment) else {
        throw Failure(.usage, "outrider: $HOME is not set; set it, or use --project in a repository")
      }
      return place
    case .project:
      guard let root = Repository.root(above: FileManager.default.currentDirectoryPath) else {
        throw Failure(
          .usage, "outrider: there is no git repository here or above; go into one, or use --user")
      }
      return SettingsPlace(projectOf: agent, root: root)
    }
  }

  /// Shows the changes, asks, and carries them out.
  ///
  /// - Returns: False when nothing was written.
  func settle(_ changes: [SettingsChange], command: String, receipts: URL?) throws -> Bool {
    let needed = changes.filter(\.isNeeded)
    let colours = Colours.areWanted
    needed.forEach { print($0.shown(colours: colours)) }
    guard !needed.isEmpty, !dryRun else { return false }
    if !yes {
      guard isatty(STDIN_FILENO) == 1 else {
        fflush(nil)
        throw Failure(.usage, "outrider: nothing was written; to write this: \(command) --yes")
      }
      print("\nWrite this? [y/N] ", terminator: "")
      fflush(nil)
      let answer = readLine(strippingNewline: true)?.lowercased()
      guard answer == "y" || answer == "yes" else {
        throw Failure(.findings, "outrider: nothing was written")
      }
    }
    do {
      for change in needed where try !change.carryOut(receipts: receipts) {
        complain(
          "outrider: what \(change.file.path) was before could not be noted; "
            + "uninstall will take out Outrider's entries and keep the rest as it is then")
      }
      needed.flatMap(\.folders).forEach { rmdir($0) }
    } catch let failure as SettingsFile.Failure {
      throw Failure(.missing, "outrider: \(failure)")
    }
    return true
  }
}

extension SettingsPlace.Scope: EnumerableFlag {}

/// Git's own folders, as far as they have to be found.
enum Repository {
  /// The nearest folder at or above another with a `.git`; nil when there is none.
  static func root(above folder: String) -> String? {
    var at = URL(filePath: folder, directoryHint: .isDirectory).standardizedFileURL
    while true {
      if FileManager.default.fileExists(atPath: at.appending(path: ".git").path) {
        return at.path.count > 1 && at.path.hasSuffix("/") ? String(at.path.dropLast()) : at.path
      }
      guard at.path != "/" else { return nil }
      at.deleteLastPathComponent()
    }
  }
}

enum Colours {
  /// Whether standard output is a terminal and `NO_COLOR` is not set.
  static var areWanted: Bool {
    let isPlain = ProcessInfo.processInfo.environment["NO_COLOR"].map { !$0.isEmpty } ?? false
    return isatty(STDOUT_FILENO) == 1 && !isPlain
  }
}
