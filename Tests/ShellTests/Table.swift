import Foundation
import Rulebook
import Testing

@testable import Shell

/// The table that the project ships.
let shippedPrograms: ProgramTable = {
  let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../rules/programs.yaml")
  return ProgramFile((try? String(contentsOf: file, encoding: .utf8)) ?? "", name: "programs.yaml").table
}()

/// A line and the commands that it would run, as `line`; `?` before one that is opaque.
struct Case: Sendable, CustomTestStringConvertible {
  let line: String
  let commands: [String]

  init(_ line: String, _ commands: String...) {
    self.line = line
    self.commands = commands
  }

  var testDescription: String { line }
}

func shown(_ analysis: Analysis) -> [String] {
  analysis.commands.map { ($0.isOpaque ? "?" : "") + $0.line }
}

func lines(of text: String, session: Session = Session(), files: [String: String] = [:]) -> [String] {
  var session = session
  return shown(analyze(text, session: &session, programs: shippedPrograms, files: memory(files)))
}

func memory(_ files: [String: String]) -> Files {
  let bytes = files.mapValues { Array($0.utf8) }
  return files.isEmpty ? .none : Files { bytes[$0] }
}
