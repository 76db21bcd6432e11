import Foundation
import Journal
import Rulebook

/// The rules that hold for the agents of one project, and what was counted by them.
final class Court {
  private(set) var library: RuleLibrary
  let judge: Judge
  /// The alert about a rule file that was refused, until it is corrected.
  var refusal: Alert?

  init(_ library: RuleLibrary, waivers: [Waiver] = []) {
    self.library = library
    judge = Judge(library.rulebook)
    judge.waivers = waivers
  }

  /// Goes on by other rules.
  func adopt(_ library: RuleLibrary) {
    self.library = library
    judge.adopt(library.rulebook)
  }
}

/// The courts of a fleet: one for each project that has rules of its own, and one for all other agents.
struct Courts {
  private let sources: RuleSources
  private let followsProjects: Bool
  /// By the project's folder of rules; empty for agents outside of such projects.
  private(set) var open: [String: Court]

  /// Projects beyond that are judged by the rules of the others; nobody watches so many at a time.
  private static let most = 64

  /// - Parameter followsProjects: Whether the rules of the project count in which an agent works.
  init(_ library: RuleLibrary, followsProjects: Bool) {
    sources = library.sources
    self.followsProjects = followsProjects
    open = ["": Court(library)]
  }

  /// That of agents in no project.
  var common: Court { open[""]! }

  /// The rules that are not enforced at the moment, in all courts.
  var waivers: [Waiver] = [] {
    didSet { for court in open.values { court.judge.waivers = waivers } }
  }

  var all: Dictionary<String, Court>.Values { open.values }

  /// The court for an agent that works in a folder, and what is wrong with its rule files when it opens.
  mutating func court(at directory: String) -> (court: Court, errors: [FileError]) {
    guard followsProjects, directory.hasPrefix("/"),
      let folder = RuleSources.projectFolder(from: URL(filePath: directory, directoryHint: .isDirectory))
    else { return (common, []) }
    if let known = open[folder.path] { return (known, []) }
    guard open.count < Self.most, let library = try? RuleLibrary(sources.of(project: folder)) else {
      return (common, [])
    }
    let court = Court(library, waivers: waivers)
    open[folder.path] = court
    let known = Set(common.library.errors.map(\.description))
    return (court, library.errors.filter { !known.contains($0.description) })
  }
}
