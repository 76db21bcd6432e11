import Foundation
import Rulebook

extension Watcher {
  /// Reads all rule files at once, as they are, and says what came of it.
  ///
  /// What is broken is told as an alert and leaves the rules from before in force. Files are read here, apart from
  /// the panes.
  public nonisolated func reloadRules() async {
    for (project, library) in await openLibraries.sorted(by: { $0.key < $1.key }) {
      var reload = RuleReload(library)
      switch reload.read() {
      case .adopted(let next, let changes): await adopt(next, of: project, changes)
      case .refused(let errors): await refuse(errors, of: project)
      }
    }
  }

  private var openLibraries: [String: RuleLibrary] { courts.open.mapValues(\.library) }
}
