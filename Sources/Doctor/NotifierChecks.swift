import Foundation
import Journal
import Notices
import Rulebook

extension Check {
  /// What is configured is sound, and what it needs is there. Nobody is called.
  static let notifiers = Check { around in
    let configuration = Configuration.load(
      Configuration.path(environment: around.environment), environment: around.environment)
    var findings = configuration.errors.map { error in
      Finding.problem("configuration", "\(error)", "").split
    }
    findings += secrets(of: configuration, around)
    findings += around.notifiers.map { path in
      path.hasPrefix("/") && around.executable(path) != nil
        ? .ok("notifiers", path)
        : .problem(
          "notifiers", "\(cleaned(path, limit: 200)): there is no such program", "give its full path")
    }
    findings += configuration.notifiers.map { notifier($0, around) }
    if configuration.notifiers.isEmpty, around.notifiers.isEmpty {
      findings.append(
        .ok(
          "notifiers", "none in config.yaml, none named with --notify; calls are shown on tmux's status line")
      )
    }
    return findings
  }

  /// Files with secrets that others can read.
  private static func secrets(of configuration: Configuration, _ around: Surroundings) -> [Finding] {
    var files = configuration.secretFiles
    if configuration.holdsSecrets, let path = Configuration.path(environment: around.environment) {
      files.insert(path, at: 0)
    }
    return files.compactMap { path in
      var status = stat()
      guard stat(path, &status) == 0 else {
        return .problem("configuration", "\(path): there is no such file", "write the secret into it")
      }
      guard status.st_mode & 0o077 != 0 else { return nil }
      return .warning("configuration", "\(path): holds a secret and others can read it", "chmod 600 \(path)")
    }
  }

  private static func notifier(_ channel: Configuration.Channel, _ around: Surroundings) -> Finding {
    func needs(_ program: String, _ package: String) -> Finding {
      around.executable(program) != nil
        ? .ok("notifiers", "\(channel.name): by \(program); try it: outrider notify --test \(channel.name)")
        : .problem(
          "notifiers", "\(channel.name): the program \(program) is not installed",
          "apt-get install \(package)")
    }
    switch channel.way {
    case .terminal, .tmux: return .ok("notifiers", "\(channel.name): \(channel.way.word)")
    case .desktop:
      return around.executable("stdbuf") == nil
        ? needs("stdbuf", "coreutils") : needs("notify-send", "libnotify-bin")
    case .webhook, .alertmanager: return needs("curl", "curl")
    case .apprise: return needs("apprise", "apprise")
    case .program(let path):
      return around.executable(path) != nil
        ? .ok("notifiers", "\(channel.name): \(path)")
        : .problem(
          "notifiers", "\(channel.name): \(cleaned(path, limit: 200)): there is no such program",
          "correct 'run' in config.yaml")
    }
  }

  /// Every watch that was not ended is alive, and nothing that it called about is still open unseen.
  static let heartbeat = Check { around in
    guard let folder = StateFolder(environment: around.environment) else { return [] }
    return folder.watches.compactMap { watch in
      guard let beat = watch.heartbeat.read() else { return nil }
      let server = cleaned(beat.server, limit: 120)
      switch beat.condition(at: .now) {
      case .well: return .ok("heartbeat", "the watch of \(server) is alive (pid \(beat.process))")
      case .hangs(let silence):
        return .problem(
          "heartbeat",
          "the watch of \(server) (pid \(beat.process)) has given no sign for \(silence.spelled)",
          "start it again: outrider watch --take-over")
      case .gone(let time):
        return .problem(
          "heartbeat", "the watch of \(server) was killed after \(time.iso8601)",
          "start it again: outrider watch")
      }
    }
  }
}
