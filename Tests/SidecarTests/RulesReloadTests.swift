import Foundation
import Rulebook
import Testing

@testable import Sidecar

@Suite("Rules of several folders, read again")
struct RulesReloadTests {
  private static func with(_ body: (URL, RuleSources) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "outrider-reload-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder, RuleSources(shipped: Fixtures.root.appending(path: "rules"), user: folder))
  }

  private func write(_ id: String, to folder: URL, broken: Bool = false) throws {
    let starter = try #require(RuleStarter(id: id, kind: .command))
    let text = broken ? starter.text.replacing("severity: warning", with: "severity: warnign") : starter.text
    try Data(text.utf8).write(to: folder.appending(path: "\(id).yaml"))
  }

  private func isNothing(_ news: RuleReload.News?) -> Bool {
    if case .none = news { true } else { false }
  }

  private func adopted(_ news: RuleReload.News?) -> [String]? {
    guard case .adopted(let library, _) = news else { return nil }
    return library.rulebook.rules.map(\.id)
  }

  @Test("an edit is taken once it has settled, a new file and a deleted one too")
  func edit() throws {
    try Self.with { folder, sources in
      var reload = RuleReload(try RuleLibrary(sources))
      #expect(isNothing(reload.look()))
      try write("mine", to: folder)
      #expect(isNothing(reload.look()), "it may still be being written")
      #expect(adopted(reload.look())?.contains("mine") == true)
      #expect(isNothing(reload.look()))
      try FileManager.default.removeItem(at: folder.appending(path: "mine.yaml"))
      #expect(isNothing(reload.look()))
      guard case .adopted(_, let changes) = reload.look() else {
        Issue.record("a deleted file was not noticed")
        return
      }
      #expect(changes.hasSuffix("gone: mine"))
    }
  }

  @Test("a broken edit is refused and the rules stay; a correction is taken")
  func broken() throws {
    try Self.with { folder, sources in
      try write("mine", to: folder)
      var reload = RuleReload(try RuleLibrary(sources))
      try write("mine", to: folder, broken: true)
      try write("other", to: folder)
      #expect(isNothing(reload.look()))
      guard case .refused(let errors) = reload.look() else {
        Issue.record("the broken file was not refused")
        return
      }
      #expect(errors.count == 1)
      #expect(errors[0].message.contains("did you mean 'warning'?"))
      #expect(reload.library.rulebook.rules.contains { $0.id == "mine" })
      #expect(isNothing(reload.look()), "it is said once")
      try write("mine", to: folder)
      #expect(isNothing(reload.look()))
      #expect(adopted(reload.look())?.suffix(2) == ["mine", "other"])
    }
  }

  @Test("what was broken from the start does not stand in the way")
  func brokenBefore() throws {
    try Self.with { folder, sources in
      try write("mine", to: folder, broken: true)
      var reload = RuleReload(try RuleLibrary(sources))
      try write("other", to: folder)
      #expect(isNothing(reload.look()))
      #expect(adopted(reload.look())?.last == "other")
    }
  }

  @Test("the user's and the nearest project's rules are read by every command that judges")
  func layers() async throws {
    try await RulesProgram.with { program in
      let user = program.home.appending(path: "config/outrider/rules")
      let work = program.home.appending(path: "src/app/deep")
      let project = program.home.appending(path: "src/app/.outrider/rules")
      for folder in [user, work, project] {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      }
      try write("of-user", to: user)
      try write("of-project", to: project)
      let rules = ["--rules", Fixtures.root.appending(path: "rules").path]
      let list = try await program.run("rules", "list", rules[0], rules[1], in: work)
      #expect(list.output.firstMatch(of: #/of-user +user /#) != nil)
      #expect(list.output.firstMatch(of: #/of-project +project /#) != nil)
      #expect(list.output.firstMatch(of: #/push-main +shipped /#) != nil)
      let judged = try await program.run(
        "judge", "--json", "example-tool deploy x", rules[0], rules[1], in: work)
      #expect(judged.output.contains(#""rules":["of-user","of-project"]"#))
      let alone = try await program.run(
        "judge", "example-tool deploy x", "--no-user-rules", rules[0], rules[1], in: work)
      #expect(alone.output == "allowed\n")
    }
  }
}
