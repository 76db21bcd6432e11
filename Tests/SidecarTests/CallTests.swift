import Foundation
import Journal
import Notices
import Processes
import Support
import Testing
import Tmux

/// `outrider watch` as people run it, with a configuration, a home of its own, and a terminal for the human.
private final class CallStage {
  let stage: LiveStage
  let program: RulesProgram
  private var watch: Process?
  private var number = 0

  init(_ stage: LiveStage, _ program: RulesProgram, _ configuration: String) throws {
    (self.stage, self.program) = (stage, program)
    let folder = program.home.appending(path: "config/outrider")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try Data(configuration.utf8).write(to: folder.appending(path: "config.yaml"))
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o600], ofItemAtPath: folder.appending(path: "config.yaml").path)
  }

  deinit { end(SIGKILL) }

  private var socket: String {
    guard case .named(let name) = stage.server.socket else { return "" }
    return name
  }

  var state: String { program.home.appending(path: "state").path }
  private var environment: [String: String] {
    [
      "HOME": program.home.path, "XDG_CONFIG_HOME": program.home.appending(path: "config").path,
      "XDG_RUNTIME_DIR": program.home.appending(path: "run").path, "XDG_STATE_HOME": state,
      "OUTRIDER_RULES": Fixtures.root.appending(path: "rules").path,
    ]
  }

  func start(_ options: String...) async throws {
    let process = Process()
    number += 1
    let name = "watch\(number)"
    process.executableURL = URL(filePath: LiveStage.program("outrider"))
    process.arguments = ["watch", "-L", socket] + options
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { _, new in new }
    for suffix in ["out", "err"] { try Data().write(to: program.home.appending(path: "\(name).\(suffix)")) }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: program.home.appending(path: "\(name).out"))
    process.standardError = try FileHandle(forWritingTo: program.home.appending(path: "\(name).err"))
    try process.start()
    watch = process
    try await eventually("the watch watches") {
      self.program.text("\(name).out").contains("watching the tmux server")
    }
  }

  func end(_ number: Int32) {
    guard let watch, watch.isRunning else { return }
    kill(watch.processIdentifier, number)
    watch.waitUntilExit()
    self.watch = nil
  }

  /// Runs `outrider` in a pane of tmux's in which no agent works, as a human does: what it said, and its status.
  func human(_ words: String) async throws -> (text: String, status: String) {
    number += 1
    let file = program.home.appending(path: "human\(number)")
    let command = "\(prefix) \(words) > '\(file.path)' 2>&1; echo $? > '\(file.path).status'"
    _ = try await stage.server.run(["new-window", "-d", "-t", "agent:", command])
    try await eventually("outrider \(words) has ended") {
      !self.program.text("human\(self.number).status").isEmpty
    }
    let status = program.text("human\(number).status").trimmingCharacters(in: .whitespacesAndNewlines)
    return (program.text("human\(number)"), status)
  }

  /// The program with its environment, for a shell.
  var prefix: String {
    let assignments = environment.map { "\($0.key)='\($0.value)'" }.sorted().joined(separator: " ")
    return "env \(assignments) '\(LiveStage.program("outrider"))'"
  }

  /// What the human was called about: `opened kubectl-apply`.
  var calls: [String] {
    program.text("calls").split(separator: "\n").compactMap { line in
      let json = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      guard let json, let call = json["call"] as? [String: Any] else { return nil }
      return "\(call["kind"] as? String ?? "?") \(json["rule"] as? String ?? "?")"
    }
  }

  var log: String { program.text("state/outrider/alerts.jsonl") }
}

extension Live {
  @Suite("Calls")
  struct CallTests {
    private func staged(_ body: (CallStage) async throws -> Void) async throws {
      try await LiveStage.with { stage in
        try await RulesProgram.with { program in
          let page = try stage.script("page", "cat >> '\(program.home.path)/calls'")
          let calls = try CallStage(
            stage, program,
            """
            escalations: {repeat: [30s]}
            heartbeat: {every: 5s}
            notifiers:
              - {name: pager, run: \(page)}
            """)
          try await body(calls)
        }
      }
    }

    @Test("come once, are acknowledged at a human's terminal only, and are known after the watch was killed")
    func acknowledged() async throws {
      try await staged { calls in
        let trigger = calls.program.home.appending(path: "trigger").path
        let said = calls.program.home.appending(path: "agent-said").path
        let cast = Fixtures.recordings.appending(path: "deploy.codex.cast").path
        // A program of the agent's, in its pane, that acknowledges when it may.
        let own =
          "(while [ ! -e '\(trigger)' ]; do sleep 0.1; done; \(calls.prefix) ack all > '\(said)' 2>&1) &"
        let agent = "'\(LiveStage.program("reenact"))' '\(cast)' --hold-at-end --speed 6"
        try await calls.stage.open("other", "cat")
        try await calls.start()
        try await calls.stage.open("agent", "\(own) \(agent)")
        try await eventually("the human is called") { calls.calls == ["opened kubectl-apply"] }

        _ = FileManager.default.createFile(atPath: trigger, contents: nil)
        try await eventually("the agent is refused") {
          calls.program.text("agent-said").contains("an agent's programs do not decide")
        }
        let lone = Process()
        lone.executableURL = URL(filePath: "/usr/bin/env")
        lone.arguments = ["setsid", "--wait", "sh", "-c", "\(calls.prefix) ack all 2> '\(said)'"]
        try lone.start()
        lone.waitUntilExit()
        #expect(lone.terminationStatus == 1)
        #expect(calls.program.text("agent-said").contains("only a human at a terminal"))

        let open = try await calls.human("ack")
        #expect(open.text.contains("critical  codex:%1  kubectl-apply"), "\(open)")
        let wrong = try await calls.human("ack nonsense")
        #expect(wrong.status == "1" && wrong.text.contains("'nonsense' is not open; open: "))
        let id = try #require(open.text.split(separator: " ").first)
        let known = try await calls.human("ack \(id)")
        #expect(known.status == "0" && known.text.hasPrefix("acknowledged: \(id) kubectl-apply"), "\(known)")
        try await eventually("it is in the log") { calls.log.contains(#""do":"acknowledge""#) }

        let silence = try await calls.human("silence 'merge-*' --for 2h --agent codex")
        #expect(silence.text.hasPrefix("silenced until "), "\(silence)")
        #expect(try await calls.human("silence").text.contains("merge-* of codex  until "))

        calls.end(SIGKILL)
        let doctor = try await calls.human("doctor --json")
        #expect(doctor.text.contains("was killed after"), "\(doctor)")
        #expect(try await calls.human("ack").status == "69")
        try await calls.start()
        #expect(try await calls.human("ack").text.contains("(known, by "))
        #expect(try await calls.human("silence").text.contains("merge-* of codex  until "))
        let well = try await calls.human("doctor --json")
        #expect(well.text.contains("is alive (pid ") && !well.text.contains("was killed after"), "\(well)")
        #expect(calls.calls == ["opened kubectl-apply"])
        calls.end(SIGTERM)
        let watch = try #require(StateFolder(calls.state + "/outrider").watches.first)
        #expect(watch.heartbeat.read() == nil)
        #expect(watch.escalations.read()?.open.map(\.cause) == ["kubectl-apply"])
      }
    }

    @Test("A rule is broken for a while, and all agents are stopped and let go on, at a human's word only")
    func exceptions() async throws {
      try await staged { calls in
        let said = calls.program.home.appending(path: "agent-said").path
        try await calls.stage.open("other", "cat")
        try await calls.stage.open("agent", "cat")
        try await calls.start()
        #expect(try await calls.human("allow no-such-rule --for 5m").text.contains("no rule is called"))
        #expect(try await calls.human("allow kubectl-apply --for ever").status == "2")
        let allowed = try await calls.human("allow kubectl-apply --for 10m")
        #expect(allowed.status == "0" && allowed.text.contains("may be broken until"), "\(allowed)")
        let list = try await calls.human("allow")
        #expect(list.text.contains("nothing is on hold") && list.text.contains("  kubectl-apply  until "))
        try await calls.stage.reenact("deploy.codex", "--speed 6", session: "codex")
        try await eventually("it is told of and let be") { calls.log.contains("allowed by ") }
        #expect(calls.log.contains(#""rule":"exception""#))
        #expect(calls.stage.read("paste", session: "codex").isEmpty)

        let stopped = try await calls.human("stop")
        #expect(stopped.text.contains("all agents are stopped"), "\(stopped)")
        try await eventually("the watch has stopped them") { calls.log.contains(#""rule":"stop""#) }
        let lone = Process()
        lone.executableURL = URL(filePath: "/usr/bin/env")
        lone.arguments = ["setsid", "--wait", "sh", "-c", "\(calls.prefix) resume 2> '\(said)'"]
        try lone.start()
        lone.waitUntilExit()
        #expect(calls.program.text("agent-said").contains("only a human at a terminal"))
        #expect(try await calls.human("resume").text.contains("agents may be typed to again"))
        try await eventually("the watch lets them go on") { calls.log.contains(#""rule":"resume""#) }
        #expect(try await calls.human("resume").text.contains("nothing is stopped"))
        #expect(calls.calls.isEmpty)
      }
    }

    @Test("are made by the next watch when a notifier hung until this one was killed")
    func outbox() async throws {
      try await LiveStage.with { stage in
        try await RulesProgram.with { program in
          let gate = program.home.appending(path: "gate").path
          let page = try stage.script(
            "page", "[ -e '\(gate)' ] || exec sleep 600; cat >> '\(program.home.path)/calls'")
          let other = try stage.script("other", "cat >> '\(program.home.path)/others'")
          let calls = try CallStage(
            stage, program, "notifiers: [{name: pager, run: \(page)}, {name: other, run: \(other)}]")
          try await stage.open("other", "cat")
          try await calls.start()
          try await stage.reenact("deploy.codex", "--speed 6")
          // The one that hangs keeps neither the other nor the agent's correction waiting.
          try await eventually("the other was called") { program.text("others").contains("kubectl-apply") }
          try await eventually("the correction was sent off") { !stage.read("submitted").isEmpty }
          #expect(calls.calls.isEmpty)
          calls.end(SIGKILL)
          _ = FileManager.default.createFile(atPath: gate, contents: nil)
          try await calls.start()
          try await eventually("the call has arrived") { calls.calls == ["opened kubectl-apply"] }
          let sent = program.text("others").split(separator: "\n").count
          #expect(sent == 1)
        }
      }
    }

    @Test("end by themselves when the approval is given that an agent waited for")
    func resolves() async throws {
      try await staged { calls in
        let rules = calls.program.home.appending(path: "config/outrider/rules")
        try FileManager.default.createDirectory(at: rules, withIntermediateDirectories: true)
        try """
        rules:
          - {id: soon-waiting, on: state, when: state == asking, for: 500ms, severity: warning, why: w, do: [escalate], fires: [asking], silent: [working]}
        """.write(to: rules.appending(path: "x.yaml"), atomically: true, encoding: .utf8)
        try await calls.stage.open("other", "cat")
        try await calls.start()
        try await calls.stage.reenact("approval.claude", "--speed 2")
        try await eventually("the human is called") { calls.calls.contains("opened soon-waiting") }
        _ = try await calls.stage.server.run(["send-keys", "-t", "agent", "Enter"])
        try await eventually("its end is told") { calls.calls.contains("resolved soon-waiting") }
        try await eventually("its end is in the log") { calls.log.contains("its cause has gone") }
      }
    }
  }
}
