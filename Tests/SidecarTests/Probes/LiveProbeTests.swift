import Foundation
import Glibc
import Journal
import Processes
import Rulebook
import Senses
import Sidecar
import Support
import Testing

extension LiveStage {
  /// A program of the stage's own in front of those of `PATH`, and probes that lose no time.
  func probes() -> ProbeSettings {
    var environment = ProcessInfo.processInfo.environment
    environment["PATH"] = folder.appending(path: "bin").path + ":" + (environment["PATH"] ?? "/usr/bin:/bin")
    var own = ProbeSettings(environment: environment)
    var pace = ReviewSchedule.Pace()
    (pace.settling, pace.shortest, pace.longest) = (
      .milliseconds(100), .milliseconds(300), .milliseconds(600)
    )
    (pace.rest, pace.longestRest) = (.milliseconds(300), .milliseconds(600))
    (own.reviews, own.pulse, own.ease, own.disks) = (pace, .milliseconds(50), .milliseconds(300), nil)
    own.reviewMemory = folder.appending(path: "state/reviews").path
    return own
  }

  func settings(_ probes: ProbeSettings) -> Watcher.Settings {
    var settings = Watcher.Settings.quiet
    settings.probes = probes
    return settings
  }

  /// A repository with a remote in the stage's folder, and a `gh` that answers from files beside it.
  func checkOut(gh body: String? = nil) async throws {
    for line in [
      "git init -q -b feature/discount .", "git remote add origin https://github.com/shop/web.git",
      "mkdir bin answers",
    ] {
      let result = try await ProgramRun(["sh", "-c", line], in: folder.path, limit: .seconds(20)).result()
      #expect(result.status == 0, "\(line): \(result.complaints)")
    }
    let answers = folder.appending(path: "answers").path
    let program =
      body ?? """
        case "$1 $2" in
          "pr view") cat '\(answers)/view.json' ;;
          "api graphql") cat '\(answers)/threads.json' ;;
          *) exit 64 ;;
        esac
        """
    _ = try script("bin/gh", "echo \"$1 $2\" >> '\(folder.path)/gh.log'\n\(program)")
  }

  func answer(_ view: String, _ threads: String) throws {
    for (name, content) in [("view", view), ("threads", threads)] {
      try Data(Answers.bytes(content)).write(
        to: folder.appending(path: "answers/\(name).json"), options: .atomic)
    }
  }

  /// How often `gh` was run.
  var looks: Int {
    ((try? String(contentsOf: folder.appending(path: "gh.log"), encoding: .utf8)) ?? "")
      .split(separator: "\n").count { $0 == "pr view" }
  }

  var submissions: [String] { read("submitted").compactMap { $0["text"] as? String } }
}

extension Live {
  @Suite("The probes beside an agent")
  struct ProbeTests {
    @Test("put a review thread to the agent when it is at rest, once, over a new start of Outrider too")
    func review() async throws {
      try await LiveStage.with { stage in
        try await stage.checkOut()
        try stage.answer("view.green", "threads")
        try await stage.reenact("mentions.claude", "--speed 8")
        try await stage.watching(settings: stage.settings(stage.probes())) {
          try await eventually("the agent was told") { !stage.submissions.isEmpty }
          let looks = stage.looks
          try await eventually("gh was asked again") { stage.looks > looks + 3 }
        }
        let told = stage.submissions
        #expect(told.count == 1, "\(told)")
        #expect(told.first?.contains("src/cart.py:42: ada-l wrote «Why is this a float?") ?? false, "\(told)")
        #expect(stage.alerts.map(\.rule) == ["review-thread"])
        #expect(stage.alerts.first?.outcome == .corrected)
        let looks = stage.looks
        try await stage.watching(settings: stage.settings(stage.probes())) {
          try await eventually("another watch has asked") { stage.looks > looks + 3 }
          #expect(stage.submissions == told)
          // Changes are requested and a check fails: these are new.
          try stage.answer("view", "threads")
          try await eventually("the agent was told of the objection") { stage.submissions.count == 2 }
        }
        #expect(stage.submissions.last?.contains("ada-l asks for changes") ?? false)
        #expect(stage.troubles == [])
      }
    }

    @Test(
      "say once what is in the way of gh, and end at once though it hangs",
      arguments: [
        ("exec sleep 60", nil), ("echo 'please run:  gh auth login' >&2; exit 4", "gh auth login"),
        ("echo 'HTTP 403: API rate limit exceeded' >&2; exit 1", "rate limit"),
        ("echo 'error connecting to api.github.com' >&2; exit 1", "does not reach"),
        ("echo '[1, 2'; exit 0", "is no pull request"),
      ] as [(String, String?)])
    func troubles(_ body: String, _ said: String?) async throws {
      try await LiveStage.with { stage in
        try await stage.checkOut(gh: body)
        try await stage.reenact("deploy.claude", "--speed 6")
        let start = ContinuousClock.now
        try await stage.watching(settings: stage.settings(stage.probes())) {
          try await eventually("gh was asked") { stage.looks >= (said == nil ? 1 : 3) }
          // The watch goes on beside it.
          try await eventually("a command was stopped") { !stage.submissions.isEmpty }
        }
        #expect(ContinuousClock.now - start < .seconds(30))
        if let said { #expect(stage.notes.count { $0.contains(said) } == 1, "\(stage.notes)") }
        #expect(stage.submissions.allSatisfy { $0.contains("open a pull request") })
      }
    }

    @Test(
      "tell a disk that is full, once, by the file system on which the agent works",
      .enabled(if: geteuid() == 0))
    func disk() async throws {
      try await LiveStage.with { stage in
        let path = stage.folder.appending(path: "work").path
        func sh(_ line: String) async throws -> Int32 {
          try await ProgramRun(["sh", "-c", line], in: stage.folder.path, limit: .seconds(20)).result().status
        }
        #expect(try await sh("mkdir work && mount -t tmpfs -o size=8m none work") == 0)
        defer { umount2(path, Int32(MNT_DETACH)) }
        var own = stage.probes()
        own.disks = .milliseconds(200)
        own.environment["HOME"] = path
        let cast = Fixtures.recordings.appending(path: "mentions.claude.cast").path
        try await stage.open(
          "agent",
          "cd '\(path)'; exec '\(LiveStage.program("reenact"))' '\(cast)' --hold-at-end --speed 8 --log '\(stage.agentLog().path)'"
        )
        try await stage.watching(settings: stage.settings(own)) {
          try await eventually("the agent is seen") { !stage.agents.isEmpty }
          #expect(try await sh("head -c 8300000 /dev/zero > work/full") == 0)
          try await eventually("it was told") { stage.alerts.contains { $0.rule == "disk-full" } }
          try await eventually("the agent was told") { !stage.submissions.isEmpty }
        }
        #expect(stage.alerts.filter { $0.rule == "disk-full" }.count == 1)
        #expect(stage.alerts.first?.text.hasPrefix("\(path) has 0 MiB") ?? false, "\(stage.alerts)")
      }
    }

    @Test(
      "tell that an agent's pane went while it worked, and nothing when it was at rest",
      arguments: [true, false])
    func paneGone(_ isWorking: Bool) async throws {
      try await LiveStage.with { stage in
        try await stage.open("other", "cat")
        try await stage.reenact("frozen.claude", isWorking ? "" : "--speed 40")
        try await stage.watching(settings: stage.settings(stage.probes())) {
          try await eventually("the agent is at \(isWorking ? "work" : "rest")") {
            let states = stage.read("state").compactMap { $0["state"] as? String }
            return isWorking ? states.last == "working" : stage.isOver
          }
          // Its state has to settle before it counts.
          try await Task.sleep(for: .seconds(1.5))
          _ = try await stage.server.run(["kill-session", "-t", "agent"])
          if isWorking {
            try await eventually("it was told") { stage.alerts.contains { $0.rule == "agent-exited" } }
          } else {
            try await Task.sleep(for: .seconds(1.5))
          }
        }
        #expect(stage.alerts.map(\.rule) == (isWorking ? ["agent-exited"] : []))
        if isWorking { #expect(stage.calls.map(\.rule) == ["agent-exited"]) }
      }
    }

    @Test("run a program of the user's, whose lines the user's rules judge")
    func own() async throws {
      try await LiveStage.with { stage in
        let file = stage.folder.appending(path: "own.yaml")
        let program = try stage.script("waiting", "echo 1200; pwd > '\(stage.folder.path)/where'")
        try """
        probes: [{id: jobs-waiting, run: ['\(program)'], every: 5s}]
        rules:
          - id: jobs-pile-up
            on: probe
            match: '^\\d{4,}$'
            when: measure == jobs-waiting and exit == 0
            severity: warning
            why: '{text} jobs wait.'
            do: []
            fires: [{text: '1200', measure: jobs-waiting, exit: 0}]
            silent: [{text: '12', measure: jobs-waiting, exit: 0}]
        """.write(to: file, atomically: true, encoding: .utf8)
        let library = try RuleLibrary(
          RuleSources(shipped: Fixtures.root.appending(path: "rules"), added: [file]))
        #expect(library.errors.map(\.description) == [])
        try await stage.reenact("mentions.claude", "--speed 8")
        try await stage.watching(settings: stage.settings(stage.probes()), library: library) {
          try await eventually("it was told") { !stage.alerts.isEmpty }
        }
        #expect(stage.alerts.map(\.rule) == ["jobs-pile-up"])
        #expect(stage.alerts.first?.why == "1200 jobs wait.")
        let place = try String(contentsOf: stage.folder.appending(path: "where"), encoding: .utf8)
        #expect(place.hasSuffix(stage.folder.lastPathComponent + "\n"))
      }
    }

    @Test("of the user's own are run after what a rule has made of a fact, whoever else hears of it")
    func afterEmitted() async throws {
      try await LiveStage.with { stage in
        let file = stage.folder.appending(path: "own.yaml")
        let program = try stage.script("look", "echo looked")
        try """
        probes: [{id: look, run: ['\(program)'], after: cluster-read}]
        rules:
          - {id: cluster-read, on: command, match: '^kubectl get ', emit: cluster-read, fires: [kubectl get pods], silent: [ls]}
          - id: looked-after
            on: probe
            when: measure == look
            severity: info
            why: It was looked.
            do: []
            fires: [{text: looked, measure: look, exit: 0}]
            silent: [{text: looked, measure: other, exit: 0}]
        """.write(to: file, atomically: true, encoding: .utf8)
        let library = try RuleLibrary(
          RuleSources(shipped: Fixtures.root.appending(path: "rules"), added: [file]))
        #expect(library.errors.map(\.description) == [])
        try await stage.watching(settings: stage.settings(stage.probes()), library: library) {
          try await stage.reenact("mentions.claude", "--speed 8")
          try await eventually("it was looked after the command") {
            stage.alerts.contains { $0.rule == "looked-after" }
          }
        }
      }
    }

    @Test(
      "tell that an agent's program was killed, though the kernel is not asked and the pane still shows it")
    func backAtTheShell() async throws {
      try await LiveStage.with { stage in
        let program = stage.folder.appending(path: "claude").path
        try FileManager.default.createSymbolicLink(
          atPath: program, withDestinationPath: LiveStage.program("reenact"))
        let cast = Fixtures.recordings.appending(path: "frozen.claude.cast").path
        try await stage.open("agent", "'\(program)' '\(cast)' --log '\(stage.agentLog().path)'; exec cat")
        try await stage.watching(settings: stage.settings(stage.probes())) {
          try await eventually("the agent works") {
            stage.read("state").last?["state"] as? String == "working"
          }
          // Its state has to settle before it counts.
          try await Task.sleep(for: .seconds(1.5))
          let pane = try await stage.server.run(["display-message", "-p", "-t", "agent", "#{pane_pid}"])
          let shell = try #require(
            Int32(String(decoding: pane, as: UTF8.self).trimmingCharacters(in: .newlines)))
          let agent = try #require(ProcessFiles.children(shell).first)
          kill(agent, SIGKILL)
          try await eventually("it was told") { stage.alerts.contains { $0.rule == "agent-exited" } }
        }
        #expect(stage.alerts.map(\.rule) == ["agent-exited"])
        #expect(stage.alerts.first?.why?.contains("while it was working") ?? false)
      }
    }

    @Test(
      "see an agent write into its work tree: it is not stalled, though it shows nothing",
      arguments: [true, false])
    func edits(_ isWriting: Bool) async throws {
      try await LiveStage.with { stage in
        try await stage.checkOut()
        let file = stage.folder.appending(path: "own.yaml")
        try """
        rules:
          - id: still
            on: state
            when: state == working
            stalled: 3s
            severity: warning
            why: '{lasted}: {clocks}'
            do: []
            fires: [working]
            silent: [idle]
        """.write(to: file, atomically: true, encoding: .utf8)
        let library = try RuleLibrary(
          RuleSources(shipped: Fixtures.root.appending(path: "rules"), added: [file]))
        var own = stage.probes()
        (own.edits, own.reviews) = (.milliseconds(300), nil)
        try await stage.reenact("frozen.claude")
        try await stage.watching(settings: stage.settings(own), library: library) {
          try await eventually("the agent works") {
            stage.read("state").last?["state"] as? String == "working"
          }
          let end = ContinuousClock.now + .seconds(12)
          var number = 0
          while ContinuousClock.now < end, isWriting || stage.alerts.isEmpty {
            number += 1
            if isWriting {
              try "\(number)".write(
                to: stage.folder.appending(path: "cart.py"), atomically: false, encoding: .utf8)
            }
            try await Task.sleep(for: .milliseconds(200))
          }
        }
        #expect(stage.alerts.map(\.rule) == (isWriting ? [] : ["still"]), "\(stage.alerts.map(\.why))")
      }
    }
  }
}
