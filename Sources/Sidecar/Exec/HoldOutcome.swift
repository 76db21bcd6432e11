import Glibc
import Hands
import Journal
import Rulebook

/// What came of a hold, in the words of the alert log.
struct HoldOutcome {
  /// What the deed `hold` says.
  let result: String
  let ms: Double?
  /// The program has done nothing, and will not.
  let isProved: Bool
  /// The human may decide.
  let isWaiting: Bool
  /// Nothing was done on purpose.
  let isObserved: Bool
  /// It had ended before it could be frozen.
  let isMissed: Bool

  init(_ hold: ExecWatch.Hold) {
    ms = hold.delay.map { $0.inSeconds * 1000 }
    isMissed = hold.result == .missed
    isObserved = hold.result == .observed || hold.result == .human
    if case .waiting = hold.result { isWaiting = true } else { isWaiting = false }
    switch hold.result {
    case .killed: (result, isProved) = ("killed", true)
    case .waiting(let until, let then):
      let time = WallTime(until)
      (result, isProved) = (
        "frozen until \(time), then \(then.rawValue); outrider allow \(hold.id) or outrider deny \(hold.id)",
        true
      )
    case .ended(let ending): (result, isProved) = (Self.words(ending), Self.isOver(ending))
    case .observed: (result, isProved) = ("would", false)
    case .human: (result, isProved) = ("not done: the human's own command", false)
    case .missed: (result, isProved) = ("too late: it had ended", false)
    case .refused(EPERM):
      (result, isProved) = ("not possible: the program runs as another user", false)
    case .refused(let code): (result, isProved) = ("not possible: \(String(cString: strerror(code)))", false)
    }
  }

  /// Of a hold that was waited for.
  init(_ ending: Custody.Ending) {
    (result, ms, isProved) = (Self.words(ending), nil, Self.isOver(ending))
    (isWaiting, isObserved, isMissed) = (false, false, false)
  }

  private static func words(_ ending: Custody.Ending) -> String {
    switch ending {
    case .allowed(let who): "let go on: \(who)"
    case .killed(let who): "killed: \(who)"
    case .gone: "it was ended by somebody else"
    }
  }

  private static func isOver(_ ending: Custody.Ending) -> Bool {
    if case .allowed = ending { false } else { true }
  }

  var deed: Alert.Deed { Alert.Deed(Action.hold.rawValue, result: result, ms: ms) }

  /// The alert's line when the hold is all that is known yet.
  func told(_ alert: Alert) -> Alert {
    var alert = alert
    alert.actions = [deed]
    alert.outcome = isObserved ? .observed : isMissed ? .tooLate : isProved ? .held : .raised
    return alert
  }
}
