import ArgumentParser
import Foundation
import Settings

extension Outrider {
  struct Install: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Adds Outrider's hooks to Claude Code or Codex, or has systemd or tmux start the watch.",
      discussion: """
        Shows the change first and asks. Nothing else in the file changes, not a byte; \
        `outrider uninstall` takes it back. Installing again changes nothing, or puts the path \
        right when the program has moved.
        Exit code 0: installed; 1: you said no; 2: not written, see what is said; 69: it cannot be written.
        """)

    @OptionGroup var options: InstallOptions

    @Flag(
      help:
        "Also have the agent show how much context is left; a status line program of yours is run as well.")
    var statusLine = false

    func validate() throws {
      if statusLine, options.starter != nil {
        throw ValidationError("--status-line is for agents; leave it away.")
      }
      if statusLine, options.scope == .project {
        throw ValidationError("The status line is the user's own; give --status-line without --project.")
      }
    }

    func run() throws {
      if let starter = options.starter { return try starter.install(options) }
      let place = try options.place()
      let receipts = Receipt.folder(environment: ProcessInfo.processInfo.environment)
      let plan = HookPlan(agent: options.agent, program: try OwnProgram.path())
      var changes: [SettingsChange] = []
      do {
        changes.append(
          try SettingsChange.install(
            place.hooks, receipts: receipts,
            adding: { bytes in
              try refuseMark(bytes, place)
              let hooks = try HookSettings.installing(plan, in: bytes)
              guard statusLine, options.agent == .claudeCode else { return hooks }
              return try StatusLineProgram.installing(plan, in: hooks)
            }, removing: Uninstall.hooks))
        if statusLine, let path = place.configuration {
          changes.append(
            try SettingsChange.install(
              path, receipts: receipts, adding: { try ContextItem.installing(in: $0) },
              removing: Uninstall.contextItem))
        }
      } catch let failure as SettingsFile.Failure {
        throw Failure(.missing, "outrider: \(failure)")
      }
      let isWritten = try options.settle(
        changes, command: command(scope: options.scope), receipts: receipts)
      if isWritten {
        print("outrider: installed; sessions of \(options.agent.title) that start from now on run the hooks")
      } else if !changes.contains(where: \.isNeeded) {
        print("outrider: everything is installed already in \(place.hooks)")
      }
      notes(place, isWritten: isWritten).forEach { print("outrider: \($0)") }
    }

    /// Codex does not read a file that begins with a byte order mark.
    private func refuseMark(_ bytes: [UInt8], _ place: SettingsPlace) throws {
      guard options.agent == .codex, bytes.starts(with: [0xEF, 0xBB, 0xBF]) else { return }
      throw Failure(
        .usage,
        "\(place.hooks):1:1: Codex reads no file that begins with a byte order mark; save it without one")
    }

    private func command(scope: SettingsPlace.Scope) -> String {
      "outrider install \(options.word)" + (scope == .project ? " --project" : "")
        + (statusLine ? " --status-line" : "")
    }

    /// What the user should know besides.
    private func notes(_ place: SettingsPlace, isWritten: Bool) -> [String] {
      var notes: [String] = []
      let settings = try? HookSettings(SettingsFile(place.hooks).bytes ?? [])
      let configuration = place.configuration.flatMap { path in
        (try? SettingsFile(path).bytes).flatMap { $0 }.flatMap { try? TOMLText($0) }
      }
      if settings?.areDisabled == true {
        notes.append(
          "WARNING: 'disableAllHooks' is true in \(place.hooks), so none of them runs; set it to false")
      }
      if configuration?.value(["features", "hooks"]) == "false" {
        notes.append(
          "WARNING: 'hooks' is false under [features] in \(place.configuration ?? ""); set it to true")
      }
      if options.agent == .codex, isWritten {
        notes.append(
          "Codex asks once, at its next start: \"Hooks need review\". Look at them, then choose "
            + "\"Trust all and continue\"; until then it runs none of them. Later it is: /hooks")
      }
      if options.scope == .project, isWritten {
        notes.append(
          "the path of the program is one of this machine; think of that before you commit \(place.hooks)")
      }
      let isShown =
        switch options.agent {
        case .claudeCode: settings.flatMap { StatusLineProgram.command(in: $0) } != nil
        case .codex: configuration.map { ContextItem.isShown(in: $0) } ?? false
        }
      if !isShown, options.scope == .user, !options.dryRun {
        notes.append(
          "how much context is left can be seen by: outrider install \(options.word) --status-line")
      }
      return notes
    }
  }

  struct Uninstall: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Takes out what outrider install put in.",
      discussion: """
        If nothing else has changed since they were installed, the files are byte for byte what \
        they were; otherwise only Outrider's entries go.
        """)

    @OptionGroup var options: InstallOptions

    func run() throws {
      if let starter = options.starter { return try starter.uninstall(options) }
      let place = try options.place()
      let receipts = Receipt.folder(environment: ProcessInfo.processInfo.environment)
      var changes: [SettingsChange] = []
      do {
        changes.append(
          try SettingsChange.uninstall(place.hooks, receipts: receipts, removing: Self.hooks))
        if options.scope == .user, let path = place.configuration {
          changes.append(
            try SettingsChange.uninstall(path, receipts: receipts, removing: Self.contextItem))
        }
      } catch let failure as SettingsFile.Failure {
        throw Failure(.missing, "outrider: \(failure)")
      }
      let command =
        "outrider uninstall \(options.word)" + (options.scope == .project ? " --project" : "")
      if try options.settle(changes, command: command, receipts: receipts) {
        print(
          "outrider: uninstalled; sessions of \(options.agent.title) that run now keep the hooks until they end"
        )
      } else if !changes.contains(where: \.isNeeded) {
        print("outrider: nothing of Outrider's is in \(place.hooks)")
      }
    }

    static func hooks(_ bytes: [UInt8], before: [UInt8]?) throws -> [UInt8] {
      try StatusLineProgram.uninstalling(from: HookSettings.uninstalling(from: bytes))
    }

    /// Who wrote the item cannot be told without the text of before: then it stays.
    static func contextItem(_ bytes: [UInt8], before: [UInt8]?) throws -> [UInt8] {
      guard let before else { return bytes }
      return try ContextItem.uninstalling(from: bytes, before: before)
    }
  }
}
