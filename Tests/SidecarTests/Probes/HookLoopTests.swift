import Foundation
import Processes
import Senses
import Shell
import Testing

@testable import Rulebook
@testable import Sidecar

/// A git repository with real hooks, and an agent whose own hooks tell what each command printed.
private final class Workshop {
  let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
  let judge: Judge
  private var reader: HookReader
  private let stories = Stories()
  private var now = Instant(seconds: 1000)
  private var calls = 0
  private(set) var verdicts: [Verdict] = []

  init(_ rulebook: Rulebook = Fixtures.library.rulebook) async throws {
    judge = Judge(rulebook)
    reader = HookReader(agent: "%1", commands: CommandReader(programs: rulebook.programs))
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    _ = try await sh(
      "git init -q -b feature . && git config user.name dev && git config user.email dev@example.com")
  }

  func write(_ text: String, to path: String, isExecutable: Bool = false) throws {
    let file = folder.appending(path: path)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
    if isExecutable {
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
    }
  }

  @discardableResult
  func sh(_ line: String) async throws -> ProgramRun.Result {
    var environment = ProcessInfo.processInfo.environment
    environment["HOME"] = folder.path
    environment["GIT_CONFIG_GLOBAL"] = "/dev/null"
    return try await ProgramRun(
      ["sh", "-c", line], in: folder.path, environment: environment, limit: .seconds(60)
    )
    .result()
  }

  /// The agent writes a file.
  func edit(_ path: String, _ text: String) throws {
    try write(text, to: path)
    var event = HookEvent(
      moment: .postToolUse, session: "s", cwd: folder.path, tool: .edit([path]), call: "e")
    event.result = .init()
    hear(event)
  }

  /// The agent runs a command, which really runs; both its outputs are told when it has ended, as its agent does.
  func run(_ line: String) async throws {
    calls += 1
    var event = HookEvent(
      moment: .preToolUse, session: "s", cwd: folder.path, tool: .command(line, cwd: nil), call: "\(calls)")
    hear(event)
    let result = try await sh(line)
    event.moment = result.status == 0 ? .postToolUse : .postToolUseFailure
    let lines = (String(decoding: result.output, as: UTF8.self) + result.complaints).split(separator: "\n")
    event.result = .init(output: lines.map { cleaned(String($0), limit: 400) }, exit: Int(result.status))
    hear(event)
    now = now + .seconds(20)
    verdicts += judge.tick(at: now)
    // As the watch does when a hook has failed.
    guard judge.takeEmitted().contains(where: { $0.kind.rawValue == "hook-failed" }) else { return }
    guard let changed = await ChangedFiles.ask(in: folder.path) else { return }
    verdicts += judge.judge(changed.fact(of: "%1", at: now))
  }

  private func hear(_ event: HookEvent) {
    now = now + .milliseconds(500)
    for fact in reader.read(event, stories: stories, hasPane: true, at: now) { verdicts += judge.judge(fact) }
  }

  var loops: [Verdict] { verdicts.filter { $0.rule.id.hasPrefix("hook-loop") } }

  deinit { try? FileManager.default.removeItem(at: folder) }
}

/// A manager of hooks in its real form: how it is set up, and what a failing hook of it is called.
private struct Manager: CustomTestStringConvertible, Sendable {
  let testDescription: String
  let hook: String
  let setUp: @Sendable (Workshop) async throws -> Void

  static func isThere(_ program: String) -> Bool {
    ProgramRun.find(program, in: ProcessInfo.processInfo.environment) != nil
  }

  /// The linter finds fault with every YAML file, by its path.
  private static let lint =
    "for f in $(git ls-files '*.yaml' | grep -v '^\\.'); do echo \"$f:1:1: missing info\"; done; exit 1"

  static let plain = Manager(testDescription: "a plain git hook", hook: "commit") { shop in
    try shop.write("#!/bin/sh\n\(lint)\n", to: ".git/hooks/pre-commit", isExecutable: true)
  }

  /// What husky 9 does, in its own words: a runner that `core.hooksPath` leads to.
  static let husky = Manager(testDescription: "husky", hook: "pre-commit") { shop in
    try shop.write("\(lint)\n", to: ".husky/pre-commit", isExecutable: true)
    try shop.write(
      "#!/bin/sh\nsh -e .husky/pre-commit \"$@\"\nc=$?\n[ $c != 0 ] && echo \"husky - pre-commit script failed (code $c)\"\nexit $c\n",
      to: ".husky/_/pre-commit", isExecutable: true)
    _ = try await shop.sh("git config core.hooksPath .husky/_")
  }

  static let preCommit = Manager(testDescription: "pre-commit", hook: "OpenAPI lint") { shop in
    try shop.write("#!/bin/sh\n\(lint)\n", to: "lint.sh", isExecutable: true)
    try shop.write(
      """
      repos:
        - repo: local
          hooks:
            - {id: fine, name: fine, language: system, entry: 'true', pass_filenames: false, always_run: true}
            - {id: openapi, name: OpenAPI lint, language: system, entry: ./lint.sh, pass_filenames: false, always_run: true}
      """, to: ".pre-commit-config.yaml")
    #expect(try await shop.sh("pre-commit install").status == 0)
  }

  static let lefthook = Manager(testDescription: "lefthook", hook: "openapi-lint") { shop in
    try shop.write("#!/bin/sh\n\(lint)\n", to: "lint.sh", isExecutable: true)
    try shop.write(
      "pre-commit:\n  commands:\n    fine: {run: 'true'}\n    openapi-lint: {run: ./lint.sh}\n",
      to: "lefthook.yml")
    #expect(try await shop.sh("lefthook install").status == 0)
  }

  static let all =
    [plain, husky] + (isThere("pre-commit") ? [preCommit] : []) + (isThere("lefthook") ? [lefthook] : [])
}

@Suite("A hook that fails again and again, in a real repository")
struct HookLoopTests {
  /// The user's setting.
  private static func bypassing() throws -> Rulebook {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "own.yaml")
    try Data("lists: {hook-policy: [bypass]}\n".utf8).write(to: file)
    let library = try RuleLibrary(RuleSources(shipped: Fixtures.root.appending(path: "rules"), added: [file]))
    #expect(library.errors.map(\.description) == [])
    return library.rulebook
  }

  @Test(
    "is named at its third time, with the agent's own file, and is not to be gone around",
    arguments: Manager.all)
  private func own(_ manager: Manager) async throws {
    let shop = try await Workshop()
    try await manager.setUp(shop)
    try shop.edit("api/openapi.yaml", "openapi: 3\n")
    for number in 1...3 {
      #expect(shop.loops.isEmpty, "after \(number - 1)")
      try await shop.run("git add -A && git commit -m 'try \(number)'")
    }
    let loop = try #require(shop.loops.first)
    #expect(shop.loops.count == 1 && loop.rule.id == "hook-loop")
    #expect(
      loop.why
        == "The hook '\(manager.hook)' failed 3 times and no commit came of it. It is about your own change: api/openapi.yaml.",
      "\(manager.testDescription)")
    #expect(loop.instead?.contains("Do not go around it with --no-verify.") ?? false)
    #expect(loop.actions == [.interrupt, .prompt])
  }

  @Test("is told from one that complains about what the agent did not touch", arguments: Manager.all)
  private func foreign(_ manager: Manager) async throws {
    let shop = try await Workshop()
    try shop.write("openapi: 2\n", to: "legacy/api.yaml")
    try await shop.sh("git add -A && git commit -qm init")
    try await manager.setUp(shop)
    try shop.edit("src/cart.py", "total = 1\n")
    for number in 1...3 { try await shop.run("git add -A && git commit -m 'try \(number)'") }
    let loop = try #require(shop.loops.first)
    #expect(loop.why.hasSuffix("It is about legacy/api.yaml, which you did not change."), "\(loop.why)")
  }

  @Test("is to be gone around where the user's setting says so, and then --no-verify is not refused")
  func bypass() async throws {
    let shop = try await Workshop(Self.bypassing())
    try await Manager.plain.setUp(shop)
    try shop.edit("api/openapi.yaml", "openapi: 3\n")
    for number in 1...3 { try await shop.run("git add -A && git commit -m 'try \(number)'") }
    #expect(shop.loops.map(\.rule.id) == ["hook-loop-bypass"])
    #expect(shop.loops.first?.instead?.contains("Commit with --no-verify, run the checks by hand") ?? false)
    try await shop.run("git commit --no-verify -m 'by hand'")
    #expect(!shop.verdicts.contains { $0.rule.id == "hook-bypass" })
    let strict = try await Workshop()
    try await strict.run("git commit --no-verify --allow-empty -m x")
    #expect(strict.verdicts.contains { $0.rule.id == "hook-bypass" })
  }

  @Test("is none when it mends the files and passes at the next try, however often")
  func mending() async throws {
    let shop = try await Workshop()
    try shop.write(
      "#!/bin/sh\nif [ -f dirty ]; then rm dirty; echo 'Fixing src/cart.py'; exit 1; fi\n",
      to: ".git/hooks/pre-commit",
      isExecutable: true)
    for number in 1...5 {
      try shop.write("", to: "dirty")
      try shop.edit("src/cart.py", "total = \(number)\n")
      for _ in 1...2 { try await shop.run("git add src && git commit -m 'try \(number)'") }
    }
    #expect(shop.loops.isEmpty, "\(shop.loops.map(\.why))")
  }

  @Test(
    "names the files that a line of output is about",
    arguments: [
      ("src/cart.py:12:3: F401 unused", ["src/cart.py"]), ("would reformat cart.py", ["cart.py"]),
      ("src/a.ts(12,3): error TS2322", ["src/a.ts"]), ("  ./web/x.tsx", ["web/x.tsx"]),
      ("main.go:7: undefined: y", ["main.go"]),
      ("'docs/a.md' and \"docs/b.md\"", ["docs/a.md", "docs/b.md"]),
      ("see https://example.com/a/b.html", []), ("v1.2.3 is out, e.g. now", []), ("Node.js is old", []),
      ("node_modules/x/y.js:3", []), ("1/2.5", []), ("../../../etc/passwd", []), ("-x/y.py", []),
      (String(repeating: "a/", count: 2000) + "b.c", []),
    ] as [(String, [String])])
  func mentions(_ line: String, _ paths: [String]) {
    #expect(PathMention.paths(in: line) == paths)
  }

  @Test("is beside what git says of the work tree, which has another mark after each write and none else")
  func marks() async throws {
    let shop = try await Workshop()
    func mark() async throws -> WorktreeMark {
      WorktreeMark(try #require(await ChangedFiles.ask(in: shop.folder.path)), in: shop.folder.path)
    }
    try shop.write("a", to: "src/a.py")
    var last = try await mark()
    #expect(try await mark() == last)
    for (path, text) in [("src/a.py", "ab"), ("src/b.py", ""), ("src/a.py", "cd"), ("a b\nc.py", "x")] {
      try shop.write(text, to: path)
      let next = try await mark()
      #expect(next != last, "\(path)")
      last = next
    }
    try await shop.sh("git add -A && git commit -qm x && git mv src/a.py src/c.py")
    #expect(try #require(await ChangedFiles.ask(in: shop.folder.path)).paths == ["src/c.py", "src/a.py"])
    #expect(await ChangedFiles.ask(in: "/proc") == nil)
  }

  @Test("asks git without running a program that the repository names")
  func noProgram() async throws {
    let shop = try await Workshop()
    let ran = shop.folder.appending(path: "ran").path
    let program = shop.folder.appending(path: ".git/program").path
    try shop.write("#!/bin/sh\necho $0 >> '\(ran)'\ncat\n", to: ".git/program", isExecutable: true)
    try shop.write("*.py filter=x diff=x\n", to: ".gitattributes")
    try shop.write("a", to: "a.py")
    try await shop.sh("git add -A && git commit -qm x && git update-ref refs/remotes/origin/HEAD HEAD")
    for setting in [
      "filter.x.clean", "filter.x.process", "core.fsmonitor", "diff.external", "diff.x.textconv",
    ] {
      try await shop.sh("git config \(setting) '\(program)'")
    }
    try await shop.sh("git config filter.x.required true; rm -f ran")
    try shop.write("b", to: "a.py")
    #expect(await ChangedFiles.ask(in: shop.folder.path)?.paths == ["a.py"])
    #expect(!FileManager.default.fileExists(atPath: ran))
    // The trap is one: git itself would have run it.
    try await shop.sh("git add -A || true")
    #expect(FileManager.default.fileExists(atPath: ran))
  }
}
