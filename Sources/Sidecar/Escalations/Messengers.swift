import Journal
import Notices
import Synchronization

/// Those who bring calls to people: a courier for each notifier, a board for each Alertmanager.
final class Messengers: Sendable {
  /// Whom they tell how it went.
  struct Answers: Sendable {
    let report: @Sendable (DeliveryReport) -> Void
    let acknowledge: Acknowledge
  }

  let couriers: [Courier]
  let boards: [AlertBoard]
  private let tasks = Mutex<[Task<Void, Never>]>([])

  /// As the settings say; what was on its way when the last ones were stopped goes on.
  init(_ settings: CallSettings, _ answers: Answers) {
    couriers = settings.channels.compactMap { channel in
      channel.notifier(server: settings.server, host: settings.host).map { notifier in
        Courier(
          notifier, filter: channel.filter, file: settings.state?.outbox(of: channel.name),
          report: answers.report, acknowledge: answers.acknowledge)
      }
    }
    boards = settings.channels.compactMap { $0.board(host: settings.host, report: answers.report) }
  }

  /// For these notifiers, with nothing kept.
  init(_ notifiers: [any Notifier], _ answers: Answers) {
    couriers = notifiers.map {
      Courier($0, file: nil, report: answers.report, acknowledge: answers.acknowledge)
    }
    boards = []
  }

  func start() {
    let new =
      couriers.map { courier in Task { await courier.run() } }
      + boards.map { board in Task { await board.run() } }
    tasks.withLock { $0 += new }
  }

  /// Returns when all have ended.
  func stop() async {
    let all = tasks.withLock { tasks in
      defer { tasks = [] }
      return tasks
    }
    for task in all { task.cancel() }
    for task in all { await task.value }
  }

  /// Hands over what is on its way.
  func retire(for successors: Messengers) async {
    for courier in couriers {
      guard let next = successors.couriers.first(where: { $0.name == courier.name }) else { continue }
      await courier.retire(for: next)
    }
  }
}
