import Foundation
import Journal

/// Writes alerts into the log, in order; what cannot be written waits in memory until it can.
actor Scribe {
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

  init(_ log: AlertLog, tell: @escaping @Sendable (Watcher.Report) -> Void) {
    self.log = log
    self.tell = tell
  }

  /// Writes the line, after those that wait.
  func write(_ alert: Alert) async {
    waiting.append(alert)
    if waiting.count > Self.most {
      waiting.removeFirst()
      told = max(0, told - 1)
      lost += 1
    }
    await write()
  }

  /// Tries what waits once more.
  func retry() async {
    if !waiting.isEmpty { await write() }
  }

  private func write() async {
    guard !isWriting else { return }
    isWriting = true
    defer { isWriting = false }
    var written = 0
    while let alert = waiting.first {
      do {
        let receipt = try await log.append(alert)
        for notice in receipt.notices { tell(.trouble("\(notice)")) }
      } catch {
        if !isBlocked { tell(.trouble("\(error); what happens is kept in memory until then")) }
        isBlocked = true
        for alert in waiting.dropFirst(told) { tell(.alert(alert)) }
        told = waiting.count
        return
      }
      waiting.removeFirst()
      written += 1
      if told > 0 { told -= 1 } else { tell(.alert(alert)) }
    }
    guard isBlocked else { return }
    isBlocked = false
    let given = lost > 0 ? "; \(lost) older ones are lost" : ""
    lost = 0
    tell(.trouble("the alert log can be written again; \(written) lines that waited stand in it\(given)"))
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
