import Foundation
import Hands
import Journal
import Notices
import Rulebook

/// Writes what was decided, in order, and has the human called; never in the way of who decides.
final class Office: Sendable {
  private struct Paper: Sendable {
    enum Kind: Sendable {
      case line
      case call(Cure)
      case program(String)
    }

    var alert: Alert
    let kind: Kind
  }

  /// What the desk has to know besides.
  private enum News: Sendable {
    case paper(Paper)
    case fact(Fact)
    case gone(agent: String)
    case deeds(Breaker)
    case seen(Sighting)
    case activity([ActivityLine])
  }

  let desk: CallDesk
  let log: AlertLog
  /// Everything that leaves the office goes by it.
  let censor: Censor
  private let scribe: Scribe
  private let stories: SeenFolder
  private let journal: ActivityFile
  private let breakerFile: StateFile<Breaker>?
  private let tell: @Sendable (Watcher.Report) -> Void
  private let awaited = Awaited()
  private let papers: AsyncStream<News>
  private let inbox: AsyncStream<News>.Continuation

  /// Papers that may wait for a slow disk. Beyond that the newest are told to the terminal only.
  private static let capacity = 4096
  /// How often rotated files are compressed.
  private static let tidiness = Duration.seconds(60)
  /// How long the notifiers have at the end for what was decided last.
  private static let farewell = Duration.seconds(2)

  init(
    log: AlertLog, redaction: Redaction, calls: CallSettings, notifiers: [any Notifier],
    report: @escaping @Sendable (Watcher.Report) -> Void
  ) {
    self.log = log
    let censor = Censor(redaction)
    self.censor = censor
    let report = { @Sendable in report(censor.cleared($0)) }
    tell = report
    breakerFile = calls.state?.breaker
    stories = SeenFolder(log: log.path)
    journal = ActivityFile(log: log.path)
    let scribe = Scribe(log, tell: report)
    self.scribe = scribe
    (papers, inbox) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(Self.capacity))
    desk = CallDesk(calls, notifiers: notifiers, awaited: awaited) { word in
      switch word {
      case .call(let call): Self.tell(call, report)
      case .line(let alert): await scribe.write(censor.cleared(alert))
      case .trouble(let text): report(.trouble(text))
      }
    }
  }

  func report(_ report: Watcher.Report) {
    tell(report)
  }

  /// Puts an alert's line into the log.
  func file(_ alert: Alert) {
    if case .dropped = inbox.yield(.paper(Paper(alert: alert, kind: .line))) {
      tell(.trouble("the alert log is too slow; alert \(alert.id) (\(alert.rule)) stands here only"))
      tell(.alert(alert))
    }
  }

  /// Has the human called about an alert.
  ///
  /// - Parameter cure: What will end the trouble.
  func call(_ alert: Alert, cure: Cure) {
    if case .dropped = inbox.yield(.paper(Paper(alert: alert, kind: .call(cure)))) {
      tell(.trouble("too much is going on; nobody but this terminal is told of alert \(alert.id)"))
      tell(.call(alert))
    }
  }

  /// Runs a program of the user's with the alert on its standard input, when the lines before it are written.
  func run(_ program: String, _ alert: Alert) {
    if case .dropped = inbox.yield(.paper(Paper(alert: alert, kind: .program(program)))) {
      tell(.trouble("too much is going on; \(program) was not run for alert \(alert.id)"))
    }
  }

  /// Notes a fact that may end a trouble.
  func hear(_ fact: Fact) {
    if awaited.isEnded(by: fact) { inbox.yield(.fact(fact)) }
  }

  /// The agents with troubles that may end by themselves.
  var troubled: [String] { awaited.agents }

  /// The agent's pane has gone.
  func leave(_ agent: String) {
    inbox.yield(.gone(agent: agent))
  }

  /// Keeps for the next watch what was done to agents.
  func keep(_ breaker: Breaker) {
    inbox.yield(.deeds(breaker))
  }

  /// Keeps for `outrider explain` what was seen when an alert was raised.
  func keep(_ sighting: Sighting) {
    inbox.yield(.seen(sighting))
  }

  /// Notes what agents do in the activity journal.
  func note(_ lines: [ActivityLine]) {
    inbox.yield(.activity(lines))
  }

  /// No more papers; `run` returns when the last is done.
  func close() {
    inbox.finish()
  }

  /// Works until it is closed, also when the task is cancelled: what was decided is written.
  ///
  /// - Parameter isWell: Returns when the watch has answered.
  func run(isWell: @escaping @Sendable () async -> Bool) async {
    await scribe.start { [desk] news in
      switch news {
      case .blocked(let alert): await desk.take(alert, cure: .human)
      case .free(let alert): await desk.note(alert)
      }
    }
    let calling = Task { await desk.run(isWell: isWell) }
    let retrying = Task {
      while !Task.isCancelled {
        try await Task.sleep(for: Scribe.pause)
        await scribe.retry()
      }
    }
    let tidying = Task { await tidy() }
    await Task { await drain() }.value
    retrying.cancel()
    tidying.cancel()
    await desk.finish(within: Self.farewell)
    await scribe.close()
    calling.cancel()
    await calling.value
  }

  private func drain() async {
    var drawer = SeenDrawer()
    await withDiscardingTaskGroup { group in
      for await news in papers {
        switch news {
        case .fact(let fact): await desk.hear(fact)
        case .gone(let agent): await desk.leave(agent)
        // Where it cannot be written, the log cannot either, and says so.
        case .deeds(let breaker): try? breakerFile?.write(breaker)
        case .seen(let sighting): write(drawer.take(sighting))
        case .activity(let lines): try? journal.append(lines)
        case .paper(var paper):
          paper.alert = censor.cleared(paper.alert)
          switch paper.kind {
          case .line:
            await scribe.write(paper.alert)
            write(drawer.noteLine(of: paper.alert.id))
            await desk.note(paper.alert)
          case .call(let cure): await desk.take(paper.alert, cure: cure)
          case .program(let path): group.addTask { await self.run(path, paper.alert) }
          }
        }
      }
    }
  }

  /// What cannot be written is missing in that alert's story, and nothing else is.
  private func write(_ sighting: Sighting?) {
    guard let sighting else { return }
    var seen = censor.cleared(sighting)
    seen.rule.file = URL(filePath: seen.rule.file).path
    try? stories.keep(seen, at: .now)
  }

  /// Looks from time to time after what the log has put aside, on a thread of its own: `gzip` takes its time.
  private func tidy() async {
    while !Task.isCancelled {
      do throws(JournalError) {
        try await withCheckedContinuation { done in
          Thread.detachNewThread { [log] in
            done.resume(returning: Result { () throws(JournalError) in try log.tidy() })
          }
        }.get()
      } catch .locked {
        // Somebody writes; there is time.
      } catch {
        tell(.trouble("\(error)"))
      }
      try? await Task.sleep(for: Self.tidiness)
    }
  }

  private static func tell(_ call: Call, _ tell: @Sendable (Watcher.Report) -> Void) {
    switch call.kind {
    case .opened, .repeated, .reopened, .test: tell(.call(call.escalation.alert))
    case .resolved: tell(.note(call.line(limit: 160)))
    case .digest:
      tell(.note(call.title))
      for trouble in call.all where trouble.state == .open { tell(.call(trouble.alert)) }
    }
  }

  private func run(_ program: String, _ alert: Alert) async {
    do throws(NotifierError) {
      try await ProgramNotifier(program).run(alert)
    } catch {
      tell(.trouble("alert \(alert.id) did not reach \(program): \(error)"))
    }
  }
}
