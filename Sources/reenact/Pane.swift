import Reenactment

/// An agent's session joined to its terminal and its log.
final class Pane {
  /// Why the program should end; nil while it should go on.
  private(set) var ending: String?
  var session: Session

  private let teletype: Teletype
  private let log: LogFile
  private var waiting = Waiting()
  private var parser = KeyParser()

  init(_ session: Session, teletype: Teletype, log: LogFile) {
    self.session = session
    self.teletype = teletype
    self.log = log
  }

  /// Whether there is nobody to wait for: no terminal, and the input has ended.
  var isDeserted: Bool { !waiting.isOpen }

  func note(_ record: Record) { log.write(record) }

  /// Writes first and logs after, so that the log delays nothing that can be seen.
  ///
  /// Returns the moment right before the first write; nil when there was none.
  @discardableResult
  func perform(_ effects: [Session.Effect]) -> Duration? {
    var written: Duration?
    for case .write(let text) in effects where !text.isEmpty {
      if written == nil { written = monotonic() }
      if !teletype.write(text) { ending = "terminal gone" }
    }
    for effect in effects {
      switch effect {
      case .write: continue
      case .log(let record): log.write(record)
      case .leave: ending = "closed"
      }
    }
    return written
  }

  /// Waits until `deadline` at the longest, passes on what comes, and returns the keystrokes.
  @discardableResult
  func wait(until deadline: Duration?) -> [Arrival] {
    let first = [deadline, parser.deadline, session.deadline].compactMap { $0 }.min()
    let wake = waiting.wait(until: first)
    for signal in wake.signals { received(signal) }
    var arrivals = wake.input.isEmpty ? [] : parser.feed(wake.input, at: wake.at)
    arrivals += parser.settle(at: monotonic())
    for arrival in arrivals { perform(session.receive(arrival, at: monotonic())) }
    perform(session.tick(at: monotonic()))
    if !waiting.isOpen, teletype.isTerminal { ending = "terminal gone" }
    return arrivals
  }

  private func received(_ signal: Int32) {
    guard signal == SignalNumber.windowChanged else {
      ending = "signal \(signal)"
      return
    }
    guard let size = teletype.size else { return }
    perform(session.resize(width: size.width, height: size.height, at: monotonic()))
  }
}
