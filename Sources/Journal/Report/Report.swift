import Rulebook

/// How the run went: what each agent did within a time, from the lines of the activity journal and the alert log.
///
/// A pure value: told all lines, it asks neither clock nor file.
public struct Report: Sendable, Equatable {
  public let from: WallTime
  public let until: WallTime
  /// By name and pane.
  public let agents: [AgentReport]

  /// A watch gives a sign of life each minute: where there was none for longer, nobody watched.
  static let silence = Duration.seconds(150)

  /// - Parameters:
  ///   - activity: Those from before count as well: a state may have begun there.
  ///   - alerts: All lines of the alert log, in its order. Later ones tell how things ended.
  public init(activity: [ActivityLine], alerts: [Alert], from: WallTime, until: WallTime) {
    self.from = from
    self.until = max(from, until)
    let span = from..<max(from, until)
    let watched = Self.watched(activity)
    let courses = Dictionary(grouping: activity.filter { $0.agent != nil }) { $0.agent!.label }
    var raised: [String: [RaisedAlert]] = [:]
    for alert in RaisedAlert.all(alerts) {
      raised[alert.alert.agent.label, default: []].append(alert)
    }
    let labels = Set(courses.keys).union(raised.keys)
    agents = labels.compactMap { label in
      let report = AgentReport(
        label, courses[label] ?? [], raised[label] ?? [], watched: watched, within: span)
      return report.isEmpty ? nil : report
    }.sorted { $0.agent < $1.agent }
  }

  /// When each watch watched, as far as its lines show.
  private static func watched(_ activity: [ActivityLine]) -> [String: [Range<WallTime>]] {
    Dictionary(grouping: activity, by: \.watch).mapValues { lines in
      let times = lines.map(\.time).sorted()
      var spans: [Range<WallTime>] = []
      for time in times {
        if let last = spans.last, time - last.upperBound <= silence {
          spans[spans.count - 1] = last.lowerBound..<time
        } else {
          spans.append(time..<time)
        }
      }
      return spans
    }
  }
}

/// An alert as it was raised, and as it stands.
struct RaisedAlert: Sendable, Equatable {
  let raised: WallTime
  var alert: Alert

  /// Those that the lines tell of, in the order in which they were raised.
  static func all(_ lines: [Alert]) -> [RaisedAlert] {
    var order: [String] = []
    var alerts: [String: RaisedAlert] = [:]
    for line in lines {
      if alerts[line.id] == nil {
        order.append(line.id)
        alerts[line.id] = RaisedAlert(raised: line.time, alert: line)
      } else {
        alerts[line.id]!.alert = line
      }
    }
    return order.compactMap { alerts[$0] }.sorted { $0.raised < $1.raised }
  }
}

extension Range<WallTime> {
  var seconds: Double { (upperBound - lowerBound).inSeconds }
}
