import Processes

/// Programs that are no agents whatever their pane shows: shells, and what only prints or shows texts.
///
/// Keys for an agent must not reach them: a shell would run what is typed, now or when the other program has ended.
enum Bystanders {
  private static let names: Set<String> = [
    "ash", "bash", "busybox", "csh", "dash", "elvish", "fish", "ksh", "ksh93", "mksh", "nu", "pwsh", "rbash",
    "sh",
    "tcsh", "yash", "zsh", "zsh5",
    "awk", "bat", "batcat", "cat", "delta", "diff", "gawk", "git", "grep", "head", "journalctl", "less",
    "mawk",
    "more", "most", "sed", "sleep", "tac", "tail", "tee", "watch", "zless",
  ]

  /// Processes that are looked at in one pane.
  private static let most = 64

  /// Whether nobody else reads the keys of a pane: a shell waits at its prompt, or a text is shown.
  ///
  /// - Parameter pane: The pane's first process, on this machine.
  static func have(pane: Int32) -> Bool {
    guard pane > 1, let status = ProcessFiles.status(pane), status.foreground > 0 else { return false }
    // Asked before each key: an agent that leads its group, as nearly all do, is told by this alone.
    guard isBystander(status.foreground) ?? true else { return false }
    var line = [pane]
    var next = 0
    var has = false
    while next < line.count {
      guard line.count < most else { return false }
      let process = line[next]
      next += 1
      line += ProcessFiles.children(process)
      guard let status = ProcessFiles.status(process), status.group == status.foreground, !status.isZombie,
        let isBystander = isBystander(process)
      else { continue }
      guard isBystander else { return false }
      has = true
    }
    return has
  }

  /// Nil of one that is gone, or whose file may not be read.
  private static func isBystander(_ process: Int32) -> Bool? {
    guard let path = ProcessFiles.executable(process) else { return nil }
    // A file that was replaced by an update.
    let name = path.split(separator: "/").last.map { String($0).replacing(" (deleted)", with: "") } ?? ""
    guard names.contains(name) else { return false }
    // A script is what it does, not the shell that reads it.
    let words = ProcessFiles.arguments(process).split(separator: 0).dropFirst()
    return !(isShell(name) && words.first.map { $0.first != UInt8(ascii: "-") } ?? false)
  }

  private static func isShell(_ name: String) -> Bool { name.hasSuffix("sh") }
}
