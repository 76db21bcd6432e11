import Glibc
import Rulebook

/// The time of live facts: the wall clock's when the program started, and from there on a clock that no one
/// sets.
public struct LiveClock: Sendable {
  private let wall: Int64
  private let start: Int64

  public init() {
    wall = Self.read(CLOCK_REALTIME)
    start = Self.read(CLOCK_MONOTONIC)
  }

  /// When it was made.
  var began: Instant { Instant(nanoseconds: wall) }

  public var now: Instant { instant(ofMonotonic: Self.read(CLOCK_MONOTONIC)) }

  /// - Parameter nanoseconds: A reading of `CLOCK_MONOTONIC`.
  public func instant(ofMonotonic nanoseconds: Int64) -> Instant {
    Instant(nanoseconds: wall + nanoseconds - start)
  }

  private static func read(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}
