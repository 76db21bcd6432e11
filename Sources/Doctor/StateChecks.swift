import Foundation
import Journal
import Rulebook
import Sidecar

extension Check {
  /// The alert log can be written and its chain holds.
  static let alertLog = Check { around in
    guard let path = around.log else {
      return [.problem("alert log", "has no place: $HOME is not set", "set it or name the log with --log")]
    }
    guard FileManager.default.fileExists(atPath: path) else { return [alertLogToCome(path)] }
    do {
      let verification = try AlertLog.verify(path)
      guard verification.isIntact else {
        return [.problem("alert log", "\(path): \(verification)", "see what is missing: outrider log verify")]
      }
      let descriptor = open(path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NONBLOCK)
      guard descriptor >= 0 else {
        let reason = String(cString: strerror(errno))
        return [
          .problem(
            "alert log", "\(path): cannot be written (\(reason))",
            "make it writable, or name another with --log")
        ]
      }
      close(descriptor)
      return [.ok("alert log", "\(path): \(verification)")]
    } catch {
      return [Finding.problem("alert log", "\(error)", "").split]
    }
  }

  /// A log that is not there yet: whether it could be made.
  private static func alertLogToCome(_ path: String) -> Finding {
    var folder = URL(filePath: path).deletingLastPathComponent()
    while !FileManager.default.fileExists(atPath: folder.path), folder.path != "/" {
      folder.deleteLastPathComponent()
    }
    guard RuleFolder.isFolder(folder.path), access(folder.path, W_OK | X_OK) == 0 else {
      return .problem(
        "alert log", "\(path): cannot be made in \(folder.path)",
        "make that writable, or name another with --log")
    }
    return .ok("alert log", "\(path): not there yet; the first alert makes it")
  }

  /// The folder in which sidecars can be reached is the user's alone, and each that runs is well.
  static let sidecar = Check { around in
    let folder = RuntimeFolder(environment: around.environment)
    let nobody = Finding.ok(
      "sidecar", "none runs; hooks judge by themselves (start one with: outrider watch)")
    guard let status = FileStatus(of: folder.path) else { return [nobody] }
    if let trouble = trouble(folder.path, status) { return [trouble] }
    let sockets = folder.sockets
    let troubles = sockets.compactMap { path in FileStatus(of: path).flatMap { trouble(ofSocket: path, $0) } }
    guard !sockets.isEmpty, troubles.isEmpty else { return troubles.isEmpty ? [nobody] : troubles }
    var findings: [Finding] = []
    for socket in sockets { findings += await sidecar(at: socket) }
    return findings
  }

  private static func sidecar(at socket: String) async -> [Finding] {
    do throws(SidecarClient.Failure) {
      guard let answer = try await question(socket).get() else {
        return [
          .warning(
            "sidecar", "nobody answers on \(socket); left by one that was killed",
            "start it again: outrider watch, or remove it: rm \(socket)")
        ]
      }
      return sidecar(says: answer)
    } catch {
      return [.problem("sidecar", "\(error)", "end it and start it again: outrider watch --take-over")]
    }
  }

  /// What a running sidecar says of itself.
  static func sidecar(says answer: Message) -> [Finding] {
    let again = "end it and start it again: outrider watch --take-over"
    guard let health = WatchHealth(answer) else {
      return [.warning("sidecar", "one runs, of another version than \(outriderVersion)", again)]
    }
    let since = WallTime(milliseconds: Int64(health.since).multipliedReportingOverflow(by: 1000).partialValue)
    let who = "pid \(health.process), version \(cleaned(health.version, limit: 32))"
    var findings: [Finding] = []
    if health.version != outriderVersion {
      findings.append(.warning("sidecar", "\(who), and this is \(outriderVersion)", again))
    }
    if let trouble = health.logTrouble {
      findings.append(
        .problem("sidecar", "\(who) cannot write its log: \(cleaned(trouble, limit: 400))", "").split)
    }
    if health.ruleErrors > 0 {
      findings.append(
        .problem(
          "sidecar", "\(who): \(health.ruleErrors) errors in its rule files", "outrider rules check"))
    }
    if health.executions == "polling" {
      findings.append(
        .warning(
          "sidecar", "\(who) is not told of executions by the kernel; short ones escape it",
          "see 'executions' here"))
    }
    guard findings.isEmpty else { return findings }
    let mode = health.isObserving ? ", observing only" : ""
    return [
      .ok(
        "sidecar",
        "\(who), since \(since.iso8601)\(mode): \(health.panes) panes of \(cleaned(health.server, limit: 200)) "
          + "(\(health.agents) with agents), \(health.rules) rules in force; it can write "
          + cleaned(health.log, limit: 200))
    ]
  }

  /// Asking waits, and so has a thread of its own.
  private static func question(_ socket: String) async -> Result<Message?, SidecarClient.Failure> {
    await withCheckedContinuation { continuation in
      Thread.detachNewThread {
        continuation.resume(
          returning: Result { () throws(SidecarClient.Failure) in
            try SidecarClient.ask(Message("doctor"), at: socket, limit: .seconds(2))
          })
      }
    }
  }

  private static func trouble(_ folder: String, _ status: FileStatus) -> Finding? {
    guard status.kind == S_IFDIR else {
      return .problem("sidecar", "\(folder): is no folder", "move it away: mv \(folder) \(folder).old")
    }
    guard status.user == geteuid() else {
      return .problem(
        "sidecar", "\(folder): belongs to another user", "set XDG_RUNTIME_DIR to a folder of your own")
    }
    return status.isPrivate
      ? nil : .problem("sidecar", "\(folder): others may enter it", "chmod 700 \(folder)")
  }

  private static func trouble(ofSocket path: String, _ status: FileStatus) -> Finding? {
    guard status.kind == S_IFSOCK, status.user == geteuid() else {
      return .problem("sidecar", "\(path): is no socket of yours", "remove it: rm \(path)")
    }
    return status.isPrivate
      ? nil : .problem("sidecar", "\(path): others may connect to it", "chmod 600 \(path)")
  }
}

/// What the system knows of a file itself, not of what a link leads to.
private struct FileStatus {
  let kind: mode_t
  let user: uid_t
  /// Whether nobody but the owner has any right to it.
  let isPrivate: Bool

  init?(of path: String) {
    var status = stat()
    guard lstat(path, &status) == 0 else { return nil }
    kind = status.st_mode & S_IFMT
    user = status.st_uid
    isPrivate = status.st_mode & 0o077 == 0
  }
}
