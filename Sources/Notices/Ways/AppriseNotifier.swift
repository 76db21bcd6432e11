import Foundation
import Journal
import Processes
import Rulebook

/// E-mail and many other services, by the program `apprise`. Its addresses hold passwords, so that they are
/// given on its standard input.
struct AppriseNotifier: Notifier {
  let name: String
  /// One address a line, as apprise's documentation has them.
  let urls: Secret
  let limit: Duration

  func deliver(_ call: Call, acknowledge: @escaping Acknowledge) async throws(NotifierError) {
    let text = try urls.value()
    let ending = await ProgramRun(Self.words(for: call), input: Array((text + "\n").utf8), limit: limit).run()
    switch ending.how {
    case .status(0): return
    case .status(let code):
      // What it says may hold the addresses.
      let reason =
        switch code {
        case 1: "at least one service did not take it"
        case 2: "a service refused it, or an address is wrong"
        case 3: "no address could be read"
        default: "apprise ended with status \(code)"
        }
      throw NotifierError("\(reason); try it by hand: apprise -vv -c FILE -b test")
    case .late: throw NotifierError("apprise took longer than \(limit.spelled) and was ended")
    case .cancelled: throw NotifierError("apprise was ended with the watch")
    case .notStarted: throw NotifierError("apprise is not installed; install it: apt-get install apprise")
    }
  }

  /// The command. The text of an alert is what the notified service shows; it holds no secret of ours.
  static func words(for call: Call) -> [String] {
    let type =
      switch (call.kind, call.escalation.severity) {
      case (.resolved, _): "success"
      case (.digest, _), (.test, _), (_, .info): "info"
      case (_, .warning): "warning"
      case (_, .critical): "failure"
      }
    let body = call.lines.map { cleaned($0, limit: 400) }.joined(separator: "\n")
    return [
      "apprise", "--config=file:///dev/stdin?format=text", "--notification-type=\(type)",
      "--input-format=text",
      "--title=\(cleaned(call.title, limit: 160))", "--body=\(body)",
    ]
  }
}
