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

  /// The folder in which sidecars can be reached is the user's alone, and one answers.
  static let sidecar = Check { around in
    let folder = RuntimeFolder(environment: around.environment)
    let nobody = Finding.ok(
      "sidecar", "none runs; hooks judge by themselves (start one with: outrider watch)")
    guard let status = FileStatus(of: folder.path) else { return [nobody] }
    if let trouble = trouble(folder.path, status) { return [trouble] }
    let sockets = folder.sockets
    let troubles = sockets.compactMap { path in FileStatus(of: path).flatMap { trouble(ofSocket: path, $0) } }
    guard !sockets.isEmpty, troubles.isEmpty else { return troubles.isEmpty ? [nobody] : troubles }
    do throws(SidecarClient.Failure) {
      try await answer(in: folder).get()
      return [.ok("sidecar", "answers in \(folder.path)")]
    } catch .nobody {
      return [
        .warning(
          "sidecar", "nobody answers on \(sockets.joined(separator: ", ")); left by one that was killed",
          "start it again: outrider watch, or remove it: rm \(sockets.joined(separator: " "))")
      ]
    } catch {
      return [.problem("sidecar", "\(error)", "end it and start it again: outrider watch --take-over")]
    }
  }

  /// Whether a sidecar answers; whatever it makes of the question. Asking waits, and so has a thread of its own.
  private static func answer(in folder: RuntimeFolder) async -> Result<Void, SidecarClient.Failure> {
    await withCheckedContinuation { continuation in
      Thread.detachNewThread {
        do throws(SidecarClient.Failure) {
          _ = try SidecarClient(folder: folder).ask(Message("doctor"), limit: .seconds(2))
          continuation.resume(returning: .success(()))
        } catch {
          continuation.resume(returning: .failure(error))
        }
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
