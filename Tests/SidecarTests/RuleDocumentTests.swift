import Foundation
import Testing

@testable import Rulebook

/// The rule files that a page of the documentation shows.
private struct RuleDocument: CustomStringConvertible {
  struct Block: Sendable, CustomTestStringConvertible {
    let page: String
    let line: Int
    let text: String

    /// A block whose first line names a project's folder is a project's, any other one is the user's.
    var layer: Layer { text.prefix { $0 != "\n" }.contains(".outrider/rules/") ? .project : .user }
    var testDescription: String { "\(page):\(line)" }
  }

  let description: String
  let text: String

  init(_ name: String) {
    description = "docs/\(name)"
    text = (try? String(contentsOf: Fixtures.root.appending(path: description), encoding: .utf8)) ?? ""
  }

  var blocks: [Block] {
    var blocks: [Block] = []
    var open: (line: Int, text: String)?
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      if let block = open {
        if line == "```" {
          blocks.append(Block(page: description, line: block.line, text: block.text))
          open = nil
        } else {
          open = (block.line, block.text + line + "\n")
        }
      } else if line == "```yaml" {
        open = (index + 2, "")
      }
    }
    return blocks
  }

  static let tutorial = RuleDocument("rules.md")
  static let reference = RuleDocument("rule-reference.md")
}

@Suite("The documentation of rules")
struct RuleDocumentTests {
  @Test("shows rule files on both pages, and closes each fence")
  func found() {
    #expect(RuleDocument.tutorial.blocks.count >= 2)
    #expect(RuleDocument.reference.blocks.count >= 12)
    for page in [RuleDocument.tutorial, .reference] {
      let fences = page.text.split(separator: "\n").count { $0.hasPrefix("```") }
      #expect(fences.isMultiple(of: 2), "\(page)")
    }
  }

  @Test(
    "shows rule files that load beside the shipped ones without an error",
    arguments: RuleDocument.tutorial.blocks + RuleDocument.reference.blocks)
  private func loads(_ block: RuleDocument.Block) {
    let shipped = Fixtures.library.files.filter { $0.layer == .shipped }
    let file = RuleFile(block.text, name: block.testDescription, layer: block.layer)
    let loaded = Rulebook.load(shipped + [file], programs: Fixtures.library.rulebook.programs)
    #expect(loaded.errors.map(\.description) == [])
  }

  @Test("speaks of every key, action, clock, severity, kind of fact and field in the reference")
  func everyKey() {
    let keys =
      RuleGrammar.top + RuleGrammar.probe + RuleGrammar.rule + RuleGrammar.list + RuleGrammar.count
      + RuleGrammar.ladder
      + RuleGrammar.stalled + RuleGrammar.hold + RuleGrammar.restart + RuleGrammar.sequenceExample
      + RuleGrammar.recordingExample
    let words =
      Action.allCases.map(\.rawValue) + Clock.allCases.map(\.rawValue) + Severity.allCases.map(\.rawValue)
      + Fact.Kind.known.map(\.rawValue) + Fact.Kind.known.flatMap(\.fieldNames)
    let missing = Set(keys + words).filter { !RuleDocument.reference.text.contains("`\($0)`") }
    #expect(missing.sorted() == [])
  }

  @Test("shows the keys of a rule in rule files, not in words only")
  func everyKeyShown() {
    let shown = RuleDocument.reference.blocks.map(\.text).joined()
    let missing = (RuleGrammar.top + RuleGrammar.rule).filter { !shown.contains("\($0):") }
    #expect(missing == [])
  }
}
