import Foundation
import Journal

/// Writes what was decided, in order, and calls the human; never in the way of who decides.
final class Office: Sendable {
  private struct Paper: Sendable {
    let alert: Alert
    let isCall: Bool
  }

  private let log: AlertLog
  private let notifiers: [any Notifier]
  private let tell: @Sendable (Watcher.Report) -> Void
  private let papers: AsyncStream<Paper>
  private let inbox: AsyncStream<Paper>.Continuation

  /// Papers that may wait for a slow disk. Beyond that the newest are told to the terminal only.
  private static let capacity = 4096

  init(log: AlertLog, notifiers: [any Notifier], report: @escaping @Sendable (Watcher.Report) -> Void) {
    self.log = log
    self.notifiers = notifiers
    tell = report
    (papers, inbox) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(Self.capacity))
  }

  func report(_ report: Watcher.Report) {
    tell(report)
  }

  /// Puts an alert's line into the log, or calls the human about it.
  func file(_ alert: Alert, isCall: Bool) {
    if case .dropped = inbox.yield(Paper(alert: alert, isCall: isCall)) {
      tell(.trouble("the alert log is too slow; alert \(alert.id) (\(alert.rule)) stands here only"))
      tell(.alert(alert))
    }
  }

  /// No more papers; `run` returns when the last is done.
  func close() {
    inbox.finish()
  }

  func run() async {
    await withDiscardingTaskGroup { group in
      for await paper in papers {
        if paper.isCall {
          tell(.call(paper.alert))
          for notifier in notifiers { group.addTask { await self.call(paper.alert, by: notifier) } }
        } else {
          await write(paper.alert)
        }
      }
    }
  }

  private func write(_ alert: Alert) async {
    do {
      let receipt = try await log.append(alert)
      for notice in receipt.notices { tell(.trouble("\(notice)")) }
    } catch {
      tell(.trouble("\(error)"))
    }
    tell(.alert(alert))
  }

  private func call(_ alert: Alert, by notifier: any Notifier) async {
    do {
      try await notifier.call(alert)
    } catch {
      tell(.trouble("alert \(alert.id) did not reach \(notifier.name): \(error)"))
    }
  }
}
