/// Something that was waited for has not come.
public struct DeadlineOver: Error, CustomStringConvertible {
  public let description: String

  public init(description: String) { self.description = description }
}

/// Waits until a condition of the outside world holds.
///
/// It is looked at a hundred times at least: while other tests keep every thread busy, time passes in which nothing could
/// happen.
///
/// - Throws: `DeadlineOver` when it does not within `limit`, and what `holds` throws.
public func eventually(
  _ what: String, within limit: Duration = .seconds(30), isolation: isolated (any Actor)? = #isolation,
  _ holds: () async throws -> Bool
) async throws {
  let deadline = ContinuousClock.now + limit
  var looks = 0
  while ContinuousClock.now < deadline || looks < 100 {
    if try await holds() { return }
    looks += 1
    try await Task.sleep(for: .milliseconds(5))
  }
  throw DeadlineOver(description: "it never happened that \(what)")
}
