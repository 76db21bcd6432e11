import Foundation
import Journal
import Rulebook

/// Tells an edit of rule files that can be taken from one that has to be refused.
///
/// Told when to look; asks no clock.
struct RuleReload {
  enum News: Sendable {
    /// Sound: these are in force from now on.
    case adopted(RuleLibrary, changes: String)
    /// Broken in a way in which it was not before; the rules from before stay.
    case refused([FileError])
  }

  /// How often to look. An edit is taken at the second look that finds it, so that a file that is just being
  /// written is left alone.
  static let interval = Duration.milliseconds(250)

  private(set) var library: RuleLibrary
  private var taken: RuleStamp
  private var previous: RuleStamp

  init(_ library: RuleLibrary) {
    self.library = library
    taken = RuleStamp(library.sources)
    previous = taken
  }

  /// Looks at the files; nil when there is nothing new, or not yet settled.
  mutating func look() -> News? {
    let now = RuleStamp(library.sources)
    defer { previous = now }
    guard now != taken, now == previous else { return nil }
    return read()
  }

  /// Reads the files now, whether they have changed or not.
  mutating func read() -> News {
    taken = RuleStamp(library.sources)
    let next: RuleLibrary
    do {
      next = try RuleLibrary(library.sources)
    } catch {
      return .refused([
        FileError(file: library.sources.shipped.path, line: 1, column: 1, message: "\(error)")
      ])
    }
    // What was broken from the start and was said then does not stand in the way of other edits.
    let known = Set(library.errors.map { "\($0.file): \($0.message)" })
    let fresh = next.errors.filter { !known.contains("\($0.file): \($0.message)") }
    guard fresh.isEmpty else { return .refused(fresh) }
    let changes = Self.changes(from: library, to: next)
    library = next
    return .adopted(next, changes: changes)
  }

  private static func changes(from old: RuleLibrary, to new: RuleLibrary) -> String {
    let before = Set(old.rulebook.rules.map(\.id))
    let after = Set(new.rulebook.rules.map(\.id))
    var parts = ["the rules were read again: \(after.count) in force"]
    let come = after.subtracting(before).sorted()
    let gone = before.subtracting(after).sorted()
    if !come.isEmpty { parts.append("new: \(come.joined(separator: ", "))") }
    if !gone.isEmpty { parts.append("gone: \(gone.joined(separator: ", "))") }
    return parts.joined(separator: "; ")
  }
}

extension Watcher {
  /// Looks after the rule files until the watch is over.
  ///
  /// Files are read and compiled here, apart from the panes; the watcher only exchanges the rules.
  nonisolated func followRules() async {
    var reloads: [String: RuleReload] = [:]
    while !Task.isCancelled, await !isOver {
      for (project, library) in await libraries where reloads[project] == nil {
        reloads[project] = RuleReload(library)
      }
      try? await Task.sleep(for: RuleReload.interval)
      for project in reloads.keys.sorted() {
        switch reloads[project]?.look() {
        case .adopted(let library, let changes): await adopt(library, of: project, changes)
        case .refused(let errors): await refuse(errors, of: project)
        case nil: break
        }
      }
    }
  }

  private var libraries: [String: RuleLibrary] { courts.open.mapValues(\.library) }
}

extension Alert {
  /// An edit of a rule file was refused.
  static func brokenRules(_ errors: [FileError], at time: WallTime, id: String) -> Alert {
    let count = errors.count == 1 ? "" : " (and \(errors.count - 1) more)"
    return Alert(
      time: time, id: id, rule: "rule-file", severity: .warning, agent: Agent(name: "outrider"),
      source: Source(rawValue: "rules"), text: errors.first.map { "\($0)\(count)" } ?? "",
      why: "A rule file was changed and is broken now; the rules from before stay in force.",
      instead: "Correct the file; outrider rules check shows the place.",
      evidence: errors.prefix(20).map { cleaned($0.description, limit: 400) })
  }
}
