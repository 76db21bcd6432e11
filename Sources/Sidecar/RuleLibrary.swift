import Foundation
import Rulebook
import Shell

/// The rules, dialects and programs of a folder of rules, read and checked.
public struct RuleLibrary: Sendable {
  public let rulebook: Rulebook
  public let dialects: [Dialect]
  /// Everything that is wrong with the files, in their order. What is sound is in force all the same.
  public let errors: [FileError]

  /// Reads `DIR/*.yaml`, `DIR/agents/*.yaml` and `DIR/programs.yaml`, in the order of their names.
  ///
  /// - Parameters:
  ///   - directory: The shipped rules.
  ///   - additional: More rule files or folders of them, read after the shipped ones.
  /// - Throws: `MissingRules` when the folder is not there or has no rules.
  public init(directory: URL, additional: [URL] = []) throws {
    let shipped = Self.yamlFiles(in: directory).filter { !Self.reserved.contains($0.lastPathComponent) }
    guard !shipped.isEmpty else { throw MissingRules(searched: [directory.path]) }
    var errors: [FileError] = []
    let programs = Self.programs(directory.appending(path: "programs.yaml"), &errors)
    let own = additional.flatMap { url in
      url.hasDirectoryPath || Self.isDirectory(url) ? Self.yamlFiles(in: url) : [url]
    }
    let files = (shipped + own).compactMap { url in
      Self.text(of: url, &errors).map { RuleFile($0, name: Self.displayName(url)) }
    }
    let loaded = Rulebook.load(files, programs: programs)
    let dialects = Self.yamlFiles(in: directory.appending(path: "agents")).compactMap { url in
      Self.text(of: url, &errors).map { DialectFile($0, name: Self.displayName(url)) }
    }
    rulebook = loaded.rulebook
    self.dialects = dialects.compactMap(\.dialect)
    self.errors = errors + loaded.errors + dialects.flatMap(\.errors)
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
    guard let found = searched.first(where: { isDirectory($0.appending(path: "agents")) }) else {
      throw MissingRules(searched: searched.prefix(4).map(\.path))
    }
    return found
  }

  private static let reserved: Set<String> = ["programs.yaml"]

  private static func programs(_ url: URL, _ errors: inout [FileError]) -> ProgramTable {
    guard let text = text(of: url, &errors) else { return ProgramTable() }
    let file = ProgramFile(text, name: displayName(url))
    errors += file.errors
    return file.table
  }

  private static func text(of url: URL, _ errors: inout [FileError]) -> String? {
    guard let data = try? Data(contentsOf: url) else {
      errors.append(
        FileError(file: displayName(url), line: 1, column: 1, message: "cannot be read; is the path right?"))
      return nil
    }
    guard let text = String(data: data, encoding: .utf8) else {
      errors.append(
        FileError(file: displayName(url), line: 1, column: 1, message: "is not UTF-8; save it as UTF-8"))
      return nil
    }
    return text
  }

  private static func yamlFiles(in directory: URL) -> [URL] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: directory.path)) ?? []
    return names.filter { $0.hasSuffix(".yaml") || $0.hasSuffix(".yml") }.sorted()
      .map { directory.appending(path: $0) }
  }

  private static func isDirectory(_ url: URL) -> Bool {
    var isDirectory: ObjCBool = false
    return FileManager.default.fileExists(atPath: url.path, isDirectory: &isDirectory)
      && isDirectory.boolValue
  }

  /// As short as it can be said from here.
  private static func displayName(_ url: URL) -> String {
    let here = FileManager.default.currentDirectoryPath + "/"
    return url.path.hasPrefix(here) ? String(url.path.dropFirst(here.count)) : url.path
  }
}

/// No rules were found.
public struct MissingRules: Error, CustomStringConvertible {
  public let searched: [String]

  public var description: String {
    "no rules found in \(searched.joined(separator: ", ")); name the folder with --rules or $OUTRIDER_RULES"
  }
}
