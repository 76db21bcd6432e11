import Glibc
import Processes

/// Stops programs in the middle of what they do, with all that they have started, and lets them go.
public enum Freezer {
  /// Stops what a process, itself stopped, has started since it runs this program.
  ///
  /// - Parameter start: The clock tick of its execution: older children were somebody else's, whose process it
  ///   was before.
  /// - Returns: The process first, then those that were stopped with it; at most 256.
  public static func freezeDescendants(of root: ProcessIdentity, since start: UInt64) -> [ProcessIdentity] {
    var frozen = [root]
    var known: Set<ProcessIdentity> = [root]
    // Until a look finds nobody new: whoever is stopped starts nothing more.
    var hasChanged = true
    while hasChanged, frozen.count < mostFrozen {
      hasChanged = false
      for parent in frozen {
        for id in ProcessFiles.children(parent.id) {
          guard let child = ProcessIdentity(id), child.start >= start, known.insert(child).inserted,
            child.signal(SIGSTOP) == 0
          else { continue }
          frozen.append(child)
          hasChanged = true
        }
      }
    }
    return frozen
  }

  static let mostFrozen = 256

  /// Ends them, the first one first; they do nothing more. The errno of the first, 0 when it was ended.
  @discardableResult
  public static func kill(_ processes: [ProcessIdentity]) -> Int32 {
    processes.map { $0.signal(SIGKILL) }.first ?? ESRCH
  }

  /// Lets them go on as if nothing had been, those last that were stopped first. The errno of the first.
  @discardableResult
  public static func letGo(_ processes: [ProcessIdentity]) -> Int32 {
    processes.reversed().map { $0.signal(SIGCONT) }.last ?? ESRCH
  }
}
