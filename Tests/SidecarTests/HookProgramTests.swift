import Foundation
import Processes
import Journal
import Sidecar
import Support
import Testing

/// A user's home with nothing in it, gone when the body has returned.
struct Home {
  let url: URL

  static func with(_ body: (Home) async throws -> Void) async throws {
    let home = Home(
      url: FileManager.default.temporaryDirectory.appending(path: "outrider-home-\(UUID().uuidString)"))
    try FileManager.default.createDirectory(
      at: home.url.appending(path: "run"), withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: home.url) }
    try await body(home)
  }

  var environment: [String: String] {
    [
      "HOME": url.path, "XDG_RUNTIME_DIR": url.appending(path: "run").path, "XDG_STATE_HOME": "",
      "XDG_CONFIG_HOME": "",
      "TMUX": "", "TMUX_PANE": "",
    ]
  }

  var log: String { url.appending(path: ".local/state/outrider/alerts.jsonl").path }

  var alerts: [Alert] {
    let text = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
    return text.split(separator: "\n").compactMap {
      try? JSONDecoder().decode(Alert.self, from: Data($0.utf8))
    }
  }

  func write(_ text: String, to path: String) throws {
    let file = url.appending(path: path)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try text.write(to: file, atomically: true, encoding: .utf8)
  }

  /// What the hook program says to a shell command that an agent is about to run.
  func ask(_ command: String, cwd: String = "/", moment: String = "PreToolUse", call: String = "1")
    async throws
    -> Run
  {
    try await outrider(
      "hook", "--agent", "claude-code", input: Self.event(command, cwd, moment, call),
      environment: environment)
  }

  static func event(_ command: String, _ cwd: String, _ moment: String, _ call: String) throws -> String {
    let object: [String: Any] = [
      "hook_event_name": moment, "session_id": "s", "cwd": cwd, "tool_name": "Bash",
      "tool_input": ["command": command], "tool_use_id": call,
    ]
    return String(decoding: try JSONSerialization.data(withJSONObject: object), as: UTF8.self)
  }
}

/// The reason of a refusal; nil when the answer is none.
func refusal(_ output: String) -> String? {
  let object = (try? JSONSerialization.jsonObject(with: Data(output.utf8))) as? [String: Any]
  let answer = object?["hookSpecificOutput"] as? [String: Any]
  guard answer?["permissionDecision"] as? String == "deny" else { return nil }
  return answer?["permissionDecisionReason"] as? String
}

@Suite("The hook program without a sidecar")
struct HookProgramTests {
  @Test("refuses with the reason and what to do instead, and writes one alert")
  func refuses() async throws {
    try await Home.with { home in
      let run = try await home.ask("cd k8s && kubectl apply -f web.yaml")
      let reason = try #require(refusal(run.output))
      #expect(reason.contains("\"kubectl apply -f web.yaml\" is not allowed here"))
      #expect(reason.contains("ArgoCD watches") && reason.contains("open a pull request"))
      #expect(run.status == 0 && run.errors.isEmpty)
      let alert = try #require(home.alerts.first)
      #expect(home.alerts.count == 1)
      #expect(alert.outcome == .denied && alert.source == .hook && alert.rule == "kubectl-apply")
      #expect(try AlertLog.verify(home.log).isIntact)
    }
  }

  @Test(
    "says nothing at all about what is harmless",
    arguments: [
      ("kubectl get pods", "PreToolUse"), ("grep -rn 'kubectl apply' docs", "PreToolUse"),
      ("git push origin feature", "PermissionRequest"), ("kubectl get pods", "PostToolUse"),
      ("", "PreToolUse"),
    ])
  func silent(_ command: String, _ moment: String) async throws {
    try await Home.with { home in
      let run = try await home.ask(command, moment: moment)
      #expect(run.output.isEmpty && run.errors.isEmpty && run.status == 0)
      #expect(home.alerts.isEmpty)
    }
  }

  @Test("refuses files that are an agent's guard, as a tool would write them")
  func edits() async throws {
    try await Home.with { home in
      let input = #"""
        {"hook_event_name":"PreToolUse","session_id":"s","cwd":"/shop","tool_name":"Write","tool_use_id":"1",
         "tool_input":{"file_path":"/shop/.outrider/rules/off.yaml","content":"x"}}
        """#
      let run = try await outrider(
        "hook", "--agent", "claude-code", input: input, environment: home.environment)
      #expect(refusal(run.output)?.contains("is not allowed here") == true)
      #expect(home.alerts.map(\.rule) == ["guard-edited"])
    }
  }

  @Test("judges by the user's and the project's rules as well")
  func layers() async throws {
    try await Home.with { home in
      try home.write("disable: [kubectl-apply]\n", to: ".config/outrider/rules/own.yaml")
      #expect(try await home.ask("kubectl apply -f x").output.isEmpty)
      try home.write("lists: {protected: {add: [release]}}\n", to: "shop/.outrider/rules/shop.yaml")
      let shop = home.url.appending(path: "shop").path
      #expect(try await refusal(home.ask("git push origin release", cwd: shop).output) != nil)
      #expect(try await home.ask("git push origin release").output.isEmpty)
    }
  }

  @Test("tells the policy when a session starts and after a compaction")
  func policy() async throws {
    try await Home.with { home in
      for cause in ["startup", "compact"] {
        let run = try await outrider(
          "hook", "--agent", "codex", input: #"{"hook_event_name":"SessionStart","source":"\#(cause)"}"#,
          environment: home.environment)
        #expect(run.output.contains(#""additionalContext":"Outrider watches this session."#))
        #expect(run.output.contains("ArgoCD watches the repository"))
      }
      try home.write("lists: {policy: ['Only this.']}\n", to: ".config/outrider/rules/own.yaml")
      let own = try await outrider(
        "hook", input: #"{"hook_event_name":"SessionStart","source":"startup"}"#,
        environment: home.environment)
      #expect(own.output.contains("Only this.") && !own.output.contains("ArgoCD"))
    }
  }

  @Test(
    "still refuses by the sound rules when a file is broken, and says so once in the log and to the human")
  func brokenRules() async throws {
    try await Home.with { home in
      try home.write("rules:\n  - {id: a, on: comand}\n", to: ".config/outrider/rules/own.yaml")
      #expect(try await refusal(home.ask("kubectl apply -f x").output) != nil)
      let quiet = try await home.ask("kubectl get pods")
      #expect(quiet.output.isEmpty && quiet.status == 0 && quiet.errors.isEmpty)
      let troubles = home.alerts.filter { $0.rule == "watch-trouble" }
      #expect(troubles.count == 1)
      #expect(troubles.first?.evidence.contains { $0.contains("unknown fact kind 'comand'") } == true)
    }
  }

  @Test(
    "refuses at once, and says what is wrong, when a pipe, a device, a folder or an endless file stands among the rules",
    arguments: ["pipe", "/dev/zero", "folder", "long"])
  func noFile(_ kind: String) async throws {
    try await Home.with { home in
      try home.write("rules: []\n", to: "shop/.outrider/rules/sound.yaml")
      let path = home.url.appending(path: "shop/.outrider/rules/odd.yaml").path
      switch kind {
      case "pipe": mkfifo(path, 0o600)
      case "folder":
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
      case "long":
        try home.write("", to: "shop/.outrider/rules/odd.yaml")
        truncate(path, 1 << 40)
      default: try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: kind)
      }
      let run = try await home.ask("kubectl apply -f x", cwd: home.url.appending(path: "shop").path)
      #expect(refusal(run.output) != nil)
      #expect(run.errors.contains("odd.yaml:1:1: "))
    }
  }

  @Test("lets go on what it cannot read, and says so")
  func noEvent() async throws {
    try await Home.with { home in
      for input in ["", "nonsense", "{}", String(repeating: "[", count: 100_000)] {
        let run = try await outrider("hook", "--agent", "codex", input: input, environment: home.environment)
        #expect(run.output.isEmpty && run.status == 0)
      }
      #expect(home.alerts.map(\.rule) == ["watch-trouble", "watch-trouble"])
    }
  }

  @Test("refuses when the log cannot be written and when there are no rules of the user's to be read")
  func noLog() async throws {
    try await Home.with { home in
      try home.write("", to: ".local/state")
      let run = try await home.ask("kubectl apply -f x")
      #expect(refusal(run.output) != nil)
      #expect(run.errors.contains("alerts.jsonl"))
    }
    try await Home.with { home in
      let none = try await outrider(
        "hook", input: Home.event("kubectl apply -f x", "/", "PreToolUse", "1"),
        environment: home.environment.merging(["OUTRIDER_RULES": "/nowhere"]) { _, new in new })
      #expect(none.output.isEmpty && none.status == 0)
      #expect(none.errors.contains("nothing was judged"))
      #expect(home.alerts.map(\.rule) == ["watch-trouble"])
    }
  }

  @Test("does not refuse, which agents would take 2 for, when it is called wrongly")
  func usage() async throws {
    let run = try await outrider("hook", "--frobnicate")
    #expect(run.status == 69)
    #expect(run.errors.contains("Unknown option '--frobnicate'"))
  }

  @Test("prints a status line, its own or that of the program that was there before")
  func statusLine() async throws {
    try await Home.with { home in
      let input = #"{"model":{"display_name":"Opus"},"context_window":{"remaining_percentage":42}}"#
      let own = try await outrider(
        "hook", "--agent", "claude-code", "--status-line", input: input, environment: home.environment)
      #expect(own.output == "Opus · context 42% left\n")
      let other = try await outrider(
        "hook", "--agent", "claude-code", "--status-line", "--then", "tr -d '{}' | cut -c 1-7", input: input,
        environment: home.environment)
      #expect(other.output == "\"model\"\n")
    }
  }
}

extension Live {
  @Suite("The hook program beside a sidecar")
  struct HookLiveTests {
    /// A watching sidecar whose runtime folder is the stage's.
    private func watch(_ stage: LiveStage, _ options: [String] = []) async throws -> Process {
      guard case .named(let name) = stage.server.socket else { fatalError("the server has a name") }
      let run = stage.folder.appending(path: "run")
      try FileManager.default.createDirectory(at: run, withIntermediateDirectories: true)
      let process = Process()
      process.executableURL = URL(filePath: LiveStage.program("outrider"))
      process.arguments =
        ["watch", "-L", name, "--log", stage.alertLog, "--no-tmux-messages", "--no-user-rules"] + options
      process.currentDirectoryURL = Fixtures.root
      process.environment = ProcessInfo.processInfo.environment.merging(environment(stage)) { _, new in new }
      process.standardOutput = FileHandle.nullDevice
      try process.start()
      // It has to know the panes before it can tell whose hook asks.
      let client = SidecarClient(folder: RuntimeFolder(environment: environment(stage)))
      try await eventually("the sidecar knows its panes") {
        let answer = try? client.ask(Message("doctor"), limit: .seconds(5))
        return answer.flatMap { WatchHealth($0) }.map { $0.panes > 0 } ?? false
      }
      return process
    }

    private func environment(_ stage: LiveStage) -> [String: String] {
      [
        "XDG_RUNTIME_DIR": stage.folder.appending(path: "run").path, "HOME": stage.folder.path,
        "XDG_STATE_HOME": "",
      ]
    }

    /// What the log says last of each alert.
    private func alerts(_ stage: LiveStage) -> [Alert] {
      let text = (try? String(contentsOfFile: stage.alertLog, encoding: .utf8)) ?? ""
      var last: [String: Alert] = [:]
      var order: [String] = []
      for line in text.split(separator: "\n") {
        guard let alert = try? JSONDecoder().decode(Alert.self, from: Data(line.utf8)) else { continue }
        if last.updateValue(alert, forKey: alert.id) == nil { order.append(alert.id) }
      }
      return order.compactMap { last[$0] }
    }

    @Test("is answered by the sidecar that watches its pane, told by the processes above it")
    func answers() async throws {
      try await LiveStage.with { stage in
        let asked = stage.folder.appending(path: "asked.json")
        try Home.event("kubectl apply -f x", "/", "PreToolUse", "1").write(
          to: asked, atomically: true, encoding: .utf8)
        let program = try stage.script(
          "agent",
          """
          while ! test -e go; do sleep 0.05; done
          env -u TMUX -u TMUX_PANE '\(LiveStage.program("outrider"))' hook --agent claude-code < asked.json > answer.tmp
          mv answer.tmp answer
          exec cat
          """)
        _ = try await stage.server.run([
          "new-session", "-d", "-s", "agent", "-c", stage.folder.path, "-e",
          "XDG_RUNTIME_DIR=\(stage.folder.path)/run", "-e", "HOME=\(stage.folder.path)", program,
        ])
        let sidecar = try await watch(stage)
        defer { sidecar.terminate() }
        let answer = stage.folder.appending(path: "answer")
        try Data().write(to: stage.folder.appending(path: "go"))
        try await eventually("the hook is answered") { FileManager.default.fileExists(atPath: answer.path) }
        #expect(refusal(try String(contentsOf: answer, encoding: .utf8)) != nil)
        try await eventually("the sidecar wrote the alert") { alerts(stage).count == 1 }
        let alert = try #require(alerts(stage).first)
        #expect(alert.outcome == .denied && alert.agent.pane != nil && alert.agent.session == "agent")
        let own = stage.folder.appending(path: ".local/state/outrider/alerts.jsonl").path
        #expect(!FileManager.default.fileExists(atPath: own))
      }
    }

    @Test("judges by itself when the sidecar hangs, and says so in the log")
    func hangs() async throws {
      try await LiveStage.with { stage in
        try await stage.open("main", "cat")
        let sidecar = try await watch(stage)
        defer {
          kill(sidecar.processIdentifier, SIGCONT)
          sidecar.terminate()
        }
        kill(sidecar.processIdentifier, SIGSTOP)
        let run = try await outrider(
          "hook", "--agent", "codex", input: Home.event("kubectl apply -f x", "/", "PreToolUse", "1"),
          environment: environment(stage))
        #expect(refusal(run.output) != nil)
        #expect(run.errors.contains("gave no answer within"))
        let text = try String(
          contentsOfFile: stage.folder.appending(path: ".local/state/outrider/alerts.jsonl").path,
          encoding: .utf8)
        #expect(text.contains("watch-trouble") && text.contains("\"outcome\":\"denied\""))
      }
    }

    @Test("shares its counts: the third time is told to the agent, in the answer to its hook")
    func counts() async throws {
      try await LiveStage.with { stage in
        try await stage.open("main", "cat")
        let rule = stage.folder.appending(path: "thrice.yaml")
        try """
        rules:
          - id: thrice
            on: command
            match: '^make(?!\\S)'
            when: phase == ran
            count: {at: 3, within: 15m}
            severity: warning
            why: It failed {count} times.
            instead: Stop and say what you know.
            do: [prompt]
            fires:
              - sequence:
                  - {at: 0s, command: make, phase: ran}
                  - {at: 1s, command: make, phase: ran}
                  - {at: 2s, command: make, phase: ran}
                fires_at: 2s
            silent: [make]
        """.write(to: rule, atomically: true, encoding: .utf8)
        let sidecar = try await watch(stage, ["--add-rules", rule.path])
        defer { sidecar.terminate() }
        func ask(_ call: Int) async throws -> String {
          try await outrider(
            "hook", "--agent", "codex", input: Home.event("make", "/", "PostToolUse", "\(call)"),
            environment: environment(stage)
          ).output
        }
        #expect(try await ask(1).isEmpty)
        #expect(try await ask(2).isEmpty)
        #expect(try await ask(3).contains("It failed 3 times. Instead: Stop and say what you know."))
        try await eventually("it is in the sidecar's log") { alerts(stage).map(\.outcome) == [.corrected] }
      }
    }
  }
}
