import Foundation
import Rulebook
import Sidecar
import Testing

@Suite("A profile")
struct ProfileTests {
  private func library(_ profile: Profile) throws -> RuleLibrary {
    try RuleLibrary(RuleSources(shipped: Fixtures.root.appending(path: "rules"), profile: profile))
  }

  @Test("is sound", arguments: Profile.allCases)
  func sound(_ profile: Profile) throws {
    #expect(try library(profile).errors.map(\.description) == [])
  }

  @Test(
    "asks more when it is strict",
    arguments: [
      ("git push", "push-unresolved"), ("git push --force-with-lease origin x", "force-push-lease"),
      ("kubectl exec web-1 -- sh", "cluster-exec"),
    ])
  func strict(_ line: String, _ rule: String) throws {
    let gitops = CommandBench(try library(.gitops)).judge(line, cwd: nil, branch: nil)
    let strict = CommandBench(try library(.strict)).judge(line, cwd: nil, branch: nil)
    #expect(!gitops.contains { $0.rule.id == rule })
    #expect(strict.contains { $0.rule.id == rule })
  }

  @Test("raises severities when it is strict")
  func severities() throws {
    let verdicts = CommandBench(try library(.strict)).judge("cat .env", cwd: nil, branch: nil)
    #expect(verdicts.map(\.rule.severity) == [.critical])
  }

  @Test("says the same and does nothing when it observes")
  func observe() throws {
    let verdicts = CommandBench(try library(.observe)).judge("kubectl apply -f x", cwd: nil, branch: nil)
    #expect(verdicts.map(\.rule.id) == ["kubectl-apply"])
    #expect(verdicts.allSatisfy { $0.actions.isEmpty && $0.orders.isEmpty })
  }
}
