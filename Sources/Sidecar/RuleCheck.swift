import Foundation
import Rulebook

/// Everything that is wrong with rule files, and what their authors would want to know, each with its line.
public struct RuleCheck: Sendable {
  /// One thing about one place in a file.
  public struct Problem: Sendable, Equatable {
    public let error: FileError
    /// Nil for an error: the rule is not in force.
    public let lint: LintFinding.Check?
    public let rule: String?
    /// The line of the file; nil when there is none.
    public let excerpt: Excerpt?

    public var isError: Bool { lint == nil }
  }

  /// In the order of the files' names and of the lines within them; an error before what lint says of its
  /// line.
  public let problems: [Problem]
  public let fileCount: Int
  public let ruleCount: Int

  /// - Parameters:
  ///   - library: What is in force, the files to check among it.
  ///   - names: The files that are asked about, by the names that the library gives them; nil for all.
  public init(_ library: RuleLibrary, files names: Set<String>? = nil) {
    let isAsked = { (name: String) in names?.contains(name) ?? true }
    var lines: [String: [Substring]] = [:]
    for (name, text) in library.texts where isAsked(name) {
      lines[name] = text.split(separator: "\n", omittingEmptySubsequences: false)
    }
    let errors = library.errors.filter { isAsked($0.file) }.map { error in
      Problem(
        error: error, lint: nil, rule: nil,
        excerpt: Excerpt(of: lines[error.file] ?? [], line: error.line, column: error.column))
    }
    let findings = library.rulebook.lint(files: names).map { finding in
      let own = lines[finding.origin.file] ?? []
      let place = Self.place(of: finding, in: own)
      return Problem(
        error: FileError(
          file: finding.origin.file, line: place.line, column: place.column,
          message: "rule '\(finding.rule)': \(finding.message)"),
        lint: finding.check, rule: finding.rule,
        excerpt: Excerpt(of: own, line: place.line, column: place.column))
    }
    problems = (errors + findings).sorted {
      ($0.error.file, $0.error.line, $0.error.column, $0.isError ? 0 : 1)
        < ($1.error.file, $1.error.line, $1.error.column, $1.isError ? 0 : 1)
    }
    fileCount = lines.count
    ruleCount = library.rulebook.rules.count { isAsked($0.origin.file) }
  }

  public var errorCount: Int { problems.count { $0.isError } }
  public var findingCount: Int { problems.count - errorCount }

  /// Where the text stands of which the finding speaks, as far as it is written in the file as it is.
  private static func place(of finding: LintFinding, in lines: [Substring]) -> (line: Int, column: Int) {
    let first = max(1, finding.origin.line)
    guard first <= lines.count else { return (first, 1) }
    let start = lines[first - 1]
    let fallback = (first, start.prefix { $0 == " " || $0 == "-" }.count + 1)
    guard !finding.near.isEmpty else { return fallback }
    // A long text may go on in the next line; its beginning is enough.
    let near = String(finding.near.prefix(24))
    for number in first...lines.count {
      let line = lines[number - 1]
      if number > first, line.drop(while: { $0 == " " }).hasPrefix("- id:") { break }
      guard let range = line.range(of: near) else { continue }
      return (number, line.distance(from: line.startIndex, to: range.lowerBound) + 1)
    }
    return fallback
  }
}

/// A line of a file and a caret below the place that is meant.
public struct Excerpt: Sendable, Equatable, CustomStringConvertible {
  /// The line, its control characters made blanks, cut around the place.
  public let line: String
  /// 0-based, in characters of `line`.
  public let caret: Int

  private static let width = 100

  /// - Parameters:
  ///   - line: 1-based.
  ///   - column: 1-based, in characters; one behind the end is moved there.
  init?(of lines: [Substring], line: Int, column: Int) {
    guard lines.indices.contains(line - 1) else { return nil }
    let characters = lines[line - 1].map { $0.unicodeScalars.allSatisfy(Self.isPlain) ? $0 : " " }
    let place = max(0, min(column - 1, characters.count))
    let start = place > Self.width - 10 ? place - Self.width / 2 : 0
    let end = min(characters.count, start + Self.width)
    self.line = (start > 0 ? "…" : "") + String(characters[start..<end]) + (end < characters.count ? "…" : "")
    caret = place - start + (start > 0 ? 1 : 0)
  }

  private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
    cleaned(String(scalar), limit: 1) == String(scalar)
  }

  public var description: String {
    "  \(line)\n  \(String(repeating: " ", count: caret))^"
  }
}

extension RuleCheck.Problem: CustomStringConvertible {
  /// Without the excerpt.
  public var description: String {
    isError ? error.description : "\(error) [\(lint?.rawValue ?? "")]"
  }
}

extension RuleCheck: CustomStringConvertible {
  public var description: String {
    let files = "\(fileCount) file\(fileCount == 1 ? "" : "s")"
    let rules = "\(ruleCount) rule\(ruleCount == 1 ? "" : "s")"
    guard !problems.isEmpty else { return "\(rules) in \(files): sound" }
    let errors = "\(errorCount) error\(errorCount == 1 ? "" : "s")"
    let findings = "\(findingCount) finding\(findingCount == 1 ? "" : "s")"
    // What is said of one and the same place shares one excerpt.
    let shown = problems.indices.flatMap { index in
      let problem = problems[index]
      let next = problems.indices.contains(index + 1) ? problems[index + 1].error : nil
      let isLast =
        next.map { ($0.file, $0.line, $0.column) }
        .map { $0 != (problem.error.file, problem.error.line, problem.error.column) } ?? true
      return [problem.description] + (isLast ? problem.excerpt.map { [$0.description] } ?? [] : [])
    }
    return (shown + ["\(errors), \(findings); \(rules) in force in \(files)"])
      .joined(separator: "\n")
  }
}
