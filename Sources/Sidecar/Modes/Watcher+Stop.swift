import Foundation
import Journal
import Rulebook
import Senses
import Tmux

/// What is known of an emergency stop.
struct StopState {
  /// Since when all agents are stopped.
  var since: Instant?
  /// How often an agent was interrupted for it, and when last.
  var presses: [PaneID: (count: Int, last: Instant)] = [:]
}

/// The emergency stop: every agent that works is interrupted, and nothing is typed until the human says so.
///
/// It is a file, so that any program can stop all, and a stop outlasts the watch.
extension Watcher {
  private static let pause: Duration = .milliseconds(500)
  /// An agent that goes on by itself, with what waits in its own queue, is interrupted so often.
  private static let mostPresses = 3
  /// What begins later was begun by somebody.
  private static let lasts: Duration = .seconds(10)
  private static let between: Duration = .seconds(2)

  /// Looks for the file as long as the watch runs.
  func followStop() async {
    guard let file = settings.stopFile else { return }
    while !Task.isCancelled, !isOver {
      look(for: file)
      try? await Task.sleep(for: Self.pause)
    }
  }

  private func look(for file: StopFile) {
    let now = clock.now
    let isThere = file.isThere
    if isThere, stop.since == nil { begin(at: now) }
    if !isThere, stop.since != nil { end(at: now) }
    if let since = stop.since, now - since <= Self.lasts { halt(at: now) }
    for place in panes.values { place.pane.isOnHold = isThere }
  }

  private func begin(at now: Instant) {
    stop = StopState(since: now)
    mail.isHalted = true
    office.report(.note("ALL AGENTS ARE STOPPED; nothing is typed until: outrider resume"))
    let working = panes.values.filter { $0.isReported && $0.pane.reader.state == .working }.count
    write("stop", nil, "all agents are stopped; \(working) were at work")
    halt(at: now)
  }

  private func end(at now: Instant) {
    stop = StopState()
    mail.isHalted = false
    breaker.close()
    office.report(.note("agents go on"))
    write("resume", nil, "what waited is typed again")
    for (id, place) in panes {
      place.pane.isOnHold = false
      carry(place.pane.advance(at: now), to: id, process: place.info.process)
      bring(to: id, at: now)
    }
    setAlarm()
  }

  /// Interrupts what works, as far as no dialog is open or may open and the pane is in no mode.
  private func halt(at now: Instant) {
    guard !settings.isObserving else { return }
    for (id, place) in panes where place.isReported {
      let pane = place.pane
      guard let keys = pane.keys, pane.reader.state == .working, !pane.isInMode,
        pane.reader.dialogWithin == .zero
      else { continue }
      let before = stop.presses[id]
      guard (before?.count ?? 0) < Self.mostPresses, before.map({ now - $0.last >= Self.between }) ?? true
      else { continue }
      stop.presses[id] = ((before?.count ?? 0) + 1, now)
      carry([.interrupt(key: keys.interrupt)], to: id, process: place.info.process)
    }
  }

  /// Stops or lets go on by the file; going on is the human's to say.
  func answerStop(_ message: Message, from peer: Int32) -> Message {
    guard let file = settings.stopFile else { return Message("refused", ["why": "this watch has no home"]) }
    if message.verb == "resume" {
      if let why = objection(to: DecisionRequest.Asker(peer)) { return Message("refused", ["why": why]) }
      file.remove()
    } else if (try? file.create()) == nil {
      return Message("refused", ["why": "\(file.path) cannot be written"])
    }
    look(for: file)
    return Message("ok")
  }
}
