/// When each event of a recording is due, counted from the start of the re-enactment.
///
/// The schedule is absolute: a late event delays no later one. It holds no clock.
public struct Schedule: Sendable {
  /// An event and when it is due.
  public struct Cue: Sendable, Equatable {
    /// The event's index in the recording.
    public let event: Int
    /// Since the start of the re-enactment.
    public let due: Duration
    /// Which time through, counted from 0.
    public let lap: Int
  }

  private let cast: Cast
  private let speed: Double
  private let from: Duration
  private let end: Duration
  private let laps: Int
  private let lapLength: Duration
  private let stop: Int
  private var index = 0
  private var lap = 0
  private var start: Duration

  /// - Parameters:
  ///   - speed: how many times faster than recorded; above 0.
  ///   - from: events before it are due at once, so that the screen is complete.
  ///   - until: events after it are left out; nil plays to the end.
  ///   - laps: how often the whole is played, at least once. A second passes between laps.
  ///   - start: when the re-enactment starts, on the caller's clock.
  public init(
    _ cast: Cast, speed: Double = 1, from: Duration = .zero, until: Duration? = nil, laps: Int = 1,
    start: Duration = .zero
  ) {
    precondition(speed > 0, "a schedule's speed must be above 0")
    precondition(laps > 0, "a schedule plays at least once")
    self.cast = cast
    self.speed = speed
    self.from = from
    self.laps = laps
    self.start = start
    let end = min(until ?? cast.length, cast.length)
    self.end = end
    stop = cast.events.firstIndex { $0.at > end } ?? cast.events.count
    lapLength = max(.zero, end - from) / speed + .seconds(1)
  }

  /// The next event and when it is due; nil at the end of the last lap.
  public var next: Cue? {
    guard index < stop else { return nil }
    return Cue(event: index, due: start + max(.zero, cast.events[index].at - from) / speed, lap: lap)
  }

  /// Laps that have not begun yet.
  public var lapsLeft: Int { laps - 1 - lap }

  /// Goes on to the following event, or to the first one of the following lap.
  public mutating func advance() {
    index += 1
    if index >= stop, lapsLeft > 0 { restart(at: start + lapLength) }
  }

  /// Leaves the rest of this lap out and begins the next one at `moment`; does nothing in the last lap.
  public mutating func skipLap(to moment: Duration) {
    guard lapsLeft > 0 else { return }
    restart(at: moment)
  }

  private mutating func restart(at moment: Duration) {
    guard stop > 0 else { return }
    lap += 1
    index = 0
    start = moment
  }
}
