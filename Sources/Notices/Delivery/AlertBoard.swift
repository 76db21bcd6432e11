import Foundation
import Journal
import Rulebook

/// Keeps Prometheus Alertmanager up to date: every open trouble is an alert that is told again while it lasts
/// and resolved when it is over. What comes of that, whom it reaches and when, is Alertmanager's work.
///
/// Every member of a cluster is told everything, as Prometheus does; they agree among themselves who notifies.
public actor AlertBoard {
  public nonisolated let name: String
  private let way: Configuration.Alertmanager
  private let filter: Configuration.Filter
  private let host: String
  private let limit: Duration
  private let report: @Sendable (DeliveryReport) -> Void
  private var shown: [Escalation] = []
  private var told: [Escalation] = []
  /// Members that did not take what they were told last.
  private var failing: Set<String> = []
  private let bell: AsyncStream<Void>
  private let ring: AsyncStream<Void>.Continuation

  /// A member that was told nothing for so many refreshes takes the trouble for gone.
  static let refreshes = 4
  /// For so long the end of a trouble is told, so that a member that was away hears of it.
  static let echo = Duration.seconds(600)

  init(
    name: String, _ way: Configuration.Alertmanager, filter: Configuration.Filter, host: String,
    limit: Duration, report: @escaping @Sendable (DeliveryReport) -> Void
  ) {
    (self.name, self.way, self.filter, self.host, self.limit) = (name, way, filter, host, limit)
    self.report = report
    (bell, ring) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// Shows what is open now, and what was until lately.
  ///
  /// - Parameter troubles: Without those that are silenced or explained by others.
  public func show(_ troubles: [Escalation]) {
    let wanted = troubles.filter { filter.admits($0) }
    guard wanted != shown else { return }
    shown = wanted
    ring.yield()
  }

  /// Works until the task is cancelled.
  public func run() async {
    var next = ContinuousClock.now
    while !Task.isCancelled {
      if shown != told || ContinuousClock.now >= next {
        next = ContinuousClock.now + way.refresh
        await tell()
      }
      let alarm = Task { [ring, next] in
        // Ringing when it is cancelled would wake the next rest, and so on without an end.
        guard (try? await Task.sleep(until: next, clock: .continuous)) != nil else { return }
        ring.yield()
      }
      var bells = bell.makeAsyncIterator()
      _ = await bells.next()
      alarm.cancel()
    }
  }

  private func tell() async {
    told = shown
    let body = Self.body(
      for: shown, way, host: host, at: .now, isWatching: way.heartbeat)
    guard body != "[]" else { return }
    let errors = await post(body)
    for url in way.urls {
      if let error = errors[url] {
        if failing.insert(url).inserted { report(.failing(notifier: "\(name) (\(url))", why: "\(error)")) }
      } else if failing.remove(url) != nil {
        report(.works(notifier: "\(name) (\(url))"))
      }
    }
  }

  /// Tells every member at the same time; those that hang do not keep the others waiting.
  private func post(_ body: String) async -> [String: NotifierError] {
    await withTaskGroup(of: (String, NotifierError?).self) { group in
      for url in way.urls {
        group.addTask { [way, limit] in
          do throws(NotifierError) {
            var request = Curl(url: url + "/api/v2/alerts", body: body, limit: limit)
            request.headers = [("Content-Type", "application/json")]
            if let secret = way.authorization {
              request.headers.append(("Authorization", try secret.value()))
            }
            try await request.send()
            return (url, nil)
          } catch {
            return (url, error)
          }
        }
      }
      var errors: [String: NotifierError] = [:]
      for await (url, error) in group { errors[url] = error }
      return errors
    }
  }

  /// Tries it with an alert that is over in a minute.
  ///
  /// - Returns: What is wrong, by member.
  public func test(_ call: Call) async -> [String: NotifierError] {
    await post(Self.body(for: call.all, way, host: host, at: .now, lasts: .seconds(60)))
  }

  /// What API v2 wants to be posted: a list of alerts.
  static func body(
    for troubles: [Escalation], _ way: Configuration.Alertmanager, host: String, at now: WallTime,
    isWatching: Bool = false, lasts: Duration? = nil
  ) -> String {
    let end = now + (lasts ?? way.refresh * refreshes)
    var alerts = troubles.compactMap { trouble -> Posted? in
      if trouble.state == .resolved, now - trouble.changed > echo { return nil }
      return Posted(trouble, way, host: host, endsAt: trouble.state == .resolved ? trouble.changed : end)
    }
    if isWatching { alerts.append(Posted(heartbeatOf: host, way, startsAt: now, endsAt: end)) }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: (try? encoder.encode(alerts)) ?? Data("[]".utf8), as: UTF8.self)
  }

  /// One alert as Alertmanager wants it.
  private struct Posted: Encodable {
    var labels: [String: String]
    var annotations: [String: String]
    let startsAt: String
    let endsAt: String

    init(_ trouble: Escalation, _ way: Configuration.Alertmanager, host: String, endsAt: WallTime) {
      let alert = trouble.alert.legible()
      labels = way.labels.merging([
        "alertname": "Outrider", "agent": alert.agent.label, "rule": alert.rule,
        "severity": trouble.severity.rawValue, "host": host,
      ]) { _, own in own }
      if let session = alert.agent.session { labels["session"] = session }
      annotations = [
        "summary": cleaned("\(alert.rule) \(alert.agent.label): \(alert.text)", limit: 400),
        "id": cleaned(trouble.id, limit: 256),
        "count": "\(trouble.count)",
      ]
      annotations["description"] = alert.why
      annotations["instead"] = alert.instead
      if trouble.state == .acknowledged {
        annotations["acknowledged"] = cleaned(trouble.by ?? "yes", limit: 256)
      }
      startsAt = trouble.opened.iso8601
      self.endsAt = max(endsAt, trouble.opened).iso8601
    }

    init(heartbeatOf host: String, _ way: Configuration.Alertmanager, startsAt: WallTime, endsAt: WallTime) {
      labels = way.labels.merging(["alertname": "OutriderHeartbeat", "severity": "none", "host": host]) {
        _, own in own
      }
      annotations = ["summary": "Outrider watches. When this ends, it does not."]
      self.startsAt = startsAt.iso8601
      self.endsAt = endsAt.iso8601
    }
  }
}
