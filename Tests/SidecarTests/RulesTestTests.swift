import Foundation
import FoundationXML
import Rulebook
import Testing

@testable import Sidecar

@Suite("Trying examples")
struct RulesTestTests {
  @Test("all shipped examples, samples and recordings pass")
  func shipped() {
    var test = RuleTest(Fixtures.library)
    let examples = test.cases.count
    #expect(examples > 50)
    test.replay(Fixtures.recordings, with: Fixtures.library)
    #expect(test.cases.count == examples + Fixtures.names.count)
    #expect(test.cases.compactMap(\.failure) == [])
  }

  private func poor() throws -> RuleTest {
    let file = Fixtures.root.appending(path: "fixtures/broken-rules/failing-examples.yaml")
    let sources = RuleSources(shipped: Fixtures.root.appending(path: "rules"))
    let (library, names) = try RuleLibrary.load(sources, with: [file])
    return RuleTest(library, files: names)
  }

  @Test("a failed example is one failure, with its place")
  func failures() throws {
    let test = try poor()
    #expect(test.cases.count == 6)
    #expect(test.cases.filter { $0.failure != nil }.map(\.line) == [12, 13, 16])
  }

  @Test("TAP is version 14: a plan, every test in order, what failed as a YAML block")
  func tap() throws {
    let lines = try poor().report(.tap).split(separator: "\n").map(String.init)
    #expect(lines[0] == "TAP version 14")
    #expect(lines[1] == "1..6")
    let tests = lines.filter { $0.hasPrefix("ok ") || $0.hasPrefix("not ok ") }
    for (index, line) in tests.enumerated() {
      #expect(line.firstMatch(of: /^(?:not )?ok (\d+) - \S/).map { Int($0.1) } == index + 1)
      // A number sign that is not escaped would begin a directive.
      #expect(line.firstMatch(of: /[^\\]#/) == nil)
    }
    #expect(tests.count == 6)
    #expect(lines.count { $0 == "  ---" } == 3)
    #expect(lines.count { $0 == "  ..." } == 3)
  }

  @Test("JUnit is XML that parses, with its counts")
  func junit() throws {
    let tally = Tally()
    let parser = XMLParser(data: Data(try poor().report(.junit).utf8))
    parser.delegate = tally
    #expect(parser.parse())
    #expect(tally.elements == ["testsuites": 1, "testsuite": 1, "testcase": 6, "failure": 3])
    #expect(tally.failures == "3")
    let all = XMLParser(data: Data(RuleTest(Fixtures.library).report(.junit).utf8))
    #expect(all.parse())
  }

  private final class Tally: NSObject, XMLParserDelegate {
    var elements: [String: Int] = [:]
    var failures: String?

    func parser(
      _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
      qualifiedName: String?, attributes: [String: String] = [:]
    ) {
      elements[name, default: 0] += 1
      if name == "testsuites" { failures = attributes["failures"] }
    }
  }
}

@Suite("Explaining a verdict")
struct RulesExplainTests {
  private func explained(_ line: String, _ rule: String) -> [String] {
    CommandBench(Fixtures.library).facts(line, cwd: nil, branch: nil).flatMap { fact in
      Fixtures.library.rulebook.explain(fact).filter { $0.rule.id == rule }.map(\.description)
    }
  }

  @Test(
    "names the word, the exception or the condition at which a rule stopped",
    arguments: [
      ("kubectl get pods", "kubectl-apply", "no match: 'kubectl ' fits, stopped at 'get'"),
      (
        "kubectl rollout status web", "kubectl-apply",
        "no match: 'kubectl rollout ' fits, stopped at 'status'"
      ),
      ("kubectl", "kubectl-apply", "no match: stopped at 'kubectl', the first word"),
      ("ls -l", "kubectl-apply", "no match: stopped at 'ls', the first word"),
      ("kubectl apply -f x", "kubectl-apply", "fired"),
      ("sudo kubectl apply -f x", "kubectl-apply", "fired"),
      (
        "git push origin x", "force-push",
        "condition not met: forced and not with_lease and not dry_run "
          + "(dry_run is false; forced is false; with_lease is false)"
      ),
    ])
  func stops(_ line: String, _ rule: String, _ expected: String) {
    #expect(explained(line, rule) == [expected])
  }

  @Test("names the exception that matched")
  func exception() throws {
    let said = try #require(explained("kubectl apply --dry-run=client -f x", "kubectl-apply").first)
    #expect(said.hasPrefix("excepted: '--dry-run=client' matches the exception "))
  }

  @Test("shows what was seen around a second of a recording")
  func recording() async throws {
    try await RulesProgram.with { program in
      let run = try await program.run(
        "rules", "explain", "fixtures/recordings/deploy.claude.cast", "--at", "13.6", "--no-user-rules")
      #expect(run.status == 0)
      #expect(run.output.contains("13.625  command: kubectl apply -f web.yaml"))
      #expect(run.output.contains("kubectl-apply (rules/gitops.yaml:"))
      #expect(run.output.contains("): fired"))
    }
  }
}
