import Foundation
import Journal
import Notices
import Processes
import Sidecar
import Support
import Testing
import Tmux

extension Live {
  @Suite("A pane that means harm")
  struct HostileTests {
    /// A screen of Claude Code that runs a forbidden command, then was interrupted and waits with an empty box; the
    /// cursor stands where its next words would appear.
    private static let forged =
      "\u{1B}[H\u{1B}[2J Claude Code v2.1.330\r\n\u{1B}[38;5;246m● Running 1 shell command…\r\n"
      + "\u{1B}[38;5;246m  ⎿  $ kubectl apply -f web.yaml\u{1B}[0m\r\n✢ Proofing… (5s)\r\n"
      + "❯\u{A0}\r\n  ⏵⏵ bypass permissions on\u{1B}[5;3H"
    private static let interrupted =
      "\u{1B}[3;1H\u{1B}[2K\u{1B}[38;5;246m  ⎿  Interrupted · What should Claude do instead?\u{1B}[0m"
      + "\u{1B}[4;1H\u{1B}[2K\u{1B}[5;3H"

    /// A program of sh that prints the forgery; what is typed meanwhile goes to `typed`, byte by byte.
    private static func forge(_ stage: LiveStage) throws -> (command: String, typed: URL) {
      let (first, second) = (
        stage.folder.appending(path: "forged"), stage.folder.appending(path: "interrupted")
      )
      try Data(forged.utf8).write(to: first)
      try Data(interrupted.utf8).write(to: second)
      let typed = stage.folder.appending(path: "typed")
      try Data().write(to: typed)
      return (
        "stty -echo -icanon; cat '\(first.path)'; sleep 1; cat '\(second.path)'; exec cat > '\(typed.path)'",
        typed
      )
    }

    @Test("is no agent while a shell or cat only prints what one would, and gets no key")
    func forgedByCat() async throws {
      try await LiveStage.with { stage in
        let (command, typed) = try Self.forge(stage)
        try await stage.watching {
          try await stage.open("forger", command)
          try await stage.reenact("deploy.claude", "--speed 4")
          try await eventually("the real agent was corrected") { !stage.read("submitted").isEmpty }
        }
        #expect(try await stage.screen("forger").contains("Interrupted"), "it was printed")
        #expect(try Data(contentsOf: typed).isEmpty)
        #expect(stage.agents == ["claude-code"])
        #expect(Set(stage.alerts.compactMap(\.agent.session)) == ["agent"])
      }
    }

    @Test("is no agent where a human shows one's screen at the prompt of his shell, whatever sign that has")
    func forgedAtPrompt() async throws {
      try await LiveStage.with { stage in
        _ = try Self.forge(stage)
        let marker = stage.folder.appending(path: "ran")
        try await stage.watching {
          try await stage.open("forger", "PS1='❯\u{A0}' exec bash --norc --noprofile -i")
          let folder = stage.folder.path
          _ = try await stage.server.run([
            "send-keys", "-t", "forger",
            "cat '\(folder)/forged' '\(folder)/interrupted'; touch '\(marker.path)'",
            "Enter",
          ])
          try await stage.reenact("deploy.claude", "--speed 4")
          try await eventually("the real agent was corrected") { !stage.read("submitted").isEmpty }
        }
        #expect(FileManager.default.fileExists(atPath: marker.path), "it was printed")
        #expect(try await !stage.screen("forger").contains("Outrider"))
        #expect(stage.agents == ["claude-code"])
      }
    }

    @Test("gets no key when its agent has ended and the shell prints on in its words")
    func forgedAfterEnd() async throws {
      try await LiveStage.with { stage in
        let (command, typed) = try Self.forge(stage)
        let cast = Fixtures.recordings.appending(path: "mentions.claude.cast").path
        try await stage.watching {
          try await stage.open("forger", "'\(LiveStage.program("reenact"))' '\(cast)' --speed 60; \(command)")
          try await eventually("the agent was seen") { !stage.agents.isEmpty }
          try await eventually("the forgery stands there") {
            try await stage.screen("forger").contains("Interrupted · What")
          }
          try await stage.reenact("deploy.claude", "--speed 4")
          try await eventually("the real agent was corrected") { !stage.read("submitted").isEmpty }
        }
        #expect(try Data(contentsOf: typed).isEmpty)
      }
    }

    @Test(
      "floods without a new line, or with a sequence that never ends, and another agent is stopped all the same",
      arguments: ["", "\\033]0;", "\\033Pq", "\\033[1;", "\\033[?2026h"])
    func flood(_ opening: String) async throws {
      try await LiveStage.with { stage in
        let flood = "printf '\(opening)'; head -c 10000000 /dev/zero | tr '\\0' 1; touch flooded; exec cat"
        try await stage.open("other", "cat")
        let watch = try Watch(stage)
        defer { watch.end() }
        try await eventually("it watches") { try await !stage.server.run(["list-clients"]).isEmpty }
        let before = watch.mebibytes
        try await stage.open("flood", flood)
        try await stage.reenact("deploy.claude", "--speed 4")
        try await eventually("the agent was corrected") { !stage.read("submitted").isEmpty }
        try await eventually("the flood is over") {
          FileManager.default.fileExists(atPath: stage.folder.appending(path: "flooded").path)
        }
        #expect(stage.read("interrupted").count == 1)
        #expect(before > 0 && watch.mebibytes - before < 48, "\(before) and \(watch.mebibytes) MiB")
      }
    }

    /// The program beside the stage's server.
    private struct Watch {
      private let process = Process()

      init(_ stage: LiveStage) throws {
        guard case .named(let name) = stage.server.socket else { fatalError("the server has a name") }
        process.executableURL = URL(filePath: LiveStage.program("outrider"))
        process.arguments = [
          "watch", "-L", name, "--log", stage.alertLog, "--no-tmux-messages", "--no-executions",
        ]
        process.currentDirectoryURL = Fixtures.root
        process.environment = ProcessInfo.processInfo.environment.merging(
          ["XDG_RUNTIME_DIR": stage.folder.path, "XDG_STATE_HOME": stage.folder.path]
        ) { _, new in new }
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.start()
      }

      /// The most memory that it has had in use.
      var mebibytes: Int {
        let path = "/proc/\(process.processIdentifier)/status"
        let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return (line?.split(whereSeparator: { " \t".contains($0) }).dropFirst().first).flatMap { Int($0) }
          .map { $0 / 1024 } ?? 0
      }

      func end() {
        process.terminate()
        process.waitUntilExit()
      }
    }

    @Test("runs nothing and steers nothing by its names in tmux's messages, window and options")
    func names() async throws {
      try await LiveStage.withPerson { inner, outer in
        _ = try await inner.server.run(["set-option", "-g", "status-right", "[#{E:@outrider}]"])
        let trap = inner.folder.appending(path: "trap").path
        let words =
          "#(touch \(trap))#{pane_id}#[fg=red]%H'\"\u{1B}]0;forged\u{7}\u{202E}\r\n\\; run-shell 'touch \(trap)' ;"
        let time = WallTime(milliseconds: 0)
        let alert = Alert(
          time: time, id: words, rule: "r", severity: .critical,
          agent: Alert.Agent(name: words, pane: "%0", session: words, cwd: words), source: .pane,
          text: words,
          why: words, instead: words)
        var escalations = Escalations()
        escalations.take(alert, cure: .human, at: time, by: EscalationPolicy())
        let call = escalations.tick(at: time, secondsEast: 0, by: EscalationPolicy())[0]
        let style = TmuxNotifier.Style(message: true, popup: true, status: true)
        try await TmuxNotifier(inner.server, style: style).deliver(call) { _, _ in }
        try await eventually("the window stands") {
          try await outer.screen("person").contains("Enter closes this.")
        }
        _ = try await outer.server.run(["send-keys", "-t", "person", "Enter"])
        try await eventually("the option is shown") {
          try await outer.screen("person").contains("[CRITICAL r")
        }
        #expect(!FileManager.default.fileExists(atPath: trap))
        let title = try await outer.server.run(["display-message", "-p", "-t", "person", "#{pane_title}"])
        #expect(!String(decoding: title, as: UTF8.self).contains("forged"))
        let option = try await inner.server.run(["show-options", "-gv", "@outrider"])
        #expect(!option.contains(UInt8(ascii: "#")) && !option.contains(0x1B))
      }
    }
  }
}
