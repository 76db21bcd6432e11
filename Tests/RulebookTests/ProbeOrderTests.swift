import Rulebook
import Shell
import Testing

@Suite("The probes of a rule file")
struct ProbeOrderTests {
  private static func load(_ text: String, layer: Layer = .user) -> (rulebook: Rulebook, errors: [FileError])
  {
    Rulebook.load([RuleFile(text, name: "own.yaml", layer: layer)], programs: ProgramTable())
  }

  @Test("are read with when and where they run")
  func read() {
    let (rulebook, errors) = Self.load(
      """
      probes:
        - {id: jobs, run: [curl, -fsS, 'http://localhost:9000/waiting'], every: 5m}
        - {id: lock, run: ls, after: made, in: home}
      rules:
        - {id: make, on: output, match: x, emit: made, fires: [x], silent: [y]}
      """)
    #expect(errors.map(\.description) == [])
    #expect(rulebook.probes.map(\.id) == ["jobs", "lock"])
    #expect(rulebook.probes.map(\.time) == [.every(.seconds(300)), .after([Fact.Kind(rawValue: "made")])])
    #expect(rulebook.probes.map(\.folder) == [.worktree, .home])
    #expect(rulebook.probes.first?.run == ["curl", "-fsS", "http://localhost:9000/waiting"])
    #expect(rulebook.observing().probes == rulebook.probes)
  }

  @Test(
    "are refused with what to write instead",
    arguments: [
      ("{id: x, run: [a], evry: 5m}", "own.yaml:2:23: probe 'x': unknown key 'evry'; did you mean 'every'?"),
      ("{id: x, run: [a]}", "own.yaml:2:5: probe 'x': say either 'every: 5m' or 'after: hook-failed'"),
      (
        "{id: x, run: [a], every: 5m, after: x}",
        "own.yaml:2:5: probe 'x': say either 'every: 5m' or 'after: hook-failed'"
      ),
      ("{id: x, run: [a], every: 1s}", "own.yaml:2:30: probe 'x': 'every' is at least 5s"),
      (
        "{id: x, run: [], every: 5m}",
        "own.yaml:2:18: probe 'x': 'run' is a program and its arguments, as in [df, -i, /srv]"
      ),
      (
        "{id: X y, run: [a], every: 5m}",
        "own.yaml:2:10: probe 'X y': an id is made of small letters, digits and '-'"
      ),
      (
        "{id: disk, run: [a], every: 5m}",
        "own.yaml:2:10: probe 'disk': Outrider itself measures 'disk'; give it another id"
      ),
      (
        "{id: x, run: [a], every: 5m, in: tmp}",
        "own.yaml:2:38: probe 'x': unknown in 'tmp'; write worktree, home"
      ),
      (
        "{id: x, run: [a], after: command}",
        "own.yaml:2:30: probe 'x': 'after' names what a rule emits, as in hook-failed; 'command' is too frequent"
      ),
      ("{run: [a], every: 5m}", "own.yaml:2:5: a probe has no 'id'; start it with '- id: NAME'"),
      ("ls", "own.yaml:2:5: a probe has no 'id'; start it with '- id: NAME'"),
    ])
  func refused(_ probe: String, _ error: String) {
    let (rulebook, errors) = Self.load("probes:\n  - \(probe)\n")
    #expect(errors.map(\.description).contains(error), "\(errors)")
    #expect(rulebook.probes.isEmpty)
  }

  @Test("are the user's: a project has none, and each name is given once")
  func layers() {
    let text = "probes: [{id: x, run: [a], every: 5m}]\n"
    #expect(
      Self.load(text, layer: .project).errors.map(\.description)
        == ["own.yaml:1:9: a project cannot run programs; ask the user to, in their own rules"])
    let twice = Self.load("probes: [{id: x, run: [a], every: 5m}, {id: x, run: [b], every: 5m}]\n")
    #expect(twice.rulebook.probes.map(\.run) == [["a"]])
    #expect(
      twice.errors.map(\.description) == [
        "own.yaml:1:40: probe 'x' stands already in own.yaml:1; give one another id"
      ])
  }

  @Test("make a fact of each line, cleaned and bounded")
  func facts() throws {
    let probe = try #require(Self.load("probes: [{id: x, run: [a], every: 5m}]\n").rulebook.probes.first)
    let hostile = Array("one\n\u{1B}[2Jtwo\u{7}\n\n".utf8) + [0xFF, 0xFE, 0x0A]
    let facts = probe.facts(status: 3, output: hostile, of: "%1", at: .zero)
    #expect(facts.map(\.text) == ["one", "[2Jtwo", "\u{FFFD}\u{FFFD}"])
    #expect(
      facts.allSatisfy { $0.fields == ["measure": .string("x"), "exit": .number(3)] && $0.source == .probe })
    #expect(probe.facts(status: 0, output: [], of: "%1", at: .zero).map(\.text) == [""])
    let many = Array(String(repeating: "line\n", count: 1000).utf8)
    #expect(probe.facts(status: 0, output: many, of: "%1", at: .zero).count == 50)
  }
}
