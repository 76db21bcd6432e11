import Foundation
import Settings

/// What starts a watch without anybody typing it.
enum WatchStarter: String {
  case systemd
  case tmux

  func install(_ options: InstallOptions) throws {
    let program = try OwnProgram.path()
    let path = try path
    try settle(options, command: "install") { receipts in
      try SettingsChange.install(
        path, receipts: receipts,
        adding: { bytes in
          switch self {
          case .systemd: Array(WatchUnit.text(program: program).utf8)
          case .tmux: try TmuxBlock.installing(program: program, in: bytes)
          }
        }, removing: removed)
    }
  }

  func uninstall(_ options: InstallOptions) throws {
    let path = try path
    try settle(options, command: "uninstall") { receipts in
      try SettingsChange.uninstall(path, receipts: receipts, removing: removed)
    }
  }

  private func settle(
    _ options: InstallOptions, command: String, planned: (URL?) throws -> SettingsChange
  ) throws {
    let receipts = Receipt.folder(environment: ProcessInfo.processInfo.environment)
    let change: SettingsChange
    do {
      change = try planned(receipts)
    } catch let failure as SettingsFile.Failure {
      throw Failure(.missing, "outrider: \(failure)")
    }
    let isWritten = try options.settle(
      [change], command: "outrider \(command) \(rawValue)", receipts: receipts)
    if isWritten {
      print("outrider: \(command)ed; \(command == "install" ? begin : end)")
    } else if !change.isNeeded {
      print("outrider: nothing to \(command) in \(change.file.path)")
    }
  }

  private var begin: String {
    switch self {
    case .systemd: "to start it now: systemctl --user daemon-reload && systemctl --user enable --now outrider"
    case .tmux: "a watch starts with the next tmux server; for this one: outrider watch"
    }
  }

  private var end: String {
    switch self {
    case .systemd: "to end what runs: systemctl --user disable --now outrider; systemctl --user daemon-reload"
    case .tmux: "the watch that runs goes on until its tmux server ends"
    }
  }

  /// A unit that was not made by an install has nothing to give back.
  private func removed(_ bytes: [UInt8], _ before: [UInt8]?) throws -> [UInt8] {
    switch self {
    case .systemd: before ?? bytes
    case .tmux: try TmuxBlock.uninstalling(from: bytes)
    }
  }

  /// Where the user's own file is; tmux reads `~/.tmux.conf` first.
  private var path: String {
    get throws {
      let environment = ProcessInfo.processInfo.environment
      guard let home = environment["HOME"], home.hasPrefix("/") else {
        throw Failure(.usage, "outrider: $HOME is not set; set it")
      }
      let given = environment["XDG_CONFIG_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
      let configuration = given ?? "\(home)/.config"
      switch self {
      case .systemd: return "\(configuration)/systemd/user/outrider.service"
      case .tmux:
        let modern = "\(configuration)/tmux/tmux.conf"
        let files = FileManager.default
        return files.fileExists(atPath: "\(home)/.tmux.conf") || !files.fileExists(atPath: modern)
          ? "\(home)/.tmux.conf" : modern
      }
    }
  }
}
