import Foundation
import Rulebook
import Synchronization

/// Measures file systems without ever waiting for one that does not answer.
public final class DiskProbe: Sendable {
  private let isBusy = Atomic(false)

  public init() {}

  /// What is left below the paths, in their order; nil when that could not be told in time, or while an earlier
  /// measurement still hangs.
  public func measure(_ paths: [String], limit: Duration = .seconds(5)) async -> [DiskSpace]? {
    guard !isBusy.exchange(true, ordering: .acquiringAndReleasing) else { return nil }
    let answer = Answer()
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        answer.wait(continuation)
        DispatchQueue.global().async {
          let spaces = paths.compactMap(DiskSpace.init(measuring:))
          self.isBusy.store(false, ordering: .releasing)
          answer.give(spaces)
        }
        DispatchQueue.global().asyncAfter(deadline: .now() + limit.inSeconds) { answer.give(nil) }
      }
    } onCancel: {
      answer.give(nil)
    }
  }
}

/// The first answer counts, whoever gives it.
private final class Answer: Sendable {
  private enum State {
    case open
    case waiting(CheckedContinuation<[DiskSpace]?, Never>)
    case given([DiskSpace]?)
    case over
  }

  private let state = Mutex(State.open)

  func wait(_ continuation: CheckedContinuation<[DiskSpace]?, Never>) {
    let early: [DiskSpace]?? = state.withLock { state in
      if case .given(let spaces) = state {
        state = .over
        return .some(spaces)
      }
      state = .waiting(continuation)
      return .none
    }
    if case .some(let spaces) = early { continuation.resume(returning: spaces) }
  }

  func give(_ spaces: [DiskSpace]?) {
    let waiting: CheckedContinuation<[DiskSpace]?, Never>? = state.withLock { state in
      switch state {
      case .open:
        state = .given(spaces)
        return nil
      case .waiting(let continuation):
        state = .over
        return continuation
      case .given, .over: return nil
      }
    }
    waiting?.resume(returning: spaces)
  }
}
