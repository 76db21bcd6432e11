import ArgumentParser
import Foundation
import Rulebook
import Sidecar

/// Where rules come from, the same for every command that judges.
struct RuleOptions: ParsableArguments {
  @Option(name: .customLong("rules"), help: "The folder of shipped rules and dialects.")
  var directory: String?

  @Option(name: .customLong("add-rules"), help: "A rule file or folder to read as well; may be repeated.")
  var additional: [String] = []

  @Option(help: "Which shipped rules are in force: gitops, strict (more of them), observe (none acts).")
  var profile = Profile.gitops

  @Flag(
    inversion: .prefixedNo,
    help: "Read the user's rules (~/.config/outrider/rules) and the project's (.outrider/rules above here).")
  var userRules = true

  /// Where rules are read.
  ///
  /// - Parameter withProject: False where each agent's own project counts, not the one of this folder.
  /// - Throws: `MissingRules` when the shipped ones are nowhere.
  func sources(withProject: Bool = true) throws -> RuleSources {
    let shipped =
      try directory.map { URL(filePath: $0, directoryHint: .isDirectory) }
      ?? RuleLibrary.shippedDirectory(program: URL(filePath: "/proc/self/exe"))
    let here = URL(filePath: FileManager.default.currentDirectoryPath, directoryHint: .isDirectory)
    return RuleSources(
      shipped: shipped,
      user: userRules ? RuleSources.userFolder(environment: ProcessInfo.processInfo.environment) : nil,
      project: userRules && withProject ? RuleSources.projectFolder(from: here) : nil,
      added: additional.map { URL(filePath: $0) },
      profile: profile)
  }

  /// Reads all files.
  ///
  /// - Throws: `Failure` when there are no rules at all.
  func load(withProject: Bool = true) throws -> RuleLibrary {
    do {
      return try RuleLibrary(sources(withProject: withProject))
    } catch let error as MissingRules {
      throw Failure(.missing, "outrider: \(error)")
    }
  }

  /// Reads all files; a broken one ends the command.
  func loadSound() throws -> RuleLibrary {
    let library = try load()
    guard library.errors.isEmpty else {
      throw Failure(.usage, library.errors.map(\.description).joined(separator: "\n"))
    }
    return library
  }
}

extension Profile: ExpressibleByArgument {}
