import Foundation
import Journal

/// What is to be known about the notifiers themselves.
public enum DeliveryReport: Sendable {
  /// The first try that failed after one that went well; it is tried again.
  case failing(notifier: String, why: String)
  /// It works again.
  case works(notifier: String)
  /// It could not be told in a day, or too much was to be told: the call is given up.
  case lost(notifier: String, Call)
}

/// Brings calls to one notifier, one after the other, until each has arrived.
///
/// What is on the way stands in a file, so that a restart loses nothing; a call that arrived just before a
/// crash can come twice.
public actor Courier {
  private let notifier: any Notifier
  public nonisolated let filter: Configuration.Filter
  private let file: StateFile<DeliveryQueue>?
  private let report: @Sendable (DeliveryReport) -> Void
  private let acknowledge: Acknowledge
  private var queue: DeliveryQueue
  private var successor: Courier?
  private let bell: AsyncStream<Void>
  private let ring: AsyncStream<Void>.Continuation

  public nonisolated var name: String { notifier.name }

  /// - Parameters:
  ///   - file: The path of what is on the way; nil keeps it in memory.
  ///   - report: Told at once.
  public init(
    _ notifier: any Notifier, filter: Configuration.Filter = .init(), file: String?,
    report: @escaping @Sendable (DeliveryReport) -> Void, acknowledge: @escaping Acknowledge
  ) {
    self.notifier = notifier
    self.filter = filter
    self.file = file.map { StateFile($0) }
    self.report = report
    self.acknowledge = acknowledge
    queue = self.file?.read() ?? DeliveryQueue()
    (bell, ring) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// Takes a call on its way, if the notifier is meant to get it.
  public func post(_ call: Call) async {
    if let successor { return await successor.post(call) }
    guard filter.admits(call) else { return }
    if let lost = queue.add(call) { report(.lost(notifier: name, lost)) }
    keep()
    ring.yield()
  }

  /// Hands what is on its way, and what is posted from now on, to another courier of the same notifier. The
  /// work of this one has to be over.
  public func retire(for next: Courier) async {
    successor = next
    let calls = queue.items.map(\.call)
    queue = DeliveryQueue()
    for call in calls { await next.post(call) }
  }

  /// Whether there is nothing that could be tried now.
  public var isIdle: Bool { queue.next(at: .now) == nil }

  /// Works until the task is cancelled.
  public func run() async {
    while !Task.isCancelled {
      let now = WallTime.now
      for call in queue.expire(at: now) { report(.lost(notifier: name, call)) }
      if let call = queue.next(at: now) {
        await carry(call)
      } else {
        await rest(until: queue.nextTry, now)
      }
    }
  }

  private func carry(_ call: Call) async {
    let error = await Self.outcome(of: call, by: notifier, acknowledge)
    // What was cut short by the end of the watch is tried by the next one.
    guard !Task.isCancelled else { return }
    if let error {
      if queue.failed(call.id, at: .now) { report(.failing(notifier: name, why: "\(error)")) }
    } else if queue.delivered(call.id) {
      report(.works(notifier: name))
    }
    keep()
  }

  private static func outcome(
    of call: Call, by notifier: any Notifier, _ acknowledge: @escaping Acknowledge
  ) async -> NotifierError? {
    do throws(NotifierError) {
      try await notifier.deliver(call, acknowledge: acknowledge)
      return nil
    } catch {
      return error
    }
  }

  /// Until a call is posted or it is time for the next try.
  private func rest(until time: WallTime?, _ now: WallTime) async {
    let alarm = time.map { time in
      Task { [ring] in
        // Ringing when it is cancelled would wake the next rest, and so on without an end.
        guard (try? await Task.sleep(for: max(.milliseconds(10), time - now))) != nil else { return }
        ring.yield()
      }
    }
    defer { alarm?.cancel() }
    var bells = bell.makeAsyncIterator()
    _ = await bells.next()
  }

  private func keep() {
    guard let file else { return }
    do {
      try queue.items.isEmpty ? file.remove() : file.write(queue)
    } catch {
      report(.failing(notifier: name, why: "\(error)"))
    }
  }
}
