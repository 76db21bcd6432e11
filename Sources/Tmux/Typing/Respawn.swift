extension ControlClient {
  /// Ends the pane's program, if the guard holds, and starts another one in its place.
  ///
  /// - Parameters:
  ///   - command: The program's words, and `NAME=VALUE` for its environment; nil for the very command that the
  ///     pane was started with. One word alone is run by a shell.
  ///   - directory: Where it starts; nil for where the pane did.
  public func respawn(
    _ command: (words: [String], environment: [String])?, directory: String?, if condition: DeliveryGuard
  ) async throws -> Delivery {
    var words = ["respawn-pane", "-k", "-t", "\(condition.pane)"]
    // tmux fills in formats there.
    if let directory {
      words += [
        "-c", directory.split(separator: "#", omittingEmptySubsequences: false).joined(separator: "##"),
      ]
    }
    if let command {
      words += command.environment.flatMap { ["-e", $0] } + ["--"] + command.words
    }
    return try await deliver(TmuxCommand(words: words.map { Array($0.utf8) }), if: condition)
  }
}
