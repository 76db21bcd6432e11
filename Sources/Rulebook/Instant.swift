/// A point in time, told to the rulebook by whoever calls it.
///
/// Live facts count from the Unix epoch, replayed ones from the start of their recording; the rulebook
/// only ever compares and subtracts, so that a night can be replayed in a second.
public struct Instant: Comparable, Hashable, Sendable, Codable {
  /// Nanoseconds since the origin of the stream; ±292 years.
  public var nanoseconds: Int64

  public init(nanoseconds: Int64) {
    self.nanoseconds = nanoseconds
  }

  /// - Parameter seconds: Seconds since the origin; clamped to what 64-bit nanoseconds hold, NaN is zero.
  public init(seconds: Double) {
    let scaled = seconds * 1e9
    nanoseconds = scaled.isNaN ? 0 : Int64(max(-9.2e18, min(9.2e18, scaled.rounded())))
  }

  public static let zero = Instant(nanoseconds: 0)

  public var seconds: Double { Double(nanoseconds) / 1e9 }

  public static func < (a: Instant, b: Instant) -> Bool { a.nanoseconds < b.nanoseconds }

  public static func - (a: Instant, b: Instant) -> Duration {
    .nanoseconds(a.nanoseconds &- b.nanoseconds)
  }

  public static func + (a: Instant, b: Duration) -> Instant {
    let (seconds, attoseconds) = b.components
    let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    guard !overflow else { return Instant(nanoseconds: seconds < 0 ? .min : .max) }
    let (sum, over) = a.nanoseconds.addingReportingOverflow(whole &+ attoseconds / 1_000_000_000)
    return Instant(nanoseconds: over ? (seconds < 0 ? .min : .max) : sum)
  }
}

extension Duration {
  /// The duration in seconds, for people and for logs.
  public var inSeconds: Double {
    Double(components.seconds) + Double(components.attoseconds) / 1e18
  }
}
