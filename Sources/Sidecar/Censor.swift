import Journal
import Rulebook
import Synchronization

/// Takes secrets out of all that is written, shown or sent, by the rules that are in force.
final class Censor: Sendable {
  private let redaction: Mutex<Redaction>

  init(_ redaction: Redaction) {
    self.redaction = Mutex(redaction)
  }

  /// Goes on by other rules.
  func adopt(_ next: Redaction) { redaction.withLock { $0 = next } }

  func cleared(_ alert: Alert) -> Alert { alert.redacted(by: current) }

  func cleared(_ sighting: Sighting) -> Seen { Seen(sighting, by: current) }

  func cleared(_ text: String) -> String { current.redacted(text) }

  func cleared(_ report: Watcher.Report) -> Watcher.Report {
    switch report {
    case .alert(let alert): .alert(cleared(alert))
    case .call(let alert): .call(cleared(alert))
    case .trouble(let text): .trouble(cleared(text))
    case .note(let text): .note(cleared(text))
    case .reached, .sees: report
    }
  }

  private var current: Redaction { redaction.withLock { $0 } }
}
