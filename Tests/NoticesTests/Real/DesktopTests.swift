import Foundation
import Journal
import Support
import Synchronization
import Testing

@testable import Notices

extension RealNotifiers {
  @Suite("A desktop")
  struct Desktop {
    /// A D-Bus session with a notification daemon on a screen of its own: its environment.
    private func session(_ stage: RealStage) async throws -> [String: String] {
      let folder = stage.scratch.folder.path
      var environment = [
        "DBUS_SESSION_BUS_ADDRESS": "unix:path=\(folder)/bus", "XDG_RUNTIME_DIR": folder, "HOME": folder,
        "XDG_CONFIG_HOME": folder,
      ]
      try stage.start(
        "bus", ["dbus-daemon", "--session", "--nofork", "--nopidfile", "--address=unix:path=\(folder)/bus"])
      // Whichever display is free; its number is printed when it is ready.
      try stage.start(
        "screen",
        [
          "sh", "-c",
          "exec Xvfb -displayfd 3 -screen 0 640x480x24 -nolisten tcp 3>'\(folder)/display' >/dev/null 2>&1",
        ])
      try await eventually("the screen is there") { stage.scratch.text("display").hasSuffix("\n") }
      environment["DISPLAY"] =
        ":" + stage.scratch.text("display").trimmingCharacters(in: .whitespacesAndNewlines)
      try await eventually("the bus is there") { FileManager.default.fileExists(atPath: "\(folder)/bus") }
      try stage.start("dunst", ["dunst"], environment)
      try await eventually("the daemon answers") {
        await stage.run(["dunstctl", "count", "displayed"], environment)
          .trimmingCharacters(in: .whitespacesAndNewlines) == "0"
      }
      return environment
    }

    @Test("shows a call with a button that acknowledges it, and its markup as text")
    func button() async throws {
      let stage = try RealStage()
      let environment = try await session(stage)
      let whole = ProcessInfo.processInfo.environment.merging(environment) { _, new in new }
      let way = DesktopNotifier(name: "desk", limit: .seconds(20), environment: whole)
      let answers = Mutex<[String]>([])
      let acknowledge: Acknowledge = { trouble, by in answers.withLock { $0.append("\(trouble) \(by)") } }
      try await way.deliver(sampleCall(text: "<b>x</b> & #{y}"), acknowledge: acknowledge)
      func displayed() async -> String {
        await stage.run(["dunstctl", "count", "displayed"], environment)
          .trimmingCharacters(in: .whitespacesAndNewlines)
      }
      #expect(await displayed() == "1")
      // The same trouble again takes the place of the first.
      try await way.deliver(sampleCall("repeated", text: "<b>x</b> & #{y}"), acknowledge: acknowledge)
      #expect(await displayed() == "1")
      #expect(answers.withLock { $0 } == [])
      _ = await stage.run(["dunstctl", "action", "0"], environment)
      try await eventually("the button is heard of") { !answers.withLock { $0.isEmpty } }
      #expect(answers.withLock { $0 } == ["a on the desktop"])
      _ = await stage.run(["dunstctl", "close-all"], environment)
      let history = await stage.run(["dunstctl", "history"], environment)
      #expect(history.contains("STILL kubectl-apply claude-code:%1"))
      #expect(history.contains("&lt;b&gt;x&lt;/b&gt; &amp; #{y}"))
    }

    @Test("that is not there is told of, with what to look at")
    func nobody() async throws {
      let way = DesktopNotifier(
        name: "desk", limit: .seconds(20),
        environment: [
          "PATH": "/usr/bin:/bin", "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent/bus",
        ])
      let error = await #expect(throws: NotifierError.self) {
        try await way.deliver(sampleCall(), acknowledge: { _, _ in })
      }
      #expect(error?.description.contains("DBUS_SESSION_BUS_ADDRESS") ?? false)
    }
  }
}
