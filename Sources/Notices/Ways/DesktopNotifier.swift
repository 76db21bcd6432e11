import Foundation
import Journal
import Processes
import Rulebook
import Synchronization

/// A notification on the desktop, with a button that acknowledges: the program `notify-send`.
final class DesktopNotifier: Notifier {
  let name: String
  private let limit: Duration
  private let environment: [String: String]
  /// Notifications that stand and may be answered, by trouble.
  private let standing = Mutex<[String: Standing]>([:])

  private struct Standing {
    let task: Task<Void, Never>
    /// Its number on the desktop, when it is shown.
    var number: Int?
    let order = ContinuousClock.now
  }

  /// How long an answer is waited for.
  static let patience = Duration.seconds(3600)
  /// Notifications that can be answered at a time; beyond that an older one is only shown.
  static let most = 16

  init(
    name: String, limit: Duration, environment: [String: String] = ProcessInfo.processInfo.environment
  ) {
    (self.name, self.limit, self.environment) = (name, limit, environment)
  }

  func deliver(_ call: Call, acknowledge: @escaping Acknowledge) async throws(NotifierError) {
    let trouble = call.escalation.id
    // What stands there about it is replaced.
    let before = standing.withLock { $0.removeValue(forKey: trouble) }
    before?.task.cancel()
    let isAnswerable = [.opened, .repeated, .reopened, .test].contains(call.kind)
    if isAnswerable { makeRoom() }
    let (answers, answer) = AsyncStream.makeStream(of: Result<Void, NotifierError>.self)
    let words = Self.words(for: call, isAnswerable: isAnswerable, replacing: before?.number)
    let patience = isAnswerable ? Self.patience : limit
    let environment = environment
    let note: @Sendable (Int) -> Void = { [weak self] in self?.note($0, of: trouble) }
    let task = Task {
      let ending = await ProgramRun(words, environment: environment, limit: patience).run { line in
        // The first line is the notification's number when it is shown, and 0 when it is not.
        if let number = Int(line), number > 0 {
          note(number)
          answer.yield(.success(()))
        }
        if line == "ack" { acknowledge(trouble, "on the desktop") }
      }
      answer.yield(Self.result(of: ending))
      answer.finish()
    }
    if isAnswerable { standing.withLock { $0[trouble] = Standing(task: task) } }
    let watchdog = Task { [limit] in
      guard (try? await Task.sleep(for: limit)) != nil else { return }
      answer.yield(.failure(NotifierError("notify-send did not show it within \(limit.spelled)")))
    }
    defer { watchdog.cancel() }
    for await result in answers {
      if case .failure(let error) = result {
        task.cancel()
        throw error
      }
      return
    }
    throw NotifierError("it was ended with the watch")
  }

  private func makeRoom() {
    standing.withLock { standing in
      guard standing.count >= Self.most, let oldest = standing.min(by: { $0.value.order < $1.value.order })
      else { return }
      oldest.value.task.cancel()
      standing[oldest.key] = nil
    }
  }

  private func note(_ number: Int, of trouble: String) {
    standing.withLock { $0[trouble]?.number = number }
  }

  deinit { standing.withLock { $0.values.forEach { $0.task.cancel() } } }

  private static func result(of ending: ProgramRun.Ending) -> Result<Void, NotifierError> {
    switch ending.how {
    case .status(0): .success(())
    case .status(127), .notStarted:
      .failure(
        NotifierError(
          "notify-send is not installed, or stdbuf; install them: apt-get install libnotify-bin coreutils"))
    case .status(let code):
      .failure(
        NotifierError(
          "notify-send ended with status \(code): \(ending.said); is a desktop running, and "
            + "DBUS_SESSION_BUS_ADDRESS set?"))
    case .late, .cancelled: .failure(NotifierError("notify-send was ended"))
    }
  }

  /// The command. Nothing in it is secret: the desktop shows it.
  static func words(for call: Call, isAnswerable: Bool, replacing number: Int? = nil) -> [String] {
    let urgency =
      switch (call.kind, call.escalation.severity) {
      case (.resolved, _), (.digest, _), (.test, _), (_, .info): "low"
      case (_, .warning): "normal"
      case (_, .critical): "critical"
      }
    // Into a pipe it would keep the number to itself until it ends.
    var words = ["stdbuf", "-oL", "notify-send", "--app-name=outrider", "--urgency=\(urgency)", "--print-id"]
    if let number { words.append("--replace-id=\(number)") }
    if isAnswerable { words.append("--action=ack=Acknowledge") }
    let body = call.lines.prefix(12).map { escaped(cleaned($0, limit: 300)) }.joined(separator: "\n")
    return words + ["--", cleaned(call.title, limit: 120), body]
  }

  /// The body is markup.
  private static func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
  }
}
