import Foundation
import Journal
import Rulebook
import Support
import Testing
import Tmux

@testable import Sidecar

@Suite("Starting a rule")
struct RuleStarterTests {
  @Test(
    "every start is sound, passes its examples and gives lint nothing to say", arguments: RuleStarter.kinds)
  func sound(_ kind: Fact.Kind) throws {
    let starter = try #require(RuleStarter(id: "my-rule", kind: kind))
    let file = RuleFile(starter.text, name: "my-rule.yaml")
    #expect(file.errors.map(\.description) == [])
    let loaded = Rulebook.load([file], programs: Fixtures.library.rulebook.programs)
    #expect(loaded.errors.map(\.description) == [])
    #expect(loaded.rulebook.lint().map(\.message) == [])
  }

  @Test(
    "refuses an id that is none",
    arguments: ["", "My-Rule", "../x", "a b", "-x", String(repeating: "a", count: 65)])
  func ids(_ id: String) {
    #expect(RuleStarter(id: id, kind: .command) == nil)
  }

  @Test("never writes over a file")
  func twice() async throws {
    try await RulesProgram.with { program in
      let first = try await program.run("rules", "new", "mine")
      #expect(first.status == 0)
      let file = first.output.trimmingCharacters(in: .newlines)
      #expect(file == program.home.appending(path: "config/outrider/rules/mine.yaml").path)
      try Data("# edited\n".utf8).write(to: URL(filePath: file))
      let second = try await program.run("rules", "new", "mine")
      #expect(second.status == 2)
      #expect(second.errors.contains("is there already; edit it"))
      #expect(try String(contentsOfFile: file, encoding: .utf8) == "# edited\n")
    }
  }
}

extension Live {
  @Suite("A newcomer")
  struct NewcomerTests {
    @Test("a newcomer's path: a rule is started, edited, checked, tried, and fires in a running watch")
    func newcomer() async throws {
      try await LiveStage.with { stage in
        try await RulesProgram.with { program in
          guard case .named(let server) = stage.server.socket else { return }
          try await stage.open("shell", "exec cat")
          let watch = try program.start(
            "watch", ["watch", "-L", server, "--log", stage.alertLog, "--no-tmux-messages"])
          defer {
            watch.terminate()
            watch.waitUntilExit()
          }
          try await eventually("it watches") {
            program.text("watch.out").contains("watching the tmux server")
          }

          // A start …
          let path = try await program.run("rules", "new", "ship-by-hand").output.trimmingCharacters(
            in: .newlines)
          let file = URL(filePath: path)
          // … an edit, at first with a slip …
          let start = try String(contentsOf: file, encoding: .utf8)
          let rule = start.replacing("example-tool deploy", with: "ship-it now")
            .replacing("do: [escalate]", with: "do: [interrupt, escalate]")
          try Data(rule.replacing("severity: warning", with: "severity: criticl").utf8).write(to: file)
          let broken = try await program.run("rules", "check", path)
          #expect(broken.status == 2)
          #expect(broken.output.contains("unknown severity 'criticl'; did you mean 'critical'?"))
          try await eventually("the slip is in the log and on screen") {
            program.text("watch.out").contains("rule-file")
              && (try? String(contentsOfFile: stage.alertLog, encoding: .utf8))?.contains("rule-file") == true
          }
          // … and then without.
          try Data(rule.utf8).write(to: file)
          let checked = try await program.run("rules", "check", path)
          #expect(checked.output == "1 rule in 1 file: sound\n")
          #expect(checked.status == 0)
          let tried = try await program.run("rules", "test", path)
          #expect(tried.output == "5 tried, 0 failed\n")
          try await eventually("the rule is in force") {
            program.text("watch.out").contains("new: ship-by-hand")
          }

          try await stage.open(
            "agent",
            "exec '\(LiveStage.program("reenact"))' --rounds 1 --gap 500 --line 'ship-it now web-{}' "
              + "--log '\(stage.agentLog().path)'")
          try await eventually("the rule fires and the agent gets its Escape") {
            program.text("watch.out").contains("ship-by-hand  ship-it now web-")
          }
          let log = try String(contentsOfFile: stage.alertLog, encoding: .utf8)
          #expect(log.contains(#""rule":"ship-by-hand""#))
          #expect(log.contains(#""outcome":"resolved""#), "the refused edit is resolved by the correction")
        }
      }
    }
  }
}
