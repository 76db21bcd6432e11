import ArgumentParser
import Foundation
import Sidecar

@main
struct Outrider: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "outrider",
    abstract: "Rides beside coding agents: sees what they run, stops what is forbidden, tells you.",
    discussion: """
      Rules are text files; what was seen and done is one line each in the alert log.
      Exit codes: 0 fine, 1 findings, 2 usage or a broken rule file, 69 something needed is missing.
      """,
    version: "outrider \(outriderVersion)",
    subcommands: [
      Watch.self, Judge.self, Replay.self, Rules.self, Tail.self, Explain.self, Report.self, Log.self,
      Hook.self,
      Install.self,
      Uninstall.self,
      Doctor.self, Release.self, Allow.self, Deny.self, Queue.self, Status.self, Ack.self, Silence.self,
      Notify.self, Stop.self, Resume.self,
    ]
  )

  static func main() async {
    do {
      if let hook = HookCall(arguments: Array(CommandLine.arguments.dropFirst())) { hook.run() }
      var command = try parseAsRoot()
      if var command = command as? AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
    } catch let error as Failure {
      if let message = error.message { complain(message) }
      Foundation.exit(error.code.rawValue)
    } catch {
      let isUsage = exitCode(for: error) != .success
      guard isUsage else { exit(withError: error) }
      complain(fullMessage(for: error))
      // Agents take 2 for a refusal: a hook that is called wrongly must not refuse every command.
      let isHook = CommandLine.arguments.dropFirst().first == Hook._commandName
      Foundation.exit((isHook ? ExitStatus.missing : .usage).rawValue)
    }
  }
}

/// Tells the person at the terminal, apart from what the command prints.
func complain(_ message: String) {
  _ = emit(message, to: .standardError)
}

/// Writes a line at once. False when nobody takes it: a pipe without a reader, a closed terminal, a full disk.
///
/// Foundation's own `write(_:)` ends the program then, and a guard must outlive whoever reads its words.
func emit(_ line: String, to file: FileHandle) -> Bool {
  (try? file.write(contentsOf: Data((line + "\n").utf8))) != nil
}

/// What the program's exit codes mean; the same for every subcommand.
enum ExitStatus: Int32 {
  case fine = 0
  case findings = 1
  case usage = 2
  /// Something needed is missing (EX_UNAVAILABLE).
  case missing = 69
}

/// The end of a command other than a fine one, with the sentence that the user is told.
struct Failure: Error {
  let code: ExitStatus
  let message: String?

  init(_ code: ExitStatus, _ message: String? = nil) {
    self.code = code
    self.message = message
  }
}
