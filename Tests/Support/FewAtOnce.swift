import Synchronization

/// Lets few of those who ask do something at once: hundreds of tests that each wait for a program would start them all,
/// and none would be in time.
public final class FewAtOnce: Sendable {
  private struct State {
    var free: Int
    var waiting: [CheckedContinuation<Void, Never>] = []
  }

  private let state: Mutex<State>

  public init(_ most: Int) { state = Mutex(State(free: most)) }

  /// What programs of the product, which take a moment's work each, are run by.
  public static let programs = FewAtOnce(4)

  public func run<Result>(
    isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Result
  ) async rethrows -> Result {
    await withCheckedContinuation { continuation in
      let isFree = state.withLock { state in
        if state.free > 0 {
          state.free -= 1
          return true
        }
        state.waiting.append(continuation)
        return false
      }
      if isFree { continuation.resume() }
    }
    defer {
      let next = state.withLock { state in
        if !state.waiting.isEmpty { return state.waiting.removeFirst() as CheckedContinuation<Void, Never>? }
        state.free += 1
        return nil
      }
      next?.resume()
    }
    return try await body()
  }
}
