import Rulebook
import Shell
import Testing

@testable import Senses

@Suite("Which programs are looked at")
struct WatchlistTests {
  private static func rules(_ bodies: String...) throws -> [Rule] {
    let rules = bodies.enumerated().map { number, body in
      "  - {id: r\(number), on: command, severity: info, why: w, \(body)}"
    }
    let loaded = Rulebook.load(
      [RuleFile("rules:\n" + rules.joined(separator: "\n"), name: "t.yaml")], programs: ProgramTable())
    try #require(loaded.errors.isEmpty, "\(loaded.errors)")
    return loaded.rulebook.rules
  }

  private func looks(_ list: Watchlist, _ words: String...) -> Bool {
    words.flatMap { Array($0.utf8) + [0] }.withUnsafeBufferPointer { list.looksAt($0) }
  }

  @Test("is told by the first words of the rules that hold, and of no others")
  func names() throws {
    let list = Watchlist(
      try Self.rules(
        "match: '^kubectl apply', do: [hold], fires: [kubectl apply], silent: [ls]",
        "match: '^(?:tofu|mkfs(?:\\.\\w+)?) x', do: [hold], fires: [tofu x], silent: [ls]",
        "match: '^cat x', do: [escalate], fires: [cat x], silent: [ls]"))
    #expect(looks(list, "/usr/bin/kubectl", "get"))
    #expect(looks(list, "/bin/sh", "/opt/kubectl"))
    #expect(looks(list, "/usr/bin/env", "bash", "kubectl"))
    #expect(looks(list, "busybox", "tofu"))
    #expect(looks(list, "mkfs.ext4", "/dev/sda"))
    #expect(!looks(list, "cat", "x"))
    #expect(!looks(list, "kubectl2"))
    #expect(!looks(list, "gcc", "-c", "kubectl.c"))
    #expect(!looks(list, "bash", "-c", "kubectl apply > x"))
    #expect(looks(list, "sudo", "ls"))
    #expect(looks(list, "ssh", "host", "kubectl apply"))
    #expect(!list.looksAtAll && list.nameless.isEmpty)
  }

  @Test("is anything that has a rule's text in it, when its pattern may begin anywhere")
  func unanchored() throws {
    let list = Watchlist(
      try Self.rules("match: 'drop database', do: [hold], fires: [x drop database], silent: [ls]"))
    #expect(looks(list, "psql", "-c", "DROP DATABASE shop"))
    #expect(looks(list, "tool", "drop", "database"))
    #expect(!looks(list, "psql", "-c", "select 1"))
  }

  @Test("is a shell's text, when a rule is about what is written")
  func nameless() throws {
    let list = Watchlist(
      try Self.rules(
        "when: \"writes in ['*.git/hooks/*']\", do: [hold], fires: [echo > a/.git/hooks/x], silent: [ls]"))
    #expect(looks(list, "bash", "-c", "echo a > b"))
    #expect(!looks(list, "bash", "-c", "make all"))
    #expect(!looks(list, "gcc", "a>b"))
    #expect(list.nameless == ["r0"])
  }

  @Test("is everything, when a rule tells nothing by which a program could be passed over")
  func all() throws {
    let list = Watchlist(try Self.rules("match: '^\\S+$', do: [hold], fires: [x], silent: [ls -a]"))
    #expect(list.looksAtAll && looks(list, "anything"))
  }

  @Test("is nothing without a rule that holds")
  func nothing() {
    #expect(Watchlist().isEmpty)
    #expect(!looks(Watchlist(), "sudo", "kubectl"))
  }
}
