import Foundation
import Journal
import Notices
import Processes
import Senses
import Settings
import Testing
import Tmux

@testable import Doctor
@testable import Sidecar

/// Each check is made to fail, each in its own way, and made to be content.
@Suite("What outrider doctor looks at")
struct CheckTests {
  private func levels(_ findings: [Finding]) -> [Finding.Level] { findings.map(\.level) }

  @Test("tmux: missing, too old, without a server, sound")
  func tmux() async throws {
    let house = try House()
    var around = try house.surroundings()
    around.server = Server(socket: .path("\(house.path)/s"), program: "\(house.path)/bin/no-tmux")
    let missing = await Check.tmux.look(around)
    #expect(levels(missing) == [.missing])
    #expect(missing[0].advice?.hasPrefix("install it") == true)
    try await house.put("old", "echo tmux 3.1c")
    around.server.program = "\(house.path)/bin/old"
    #expect(levels(await Check.tmux.look(around)) == [.missing])
    try await house.put(
      "alone", #"case "$*" in *-V) echo tmux 3.4;; *) echo "no server running on x" >&2; exit 1;; esac"#)
    around.server.program = "\(house.path)/bin/alone"
    let alone = await Check.tmux.look(around)
    #expect(levels(alone) == [.warning])
    #expect(alone[0].what.contains("no server runs"))
    try await house.put(
      "closed", #"case "$*" in *-V) echo tmux 3.4;; *) echo "Permission denied" >&2; exit 1;; esac"#)
    around.server.program = "\(house.path)/bin/closed"
    #expect(levels(await Check.tmux.look(around)) == [.problem])
    try await house.put("good", #"case "$*" in *-V) echo tmux 3.4;; *) echo '$1 work';; esac"#)
    around.server.program = "\(house.path)/bin/good"
    #expect(await Check.tmux.look(around) == [.ok("tmux", "tmux 3.4, 1 session on socket \(house.path)/s")])
  }

  @Test(
    "versions of tmux are compared by their numbers",
    arguments: [
      ("tmux 3.2", nil), ("tmux 3.10", nil), ("tmux next-4.0", nil), ("tmux 3.1c", .missing),
      ("tmux 2.9a", .missing),
      ("tmux master", .warning), ("", .warning),
    ] as [(String, Finding.Level?)])
  func tmuxVersion(_ said: String, _ level: Finding.Level?) {
    #expect(Check.tmuxVersion(said)?.level == level)
  }

  @Test("PCRE2 without JIT, and a libvterm that misreads")
  func libraries() async throws {
    #expect(Check.patternLibrary(version: "10.42", hasMachineCode: false).level == .warning)
    #expect(Check.probedScreen(shows: "aé").level == .missing)
    let around = try House().surroundings()
    #expect(levels(await Check.patterns.look(around)) == [.ok])
    #expect(levels(await Check.screen.look(around)) == [.ok])
  }

  @Test("rules: none, broken, sound with those of all layers")
  func rules() async throws {
    let house = try House()
    var around = try house.surroundings()
    #expect(await Check.rules.look(around)[0].what.contains("shipped; dialects: claude-code, codex"))
    let shipped = House.root.appending(path: "rules", directoryHint: .isDirectory)
    try house.write("rules:\n  - {id: a, on: comand}\n", to: "mine/broken.yaml")
    around.rules = .success(
      try RuleLibrary(RuleSources(shipped: shipped, user: house.home.appending(path: "mine"))))
    let broken = await Check.rules.look(around)
    #expect(levels(broken) == [.problem])
    #expect(broken[0].what.contains("broken.yaml:2:5"))
    do {
      around.rules = .success(try RuleLibrary(directory: URL(filePath: "/nowhere")))
    } catch let error as MissingRules {
      around.rules = .failure(error)
    }
    #expect(levels(await Check.rules.look(around)) == [.missing])
  }

  @Test("the alert log: no place, cannot be made, no log, a folder, lines that were changed")
  func alertLog() async throws {
    let house = try House()
    var around = try house.surroundings()
    #expect(levels(await Check.alertLog.look(around)) == [.ok], "it is not there yet")
    #expect(!house.exists("alerts.jsonl"), "looking makes no log")
    around.log = nil
    #expect(levels(await Check.alertLog.look(around)) == [.problem])
    try house.write("x", to: "file")
    around.log = "\(house.path)/file/alerts.jsonl"
    #expect(await Check.alertLog.look(around)[0].what.contains("cannot be made"))
    around.log = "\(house.path)/shop"
    #expect(levels(await Check.alertLog.look(around)) == [.problem])
    let path = "\(house.path)/alerts.jsonl"
    around.log = path
    for number in 1...2 {
      try await AlertLog(path).append(
        Alert(
          time: WallTime(milliseconds: 0), id: "\(number)", rule: "push-main", severity: .critical,
          agent: .init(name: "codex"), source: .pane, text: "git push", outcome: .stopped))
    }
    let whole = await Check.alertLog.look(around)
    #expect(whole == [.ok("alert log", "\(path): 2 lines, whole")])
    let lines = try #require(house.text("alerts.jsonl")).split(separator: "\n")
    try house.write("\(lines[1])\n", to: "alerts.jsonl")
    let cut = await Check.alertLog.look(around)
    #expect(levels(cut) == [.problem])
    #expect(cut[0].what.contains("not whole"))
  }

  @Test(
    "the sidecar: nobody, a folder that others may enter, a file, one that answers, a silent one, one left over"
  )
  func sidecar() async throws {
    let house = try House()
    let around = try house.surroundings()
    let folder = RuntimeFolder(environment: house.environment)
    let socketPath = folder.socket(of: "x")
    func look() async -> Finding? { await Check.sidecar.look(around).first }
    #expect(await look()?.level == .ok)
    try house.write("x", to: "run/outrider")
    #expect(await look()?.what.contains("is no folder") == true)
    try FileManager.default.removeItem(atPath: folder.path)
    try FileManager.default.createDirectory(
      atPath: folder.path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
    #expect(await look()?.advice == "chmod 700 \(folder.path)")
    chmod(folder.path, 0o700)
    #expect(await look()?.level == .ok)
    try house.write("x", to: "run/outrider/a.sock")
    #expect(await look()?.what.contains("is no socket") == true)
    try FileManager.default.removeItem(atPath: "\(folder.path)/a.sock")
    let sidecar = try #require(listen(at: socketPath))
    Thread.detachNewThread {
      while true {
        let client = accept(sidecar, nil, nil)
        guard client >= 0 else { return }
        var buffer = [UInt8](repeating: 0, count: 4096)
        while read(client, &buffer, buffer.count) > 0 {}
        let health = WatchHealth(
          process: 7, since: 1_764_000_000, server: "/tmp/t", panes: 3, agents: 2, rules: 60, log: "/l",
          executions: "kernel")
        let answer = health.message.bytes
        _ = send(client, answer, answer.count, Int32(MSG_NOSIGNAL))
        close(client)
      }
    }
    #expect(await look()?.level == .ok)
    #expect(
      await look()?.what
        == "pid 7, version \(outriderVersion), since 2025-11-24T16:00:00.000Z: 3 panes of /tmp/t (2 with agents), "
        + "60 rules in force; it can write /l")
    chmod(socketPath, 0o666)
    #expect(await look()?.advice == "chmod 600 \(socketPath)")
    shutdown(sidecar, Int32(SHUT_RDWR))
    unlink(socketPath)
    #expect(await look()?.level == .ok)
    let silent = try #require(listen(at: socketPath))
    #expect(await look()?.what.contains("gave no answer") == true)
    close(silent)
    // A program that another test starts just now has the socket open until it runs.
    let deadline = ContinuousClock.now + .seconds(30)
    while await look()?.level != .warning, ContinuousClock.now < deadline {}
    #expect(await look()?.level == .warning)
    #expect(await look()?.advice?.contains("rm \(socketPath)") == true)
  }

  @Test(
    "a sidecar that is of another version, cannot write its log, has broken rules or lacks the kernel's word")
  func unwell() {
    let well = WatchHealth(
      process: 7, since: 0, server: "/tmp/t", panes: 3, agents: 2, rules: 60, log: "/l", executions: "none")
    func levels(_ change: (inout WatchHealth) -> Void) -> [Finding.Level] {
      var health = well
      change(&health)
      return Check.sidecar(says: health.message).map(\.level)
    }
    #expect(levels { _ in } == [.ok])
    #expect(levels { $0.version = "0.0.1" } == [.warning])
    #expect(levels { $0.logTrouble = "/l: no space is left; make room" } == [.problem])
    #expect(levels { $0.ruleErrors = 2 } == [.problem])
    #expect(levels { $0.executions = "polling" } == [.warning])
    #expect(Check.sidecar(says: Message("refused", ["why": "unknown"])).map(\.level) == [.warning])
    #expect(Check.sidecar(says: Message("ok", ["version": "9", "pid": "x"])).map(\.level) == [.warning])
  }

  @Test("executions: told by the kernel, or what is in the way and what to do about it")
  func executions() async throws {
    #expect(Check.executions(obstacle: nil, program: "/o").level == .ok)
    let old = Check.executions(obstacle: ExecError(errno: EPERM), program: "/opt/outrider")
    #expect(old.level == .warning && old.what.contains("CAP_NET_ADMIN") && old.what.contains("4 to 40 ms"))
    #expect(old.advice?.hasSuffix("sudo setcap cap_net_admin+ep /opt/outrider") == true)
    for errno in [ENOTSUP, ECONNREFUSED, EPROTONOSUPPORT, EACCES] {
      let finding = Check.executions(obstacle: ExecError(errno: errno), program: "/o")
      #expect(finding.level == .warning && finding.advice?.isEmpty == false)
    }
    let around = try House().surroundings()
    #expect(await Check.executions.look(around).count == 1)
  }

  /// Takes connections and never says a word.
  private func listen(at path: String) -> Int32? {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | O_CLOEXEC, 0)
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard result == 0, chmod(path, 0o600) == 0, Glibc.listen(descriptor, 4) == 0 else { return nil }
    return descriptor
  }

  @Test("notifiers: none, one that is there, one that is not")
  func notifiers() async throws {
    let house = try House()
    var around = try house.surroundings()
    #expect(levels(await Check.notifiers.look(around)) == [.ok])
    try await house.put("page", "cat")
    around.notifiers = ["\(house.path)/bin/page", "\(house.path)/bin/none", "page"]
    #expect(levels(await Check.notifiers.look(around)) == [.ok, .problem, .problem])
  }

  @Test("configured notifiers: a mistake, a program that is missing, a secret that others can read")
  func configuredNotifiers() async throws {
    let house = try House()
    let around = try house.surroundings()
    try house.write(
      """
      notifiers:
        - {name: desk, desktop: {}}
        - {name: mail, apprise: {urls_file: urls}}
        - {name: page, run: ~/bin/page}
        - {name: typo, webhok: {}}
      """, to: ".config/outrider/config.yaml")
    func said() async -> [String] {
      await Check.notifiers.look(around).map {
        "\($0.level.rawValue): \($0.what)" + ($0.advice.map { " → \($0)" } ?? "")
      }
    }
    let file = "\(house.path)/.config/outrider/config.yaml"
    let secret = "\(house.path)/.config/outrider/urls"
    #expect(
      await said() == [
        "problem: \(file):5:5: notifier 'typo' has no way to reach anybody → write one of: terminal, tmux, "
          + "desktop, run, webhook, apprise, alertmanager",
        "problem: \(file):5:18: notifier 'typo': unknown key 'webhok' → did you mean 'webhook'?",
        "problem: \(secret): there is no such file → write the secret into it",
        "problem: desk: the program stdbuf is not installed → apt-get install coreutils",
        "problem: mail: the program apprise is not installed → apt-get install apprise",
        "problem: page: \(house.path)/bin/page: there is no such program → correct 'run' in config.yaml",
      ])
    for program in ["stdbuf", "notify-send", "apprise", "page", "curl"] {
      try await house.put(program, "true")
    }
    try house.write("mailto://x", to: ".config/outrider/urls")
    try house.write(
      """
      notifiers:
        - {name: desk, desktop: {}}
        - {name: mail, apprise: {urls_file: urls}}
        - {name: page, run: ~/bin/page}
        - {name: chat, webhook: {url: 'https://example.org/token'}}
      """, to: ".config/outrider/config.yaml")
    #expect(
      await said() == [
        "warning: \(file): holds a secret and others can read it → chmod 600 \(file)",
        "warning: \(secret): holds a secret and others can read it → chmod 600 \(secret)",
        "ok: desk: by notify-send; try it: outrider notify --test desk",
        "ok: mail: by apprise; try it: outrider notify --test mail",
        "ok: page: \(house.path)/bin/page",
        "ok: chat: by curl; try it: outrider notify --test chat",
      ])
    for path in [file, secret] {
      try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    }
    #expect(await said().allSatisfy { $0.hasPrefix("ok") })
  }

  @Test("a heartbeat: of a watch that is alive, that hangs, that was killed; none of one that was ended")
  func heartbeat() async throws {
    let house = try House()
    let around = try house.surroundings()
    #expect(await Check.heartbeat.look(around).isEmpty)
    let folder = try #require(StateFolder(environment: around.environment))
    let own = try #require(ProcessIdentity(getpid()))
    func beat(_ process: ProcessIdentity, ago: Duration) throws {
      try folder.watch("x").heartbeat.write(
        Heartbeat(
          server: "/tmp/s", process: process, started: .now, time: .now + (.zero - ago), every: .seconds(60)))
    }
    try beat(own, ago: .zero)
    #expect(levels(await Check.heartbeat.look(around)) == [.ok])
    try beat(own, ago: .seconds(600))
    let hanging = await Check.heartbeat.look(around)
    #expect(levels(hanging) == [.problem] && hanging[0].what.contains("no sign for 10m"))
    try beat(ProcessIdentity(id: own.id, start: own.start + 1), ago: .seconds(1))
    let killed = await Check.heartbeat.look(around)
    #expect(levels(killed) == [.problem] && killed[0].what.contains("was killed after"))
    try folder.watch("x").heartbeat.remove()
    #expect(await Check.heartbeat.look(around).isEmpty)
  }

  @Test("an agent's version: tested, newer, silent, broken, too slow, not there")
  func version() async throws {
    let house = try House()
    var around = try house.surroundings()
    let check = Check.version(of: .claudeCode)
    #expect(await check.look(around).isEmpty)
    try await house.put("claude", "echo '2.1.330 (Claude Code)'")
    #expect(levels(await check.look(around)) == [.ok])
    try await house.put("claude", "echo '2.9.0 (Claude Code)'")
    let newer = await check.look(around)
    #expect(levels(newer) == [.warning])
    #expect(
      newer[0].what == "Claude Code 2.9.0 is not tested; its screen may read otherwise than that of 2.1.330")
    for (script, words) in [("exit 3", "status 3"), ("echo hello", "says no version: 'hello'")] {
      try await house.put("claude", script)
      let findings = await check.look(around)
      #expect(levels(findings) == [.warning])
      #expect(findings[0].what.contains(words))
    }
    around.patience = .milliseconds(50)
    try await house.put("claude", "exec /bin/sleep 60")
    #expect(await check.look(around)[0].what.contains("did not answer in time"))
  }

  @Test(
    "hooks: not used, none, installed, moved away, another program's, some missing, narrowed, unnamed, off")
  func hooks() async throws {
    let house = try House()
    let around = try house.surroundings()
    let check = Check.hooks(of: .claudeCode)
    let file = ".claude/settings.json"
    #expect(await check.look(around) == [.ok("claude hooks", "Claude Code is not used here")])
    try await house.put("claude", "true")
    let none = await check.look(around)
    #expect(levels(none) == [.warning])
    #expect(none[0].advice == "outrider install claude")
    let plan = HookPlan(agent: .claudeCode, program: "\(house.path)/bin/outrider")
    let sound = String(decoding: try HookSettings.installing(plan, in: nil), as: UTF8.self)
    try house.write(sound, to: file)
    #expect(await check.look(around) == [.ok("claude hooks", "\(house.path)/\(file)")])
    func expect(_ words: String, _ level: Finding.Level, _ text: String, _ line: Int = #line) async throws {
      try house.write(text, to: file)
      let findings = await check.look(around)
      #expect(
        findings.contains { $0.level == level && $0.what.contains(words) && $0.advice != nil },
        "\(line): \(findings)")
    }
    try await expect(
      "there is no program", .problem, sound.replacing("/bin/outrider", with: "/gone/outrider"))
    try house.write("#!/bin/sh\n", to: "other/outrider", mode: 0o755)
    try await expect(
      "and not this program", .warning, sound.replacing("/bin/outrider", with: "/other/outrider"))
    try await expect("no hook for Stop", .warning, sound.replacing("\"Stop\"", with: "\"Stopp\""))
    try await expect("is for Bash only", .warning, sound.replacing("\"*\"", with: "\"Bash\""))
    try await expect("which agent", .problem, sound.replacing("--agent claude-code", with: "--agent codex"))
    try await expect(
      "disableAllHooks", .problem,
      sound.replacing("{\n  \"hooks\"", with: "{\n  \"disableAllHooks\": true,\n  \"hooks\""))
    try await expect(":1:1: 'x' stands where", .problem, "x")
  }

  @Test("Codex's hooks: not trusted, partly trusted, trusted, switched off, twice, behind a byte order mark")
  func codex() async throws {
    let house = try House()
    let around = try house.surroundings()
    let check = Check.hooks(of: .codex)
    let plan = HookPlan(agent: .codex, program: "\(house.path)/bin/outrider")
    let sound = String(decoding: try HookSettings.installing(plan, in: nil), as: UTF8.self)
    try house.write(sound, to: ".codex/hooks.json")
    let waiting = await check.look(around)
    #expect(levels(waiting) == [.warning])
    #expect(waiting[0].what.contains("trust 9 of 9 hooks"))
    let names = [
      "pre_tool_use", "permission_request", "post_tool_use", "user_prompt_submit", "stop", "subagent_stop",
      "session_start", "session_end", "pre_compact",
    ]
    let trusted = names.map {
      "[hooks.state.\"\(house.path)/.codex/hooks.json:\($0):0:0\"]\ntrusted_hash = \"x\"\n"
    }
    try house.write(trusted.dropLast().joined(), to: ".codex/config.toml")
    #expect(await check.look(around)[0].what.contains("trust 1 of 9 hooks"))
    try house.write(trusted.joined(), to: ".codex/config.toml")
    #expect(levels(await check.look(around)) == [.ok])
    try house.write(sound, to: "shop/.codex/hooks.json")
    #expect(await check.look(around).contains { $0.what.contains("installed twice") })
    try FileManager.default.removeItem(atPath: "\(house.path)/shop/.codex")
    try house.write("[features]\nhooks = false\n", to: ".codex/config.toml")
    #expect(await check.look(around)[0].what.contains("'hooks' is false under [features]"))
    try house.write("a = [", to: ".codex/config.toml")
    #expect(levels(await check.look(around)) == [.problem])
    try house.write("\u{FEFF}\(sound)", to: ".codex/hooks.json")
    #expect(await check.look(around)[0].what.contains("byte order mark"))
  }

  @Test("status lines: none, somebody else's, ours, ours that is gone")
  func statusLine() async throws {
    let house = try House()
    let around = try house.surroundings()
    let claude = Check.statusLine(of: .claudeCode)
    #expect(await claude.look(around).isEmpty)
    try house.write("{\"statusLine\": {\"command\": \"echo\"}}", to: ".claude/settings.json")
    #expect(levels(await claude.look(around)) == [.warning])
    let plan = HookPlan(agent: .claudeCode, program: "\(house.path)/bin/outrider")
    let ours = String(decoding: try StatusLineProgram.installing(plan, in: Array("{}".utf8)), as: UTF8.self)
    try house.write(ours, to: ".claude/settings.json")
    #expect(levels(await claude.look(around)) == [.ok])
    try house.write(ours.replacing("/bin/", with: "/gone/"), to: ".claude/settings.json")
    #expect(levels(await claude.look(around)) == [.problem])
    let codex = Check.statusLine(of: .codex)
    try house.write("[tui]\nstatus_line = [\"model\"]\n", to: ".codex/config.toml")
    #expect(levels(await codex.look(around)) == [.warning])
    try house.write("[tui]\nstatus_line = [\"context-remaining\"]\n", to: ".codex/config.toml")
    #expect(levels(await codex.look(around)) == [.ok])
  }
}

@Suite("outrider doctor")
struct DoctorTests {
  @Test("prints a line a check, as JSON too, and ends with what it found")
  func program() async throws {
    let house = try House()
    let missing = try await house.outrider("doctor")
    #expect(missing.status == 69, "there is no tmux on this PATH")
    #expect(missing.output.hasPrefix("missing  tmux"))
    #expect(!missing.output.contains("\u{1B}"))
    try await house.put("tmux", #"case "$*" in *-V) echo tmux 3.4;; *) echo '$1 work';; esac"#)
    let fine = try await house.outrider("doctor")
    #expect(fine.status == 0, "\(fine.output)")
    #expect(fine.output.split(separator: "\n").allSatisfy { $0.hasPrefix("ok ") })
    try await house.put("codex", "echo codex-cli 0.163.0")
    let json = try await house.outrider("doctor", "--json")
    #expect(json.status == 1)
    let lines = json.output.split(separator: "\n").map { String($0) }
    #expect(
      lines.contains(#"{"check":"codex version","level":"ok","what":"Codex 0.163.0, which is tested"}"#))
    #expect(
      lines.contains {
        $0.contains(#""check":"codex hooks","level":"warning""#)
          && $0.contains(#""advice":"outrider install codex""#)
      })
    let rules = try await house.outrider("doctor", "--rules", "/nowhere")
    #expect(rules.status == 69)
    #expect(rules.output.contains("no rules found in /nowhere"))
  }
}
