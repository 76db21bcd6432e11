import Foundation
import Journal

/// Writes what was decided, in order, and calls the human; never in the way of who decides.
final class Office: Sendable {
  private struct Paper: Sendable {
    enum Kind: Sendable {
      case line, call
      case program(String)
    }

    let alert: Alert
    let kind: Kind
  }

  let log: AlertLog
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
    if case .dropped = inbox.yield(Paper(alert: alert, kind: isCall ? .call : .line)) {
      tell(.trouble("the alert log is too slow; alert \(alert.id) (\(alert.rule)) stands here only"))
      tell(.alert(alert))
    }
  }

  /// Runs a program of the user's with the alert on its standard input, when the lines before it are written.
  func run(_ program: String, _ alert: Alert) {
    if case .dropped = inbox.yield(Paper(alert: alert, kind: .program(program))) {
      tell(.trouble("too much is going on; \(program) was not run for alert \(alert.id)"))
    }
  }

  /// No more papers; `run` returns when the last is done.
  func close() {
    inbox.finish()
  }

  func run() async {
    await withDiscardingTaskGroup { group in
      for await paper in papers {
        switch paper.kind {
        case .line: await write(paper.alert)
        case .call:
          tell(.call(paper.alert))
          for notifier in notifiers { group.addTask { await self.call(paper.alert, by: notifier) } }
        case .program(let path): group.addTask { await self.call(paper.alert, by: ProgramNotifier(path)) }
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
