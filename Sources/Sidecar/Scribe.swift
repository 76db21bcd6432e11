import Foundation
import Journal
import Rulebook

/// Writes alerts into the log, in order; what cannot be written waits in memory until it can, and a human is
/// called.
actor Scribe {
  /// What a human has to know of the log.
  enum News: Sendable {
    /// It cannot be written, or only as long as the room lasts that was kept for the last lines.
    case blocked(Alert)
    /// It can be written again; the alert is the one from before, resolved.
    case free(Alert)
  }

  /// Lines that wait at most; beyond that the oldest is given up, and that is said.
  private static let most = 4096
  /// How often it is tried again while a disk is full.
  static let pause: Duration = .seconds(2)

  private let log: AlertLog
  private let tell: @Sendable (Watcher.Report) -> Void
  private var waiting: [Alert] = []
  /// How many of those that wait were told of already.
  private var told = 0
  private var isWriting = false
  private var isBlocked = false
  private var lost = 0
  private var hear: @Sendable (News) async -> Void = { _ in }
  /// The call that is open.
  private var trouble: Alert?

  init(_ log: AlertLog, tell: @escaping @Sendable (Watcher.Report) -> Void) {
    self.log = log
    self.tell = tell
  }

  /// Has somebody listen to what becomes of the log.
  func start(_ hear: @escaping @Sendable (News) async -> Void) { self.hear = hear }

  /// Writes the line, after those that wait.
  func write(_ alert: Alert) async {
    waiting.append(alert)
    if waiting.count > Self.most {
      // The first is just being written.
      waiting.remove(at: isWriting ? 1 : 0)
      told = max(0, told - 1)
      lost += 1
    }
    await write()
  }

  /// Tries what waits once more.
  func retry() async {
    if !waiting.isEmpty { await write() }
    if trouble != nil, !isBlocked, await log.restock() { await settle("there is room again") }
  }

  private func write() async {
    guard !isWriting else { return }
    isWriting = true
    defer { isWriting = false }
    var written = 0
    while let alert = waiting.first {
      do {
        let receipt = try await log.append(alert)
        waiting.removeFirst()
        written += 1
        if told > 0 { told -= 1 } else { tell(.alert(alert)) }
        for notice in receipt.notices {
          tell(.trouble("\(notice)"))
          if case .reserveSpent = notice { await call("\(notice)") }
        }
      } catch {
        if !isBlocked {
          tell(.trouble("\(error); what happens is kept in memory until then"))
          isBlocked = true
          await call("\(error)")
        }
        for alert in waiting.dropFirst(told) { tell(.alert(alert)) }
        told = waiting.count
        return
      }
    }
    guard isBlocked else { return }
    isBlocked = false
    let given = lost > 0 ? "; \(lost) older ones are lost" : ""
    lost = 0
    let text = "the alert log can be written again; \(written) lines that waited stand in it\(given)"
    tell(.trouble(text))
    await settle(text)
  }

  /// Calls a human once, and writes that down next.
  private func call(_ text: String) async {
    guard trouble == nil else { return }
    let now = WallTime.now
    var generator = SystemRandomNumberGenerator()
    let alert = Alert(
      time: now, id: Alert.makeID(at: now, using: &generator), rule: "log-blocked", severity: .critical,
      agent: Alert.Agent(name: "outrider"), source: Alert.Source(rawValue: "outrider"),
      text: cleaned(text, limit: 400),
      why: "What the agents do is acted on, but soon cannot be written down.",
      instead: "Free some space on the disk of the log; what waits is written then.", outcome: .escalated)
    trouble = alert
    // Before what waits, where there may be room for little more.
    waiting.insert(alert, at: min(told, waiting.count))
    await hear(.blocked(alert))
  }

  private func settle(_ text: String) async {
    guard let alert = trouble else { return }
    trouble = nil
    let end = alert.updated(
      at: .now, outcome: .resolved, actions: [Alert.Deed(Action.escalate.rawValue, result: text)])
    waiting.append(end)
    await hear(.free(end))
    await write()
  }

  /// The watch ends: what is still not written is said to be lost.
  func close() async {
    await retry()
    guard !waiting.isEmpty else { return }
    tell(
      .trouble(
        "\(log.path): \(waiting.count) lines could not be written and are lost; name another file by --log"))
  }
}
