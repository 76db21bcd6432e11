import Foundation
import Processes
import Support
import Testing
import Tmux

/// What a run of the program came to.
struct Run {
  let status: Int32
  let output: String
  let errors: String
}

func outrider(_ arguments: String..., input: String = "", environment: [String: String] = [:]) async throws
  -> Run
{
  try await outrider(arguments, input: input, environment: environment)
}

func outrider(
  _ arguments: [String], input: String = "", in folder: URL = Fixtures.root,
  environment: [String: String] = [:]
) async throws -> Run {
  var run = ProgramRun(
    [LiveStage.program("outrider")] + arguments, in: folder.path, input: Array(input.utf8),
    environment: ProcessInfo.processInfo.environment.merging(environment) { _, new in new },
    limit: .seconds(120))
  run.most = 16 << 20
  let result = try await FewAtOnce.programs.run { try await run.result() }
  return Run(
    status: result.status, output: String(decoding: result.output, as: UTF8.self), errors: result.complaints)
}

@Suite("The command line")
struct CommandLineTests {
  @Test("says by its exit code and in words what the rules think of a command")
  func judge() async throws {
    let flagged = try await outrider("judge", "cd k8s && kubectl apply -f web.yaml")
    #expect(flagged.status == 1)
    #expect(flagged.output.contains("kubectl-apply: kubectl apply -f web.yaml"))
    #expect(flagged.output.contains("instead:"))
    let allowed = try await outrider("judge", "grep -rn 'kubectl apply' docs")
    #expect(allowed.status == 0)
    #expect(allowed.output == "allowed\n")
    #expect(try await outrider("judge", "--branch", "main", "git push").status == 1)
    #expect(try await outrider("judge", "--branch", "feature", "git push").status == 0)
  }

  @Test("judges one JSON object a line and answers one a line, in order")
  func stdin() async throws {
    let run = try await outrider(
      "judge", "--stdin",
      input: """
        {"command": "kubectl apply -f a.yaml", "id": 1}
        {"command": "git push", "id": "two", "branch": "main"}
        {"command": "ls"}

        """)
    #expect(run.status == 1)
    #expect(
      run.output == """
        {"id":1,"flagged":true,"denied":true,"rules":["kubectl-apply"],"severity":"critical"}
        {"id":"two","flagged":true,"denied":true,"rules":["push-main"],"severity":"critical"}
        {"flagged":false,"denied":false,"rules":[],"severity":null}

        """)
  }

  @Test("answers a line that is no request by an error, judges the rest, and ends with 2")
  func brokenRequests() async throws {
    let run = try await outrider(
      "judge", "--stdin", input: "nonsense\n{\"command\": \"$(cat x)\", \"id\": 2}\n{\"command\": \"ls\"}")
    #expect(run.status == 2)
    let lines = run.output.split(separator: "\n").map { String($0) }
    #expect(lines.count == 3)
    #expect(lines.first?.contains("line 1 is no request") ?? false)
    #expect(
      lines.dropFirst().first
        == #"{"id":2,"flagged":false,"denied":false,"rules":[],"observed":["opaque-command"],"severity":null}"#
    )
    #expect(lines.last?.contains(#""flagged":false"#) ?? false)
  }

  @Test("writes one line an alert when it replays")
  func replay() async throws {
    let run = try await outrider("replay", "fixtures/recordings/deploy.claude.cast", "--json")
    #expect(run.status == 1)
    let lines = run.output.split(separator: "\n").map { String($0) }
    #expect(lines.count == 2)
    #expect(
      lines.first
        == #"{"t":13.625,"file":"fixtures/recordings/deploy.claude.cast","agent":"claude-code","rule":"kubectl-apply","#
        + #""severity":"critical","kind":"command","text":"kubectl apply -f web.yaml","#
        + #""actions":["interrupt","prompt","escalate"]}"#)
    let facts = try await outrider("replay", "fixtures/recordings/queue.codex.cast", "--json", "--facts")
    #expect(facts.status == 0)
    #expect(facts.output.contains(#""kind":"prompt","text":"Fix the CI failures""#))
  }

  @Test(
    "ends with 2 and a sentence when it is called wrongly",
    arguments: [
      (["judge"], "Give either a command line or --stdin"),
      (["judge", "ls", "--stdin"], "Give either a command line or --stdin"),
      (["bogus"], "Unexpected argument 'bogus'"),
      (["watch", "-L", "a", "-S", "b"], "Give either -L or -S, not both."),
      (["watch", "--notify", "/nowhere/x"], "there is no such program; give its full path"),
      (["replay", "/nowhere/x.cast"], "/nowhere/x.cast: cannot be read; is the path right?"),
      (
        ["replay", "README.md", "--agent", "emacs"],
        "no dialect is named 'emacs'; known are: claude-code, codex"
      ),
    ])
  func usage(_ arguments: [String], _ sentence: String) async throws {
    let run =
      switch arguments.count {
      case 1: try await outrider(arguments[0])
      case 2: try await outrider(arguments[0], arguments[1])
      case 3: try await outrider(arguments[0], arguments[1], arguments[2])
      case 4: try await outrider(arguments[0], arguments[1], arguments[2], arguments[3])
      default: try await outrider(arguments[0], arguments[1], arguments[2], arguments[3], arguments[4])
      }
    #expect(run.status == 2)
    #expect(run.errors.contains(sentence), "\(run.errors)")
  }

  @Test("refuses to judge by a broken rule file, with every error in its place")
  func brokenRules() async throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "broken-\(UUID().uuidString).yaml")
    defer { try? FileManager.default.removeItem(at: file) }
    try "rules:\n  - {id: a, on: comand}\n  - {id: b, sevrity: info}\n"
      .write(to: file, atomically: true, encoding: .utf8)
    let run = try await outrider("judge", "ls", "--add-rules", file.path)
    #expect(run.status == 2)
    #expect(
      run.errors.contains("\(file.path):2:17: rule 'a': unknown fact kind 'comand'; did you mean 'command'?"))
    #expect(
      run.errors.contains("\(file.path):3:13: rule 'b': unknown key 'sevrity'; did you mean 'severity'?"))
  }

  @Test("ends with 69 and what to do when something that it needs is missing")
  func missing() async throws {
    let name = "outrider-none-\(getpid())"
    let watch = try await outrider("watch", "-L", name)
    #expect(watch.status == 69)
    #expect(
      watch.errors.contains("no tmux server is running on socket '\(name)'; start one with: tmux -L \(name)"))
    let rules = try await outrider("judge", "ls", "--rules", "/nowhere")
    #expect(rules.status == 69)
    #expect(rules.errors.contains("name the folder with --rules or $OUTRIDER_RULES"))
    let tail = try await outrider("tail", "--log", "/nowhere/alerts.jsonl")
    #expect(tail.status == 69)
    #expect(
      tail.errors.contains("there is no alert log at /nowhere/alerts.jsonl yet; start `outrider watch`"))
    let all = try await outrider("tail", "-n", "\(Int.max)", "--log", "/nowhere/alerts.jsonl")
    #expect(all.status == 69)
    let tmux = try await outrider("watch", environment: ["PATH": "/nowhere"])
    #expect(tmux.status == 69)
    #expect(tmux.errors.contains("tmux is not installed; install it (Debian: apt-get install tmux)"))
  }
}

extension Live {
  @Suite("The program beside a server")
  struct ProgramTests {
    private func watch(_ stage: LiveStage, _ options: String...) throws -> (process: Process, output: URL) {
      let output = stage.folder.appending(path: "out-\(UUID().uuidString)")
      try Data().write(to: output)
      let process = try program(stage, options)
      process.standardOutput = try FileHandle(forWritingTo: output)
      process.standardError = process.standardOutput
      try process.start()
      return (process, output)
    }

    private func program(_ stage: LiveStage, _ options: [String] = []) throws -> Process {
      guard case .named(let name) = stage.server.socket else { fatalError("the server has a name") }
      let process = Process()
      process.executableURL = URL(filePath: LiveStage.program("outrider"))
      process.arguments = ["watch", "-L", name, "--log", stage.alertLog, "--no-tmux-messages"] + options
      process.currentDirectoryURL = Fixtures.root
      process.environment = ProcessInfo.processInfo.environment.merging(
        ["XDG_RUNTIME_DIR": stage.folder.path]
      ) { _, new in new }
      return process
    }

    private func text(_ url: URL) -> String { (try? String(contentsOf: url, encoding: .utf8)) ?? "" }

    @Test("refuses to watch what another one watches, and takes over when it is told to")
    func twoWatchers() async throws {
      try await LiveStage.with { stage in
        try await stage.open("main", "cat")
        let first = try watch(stage)
        defer { first.process.terminate() }
        try await eventually("the first watches") { text(first.output).contains("watching the tmux server") }
        let second = try watch(stage)
        second.process.waitUntilExit()
        #expect(second.process.terminationStatus == 69)
        let pid = first.process.processIdentifier
        #expect(text(second.output).contains("another outrider (pid \(pid)) watches"))
        #expect(text(second.output).contains("take over with --take-over"))
        let third = try watch(stage, "--take-over")
        first.process.waitUntilExit()
        #expect(first.process.terminationStatus == 0)
        try await eventually("the third watches") { text(third.output).contains("watching the tmux server") }
        third.process.terminate()
        third.process.waitUntilExit()
        #expect(third.process.terminationStatus == 0)
        try await eventually("no client is left behind") {
          try await stage.server.run(["list-clients"]).isEmpty
        }
      }
    }

    @Test("refuses to watch a server twice, also when it is named by its socket's path")
    func twoNames() async throws {
      try await LiveStage.with { stage in
        try await stage.open("main", "cat")
        let first = try watch(stage)
        defer { first.process.terminate() }
        try await eventually("the first watches") { text(first.output).contains("watching the tmux server") }
        let path = try await stage.server.run(["display-message", "-p", "#{socket_path}"])
        let socket = String(decoding: path.prefix { $0 != 0x0A }, as: UTF8.self)
        let second = try await outrider(
          "watch", "-S", socket, "--log", stage.alertLog, environment: ["XDG_RUNTIME_DIR": stage.folder.path])
        #expect(second.status == 69)
        #expect(second.errors.contains("another outrider (pid \(first.process.processIdentifier)) watches"))
      }
    }

    @Test("goes on, and says so, when nobody reads what it prints")
    func unread() async throws {
      try await LiveStage.with { stage in
        try await stage.open("main", "cat")
        let errors = stage.folder.appending(path: "errors")
        try Data().write(to: errors)
        let process = try program(stage)
        process.standardOutput = try FileHandle(forWritingTo: URL(filePath: "/dev/full"))
        process.standardError = try FileHandle(forWritingTo: errors)
        try process.start()
        try await eventually("it says so") { text(errors).contains("standard output cannot be written") }
        try await eventually("it watches") { try await !stage.server.run(["list-clients"]).isEmpty }
        process.terminate()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
      }
    }

    @Test("says that it sees no agent, and what it waits for")
    func noAgent() async throws {
      try await LiveStage.with { stage in
        try await stage.open("main", "cat")
        let run = try watch(stage)
        defer { run.process.terminate() }
        try await eventually("it says so") { text(run.output).contains("no agent is seen in any pane yet") }
      }
    }

    @Test("tails what it wrote, and verifies it")
    func tail() async throws {
      try await LiveStage.with { stage in
        try await stage.reenact("deploy.claude", "--speed 5")
        let run = try watch(stage)
        try await eventually("the alert was written") { text(run.output).contains("→ stopped") }
        run.process.terminate()
        run.process.waitUntilExit()
        let tail = try await outrider(
          "tail", "--log", stage.alertLog, "--rule", "kubectl-apply", "--severity", "critical")
        #expect(tail.status == 0)
        #expect(tail.output.contains("kubectl apply -f web.yaml"))
        #expect(try await outrider("tail", "--log", stage.alertLog, "--agent", "codex").output.isEmpty)
        let json = try await outrider("tail", "--log", stage.alertLog, "--json", "-n", "1")
        #expect(json.output.contains(#""outcome":"stopped""#))
        #expect(try await outrider("log", "verify", "--log", stage.alertLog).status == 0)
      }
    }
  }
}
