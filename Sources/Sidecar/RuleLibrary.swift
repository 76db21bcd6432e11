import Foundation
import Rulebook
import Shell

/// The rules, dialects and programs of a folder of rules, read and checked.
public struct RuleLibrary: Sendable {
  public let rulebook: Rulebook
  public let dialects: [Dialect]
  /// What is taken out of alerts; nothing in a library without dialects, see `redaction(of:)`.
  public let redaction: Redaction
  /// Everything that is wrong with the files, in their order. What is sound is in force all the same.
  public let errors: [FileError]

  /// Where they were read.
  public let sources: RuleSources
  /// The rule files that could be read, sound or not, in their order.
  public let files: [RuleFile]
  /// The files of secrets that could be read, sound or not.
  public let redactions: [RedactionFile]
  /// Whether every file could be read; what is in it is another matter.
  let isWhole: Bool
  /// The text of every file that was read, by the name that errors give it.
  public let texts: [String: String]
  /// The layer of every rule file, by its name.
  public let layers: [String: Layer]

  /// Reads `DIR/*.yaml`, `DIR/agents/*.yaml` and `DIR/programs.yaml`, in the order of their names.
  ///
  /// - Parameters:
  ///   - directory: The shipped rules.
  ///   - additional: More rule files or folders of them, read after the shipped ones.
  /// - Throws: `MissingRules` when the folder is not there or has no rules.
  public init(directory: URL, additional: [URL] = []) throws {
    try self.init(RuleSources(shipped: directory, added: additional))
  }

  /// Reads all files of all layers, as they are now.
  ///
  /// - Parameter withDialects: False where no pane is read.
  /// - Throws: `MissingRules` when there are no shipped rules.
  public init(_ sources: RuleSources, withDialects: Bool = true) throws {
    let places = sources.files
    guard places.contains(where: { $0.layer == .shipped }) else {
      throw MissingRules(searched: [sources.shipped.path])
    }
    var errors: [FileError] = []
    var texts: [String: String] = [:]
    func read(_ url: URL) -> (text: String, name: String)? {
      let name = RuleSources.File.name(of: url)
      guard let text = Self.text(of: url, &errors) else { return nil }
      texts[name] = text
      return (text, name)
    }
    let programs = read(sources.programs).map { ProgramFile($0.text, name: $0.name) }
    files = places.compactMap { place in
      read(place.url).map { RuleFile($0.text, name: $0.name, layer: place.layer) }
    }
    let loaded = Rulebook.load(files, programs: programs?.table ?? ProgramTable())
    let dialects = (withDialects ? sources.dialects : []).compactMap(read).map {
      DialectFile($0.text, name: $0.name)
    }
    redactions = (withDialects ? sources.redactions : []).compactMap(read).map {
      RedactionFile($0.text, name: $0.name)
    }
    let joined = RedactionFile.joined(redactions)
    redaction = joined.redaction
    rulebook = sources.profile == .observe ? loaded.rulebook.observing() : loaded.rulebook
    self.dialects = dialects.compactMap(\.dialect)
    isWhole = errors.isEmpty
    self.errors =
      errors + (programs?.errors ?? []) + loaded.errors + dialects.flatMap(\.errors) + joined.errors
    self.sources = sources
    self.texts = texts
    layers = places.reduce(into: [:]) { $0[$1.name] = $1.layer }
  }

  /// What is taken out of alerts, for who reads no dialects and seldom has one. What is broken is left out;
  /// `rules check` tells of it.
  static func redaction(of sources: RuleSources) -> Redaction {
    var errors: [FileError] = []
    let files = sources.redactions.compactMap { url in
      text(of: url, &errors).map { RedactionFile($0, name: RuleSources.File.name(of: url), isTried: true) }
    }
    return RedactionFile.joined(files).redaction
  }

  /// Reads everything with some files that an author asks about; those that are not there already come last.
  ///
  /// - Returns: Also the names by which the library knows these files.
  /// - Throws: `MissingRules` when there are no shipped rules.
  public static func load(
    _ sources: RuleSources, with asked: [URL]
  ) throws -> (library: RuleLibrary, names: Set<String>?) {
    func same(_ url: URL) -> String { url.standardizedFileURL.resolvingSymlinksInPath().path }
    let there = sources.files.map(\.url) + sources.dialects + [sources.programs] + sources.redactions
    var names: Set<String> = []
    var added = sources.added
    for url in asked {
      if let known = there.first(where: { same($0) == same(url) }) {
        names.insert(RuleSources.File.name(of: known))
      } else {
        added.append(url)
        names.insert(RuleSources.File.name(of: url))
      }
    }
    let all = RuleSources(
      shipped: sources.shipped, user: sources.user, project: sources.project, added: added)
    return (try RuleLibrary(all), names)
  }

  /// Where the shipped rules are: `$OUTRIDER_RULES`, `share/outrider/rules` beside the program, or `rules` in
  /// one of the folders above it, as in a checkout.
  ///
  /// - Throws: `MissingRules` with all the places that were searched.
  public static func shippedDirectory(
    program: URL, environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws -> URL {
    if let path = environment["OUTRIDER_RULES"] { return URL(filePath: path, directoryHint: .isDirectory) }
    var searched: [URL] = []
    var folder = program.resolvingSymlinksInPath().deletingLastPathComponent()
    searched.append(folder.deletingLastPathComponent().appending(path: "share/outrider/rules"))
    while folder.path != "/" {
      searched.append(folder.appending(path: "rules"))
      folder.deleteLastPathComponent()
    }
    guard let found = searched.first(where: { RuleSources.isDirectory($0.appending(path: "agents")) }) else {
      throw MissingRules(searched: searched.prefix(4).map(\.path))
    }
    return found
  }

  /// Bytes of a file; what a file of rules may have is told where it is parsed.
  private static let longestFile = 4 << 20

  private static func text(of url: URL, _ errors: inout [FileError]) -> String? {
    func fail(_ message: String) -> String? {
      errors.append(
        FileError(file: RuleSources.File.name(of: url), line: 1, column: 1, message: message))
      return nil
    }
    do throws(RegularFile.Failure) {
      let bytes = try RegularFile.bytes(of: url.path, atMost: longestFile)
      return String(validating: bytes, as: UTF8.self) ?? fail("is not UTF-8; save it as UTF-8")
    } catch {
      return switch error {
      case .notRegular: fail("is no file; write the rules into a plain file")
      case .tooLong: fail("the file is larger than 4 MiB; split it by topic")
      case .unreadable, .unwanted: fail("cannot be read; is the path right?")
      }
    }
  }
}

/// No rules were found.
public struct MissingRules: Error, CustomStringConvertible {
  public let searched: [String]

  public var description: String {
    "no rules found in \(searched.joined(separator: ", ")); name the folder with --rules or $OUTRIDER_RULES"
  }
}
