import CLinux
import Glibc
import Synchronization

/// Hears of every program that is executed in the trees of processes it follows, and stops those that are looked
/// at before they have done anything.
///
/// A thread of its own reads, decides and stops, and does nothing else; what it found is handed on. Where the
/// kernel tells of executions, that is at once; elsewhere the trees are read again and again. Any thread may call
/// its methods.
public final class ExecListener: Sendable {
  /// Where executions become known.
  public enum Source: Sendable, Equatable {
    /// The kernel's process connector.
    case connector
    /// Reading `/proc`; why it has to be that.
    case polling(ExecError)
  }

  /// A program was executed in a tree.
  public struct Execution: Sendable {
    public let tree: Int
    public let process: Int32
    /// The process that has started it, as far as it is known.
    public let parent: Int32
    /// How many programs stand between it and the tree's first process, itself counted.
    public let level: Int
    /// The tree's first process has started it, with no other program in between.
    public let isByFirst: Bool
    /// Nanoseconds of `CLOCK_MONOTONIC`: by the kernel's word, or when it was found.
    public let time: UInt64
    /// As `/proc/PID/cmdline` had them; empty when the process was gone already.
    public let arguments: [UInt8]
    /// Where it runs, of one that is not stopped and may be gone before anybody else asks; nil when it was gone.
    public let directory: String?
    public let stop: Stop
  }

  /// What was done to a program at once.
  public enum Stop: Sendable, Equatable {
    /// Nothing: it is not looked at.
    case none
    /// It was stopped, at this time.
    case stopped(at: UInt64)
    /// It would have been stopped if it were not only watched.
    case observed
    /// It could not be stopped: the errno.
    case refused(Int32)
  }

  public enum Event: Sendable {
    case executed(Execution)
    /// A process of a tree ended; the status as wait(2) gives it, nil when nobody can tell.
    case ended(Int32, tree: Int, status: UInt32?, time: UInt64)
    /// Many processes live in a tree; told each second while it is so.
    case crowded(tree: Int, Crowd, time: UInt64)
    /// Events were lost; the trees have been read again.
    case lost
  }

  public let source: Source
  private let engine: ExecEngine

  /// - Parameters:
  ///   - source: Nil to use the connector where there is one.
  ///   - stop: Stops a process, on the listening thread; returns 0 or an errno.
  ///   - deliver: Is given what was found, on the listening thread; must return at once.
  public init(
    source: Source? = nil, stop: @escaping @Sendable (Int32) -> Int32,
    deliver: @escaping @Sendable ([Event]) -> Void
  ) {
    self.source = source ?? Self.obstacle().map { .polling($0) } ?? .connector
    engine = ExecEngine(usesConnector: self.source == .connector, stop: stop, deliver: deliver)
    engine.start()
  }

  deinit {
    engine.send(.end)
  }

  /// Follows everything that is below a process and everything that it will start, as one tree.
  ///
  /// - Parameter isObserved: Nothing of it is stopped.
  public func follow(_ root: Int32, as tree: Int, isObserved: Bool = false) {
    engine.send(.follow(root, tree, isObserved))
  }

  public func leave(_ tree: Int) {
    engine.send(.leave(tree))
  }

  public func adopt(_ watchlist: Watchlist) {
    engine.send(.adopt(watchlist))
  }

  /// Looks at copies of these as well.
  public func know(_ originals: ProgramFiles) {
    engine.send(.know(originals))
  }

  /// Ends the thread; nothing is delivered after it has returned.
  public func end() {
    engine.send(.end)
    engine.join()
  }
}
