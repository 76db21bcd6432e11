import Foundation
import Reenactment

enum SignalNumber { static let windowChanged = SIGWINCH }

/// Plays a recording in its own time, and leaves it when the agent is interrupted or prompted.
struct Playback {
  let cast: Cast
  let pane: Pane
  var schedule: Schedule
  var logsWrites = false
  var holdsAtEnd = false
  private var lap = 0

  /// How long an interrupted agent that has laps left stays idle after its last answer.
  static let rest: Duration = .seconds(2)

  init(_ cast: Cast, in pane: Pane, schedule: Schedule, logsWrites: Bool, holdsAtEnd: Bool) {
    self.cast = cast
    self.pane = pane
    self.schedule = schedule
    self.logsWrites = logsWrites
    self.holdsAtEnd = holdsAtEnd
  }

  mutating func run() {
    var goesOn = true
    while goesOn, pane.ending == nil { goesOn = pane.session.isFollowing ? follow() : stay() }
  }

  /// Plays the next event, or waits for it; false when there is none.
  private mutating func follow() -> Bool {
    guard let cue = schedule.next else {
      guard holdsAtEnd, !pane.isDeserted else { return false }
      pane.wait(until: nil)
      return true
    }
    let now = monotonic()
    guard cue.due <= now else {
      pane.wait(until: cue.due)
      return true
    }
    if cue.lap != lap {
      lap = cue.lap
      pane.perform(pane.session.beginLap(at: now))
    }
    play(cue)
    schedule.advance()
    // Whatever was typed meanwhile comes before the next event.
    pane.wait(until: .zero)
    return true
  }

  /// Lets the agent live by itself; false when nobody can type to it any more.
  private mutating func stay() -> Bool {
    let rested = schedule.lapsLeft > 0 ? pane.session.answeredAt.map { $0 + Self.rest } : nil
    if let rested, monotonic() >= rested {
      schedule.skipLap(to: monotonic())
      lap = schedule.next?.lap ?? lap
      pane.perform(pane.session.beginLap(at: monotonic()))
    } else if pane.isDeserted, rested == nil, pane.session.deadline == nil {
      return false
    } else {
      pane.wait(until: rested)
    }
    return true
  }

  private func play(_ cue: Schedule.Cue) {
    let event = cast.events[cue.event]
    let written = pane.perform(pane.session.follow(event.text, at: monotonic()))
    guard logsWrites, let written else { return }
    let done = monotonic()
    pane.note(
      Record(
        "write", at: written,
        [
          ("event", .integer(Int64(cue.event))), ("recorded", .decimal(event.at.milliseconds / 1000)),
          ("bytes", .integer(Int64(event.text.utf8.count))), ("done", .integer(done.nanoseconds)),
        ]))
  }
}
