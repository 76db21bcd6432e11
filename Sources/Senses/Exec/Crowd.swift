/// How many processes live in a tree, and how many of them are copies of copies.
///
/// A build starts many programs side by side, each of which was forked once or twice before it was executed. What runs
/// away forks itself: its processes execute nothing, however many generations they are apart.
public struct Crowd: Sendable, Equatable {
  public var living = 0
  /// Those that were forked `generations` times in a row, and more, without executing anything.
  public var copies = 0

  /// Shells nest to two or three, servers have their workers.
  static let generations = 4
  /// Smaller ones are not told.
  static let least = Crowd(living: 256, copies: 16)
  /// How often the processes are counted, in nanoseconds.
  static let interval: UInt64 = 1_000_000_000

  var isTold: Bool { living >= Self.least.living || copies >= Self.least.copies }
}

extension Lineage {
  /// The crowds of all trees.
  func crowds() -> [Int: Crowd] {
    members.values.reduce(into: [:]) { crowds, member in
      guard member.died == nil else { return }
      crowds[member.tree, default: Crowd()].living += 1
      if member.copies >= Crowd.generations { crowds[member.tree, default: Crowd()].copies += 1 }
    }
  }
}
