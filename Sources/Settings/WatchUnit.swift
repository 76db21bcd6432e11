/// The systemd user unit that keeps a watch running.
public enum WatchUnit {
  /// - Parameter program: The absolute path of `outrider`.
  ///
  /// Nothing here hides `/proc`, the temporary folder or the runtime folder from the watch: it reads the agents'
  /// processes and speaks to tmux's socket. Nor does anything imply `NoNewPrivileges=`, as every filter of system
  /// calls does in a user's unit: the capability that the file may have been given would be lost.
  public static func text(program: String) -> String {
    """
    # Written by: outrider install systemd
    [Unit]
    Description=Outrider, beside the coding agents of tmux
    StartLimitIntervalSec=0

    [Service]
    Type=notify
    NotifyAccess=main
    ExecStart=\(quoted(program)) watch
    ExecReload=/bin/kill -HUP $MAINPID
    WatchdogSec=90
    Restart=on-failure
    RestartSec=5
    # Without a tmux server the watch ends with 69, and is tried again until there is one.
    KillMode=mixed
    TimeoutStopSec=20
    UMask=0077

    [Install]
    WantedBy=default.target

    """
  }

  /// As systemd reads it: no specifier, no variable, one word.
  static func quoted(_ path: String) -> String {
    var word = ""
    for character in path {
      switch character {
      case "%": word += "%%"
      case "$": word += "$$"
      case "\"": word += "\\\""
      case "\\": word += "\\\\"
      default: word.append(character)
      }
    }
    return path.contains(where: { " \t'\"\\;".contains($0) }) ? "\"\(word)\"" : word
  }
}
