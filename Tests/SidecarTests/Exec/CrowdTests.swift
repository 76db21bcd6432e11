import Foundation
import Processes
import Rulebook
import Senses
import Sidecar
import Support
import Testing

extension Live {
  @Suite("Many processes below an agent")
  struct Crowds {
    /// Copies that copy themselves and execute nothing; they stay for some seconds.
    private static let runaway = """
      import os, time
      for generation in range(5):
          if os.fork(): os._exit(os.wait()[0] and 0)
      for copy in range(240):
          if os.fork() == 0:
              time.sleep(6)
              os._exit(0)
      time.sleep(6)
      """

    /// Three hundred targets, eight at a time, each with a shell, a pipe and some programs.
    private static let build = """
      all: $(addprefix t,$(shell seq 300))
      t%:
      \t@(echo $@ | cat; (sleep 0.02 & wait)) >/dev/null
      """

    @Test("that copy themselves without end are told once; a build with many programs is not")
    func runaway() async throws {
      try await LiveStage.with { stage in
        let folder = stage.folder
        try Self.runaway.write(to: folder.appending(path: "runaway.py"), atomically: true, encoding: .utf8)
        try Self.build.write(to: folder.appending(path: "Makefile"), atomically: true, encoding: .utf8)
        try await stage.standIn(
          repeating:
            """
            [ -e build ] && rm build && bash -c 'make -s -j8; touch built' >/dev/null 2>&1
            [ -e run ] && rm run && bash -c '/usr/bin/python3 runaway.py; touch over' >/dev/null 2>&1
            """)
        try await stage.watchingExecutions { _ in
          // Its process is looked for when the pane has shown something.
          try await Task.sleep(for: .milliseconds(100))
          try Data().write(to: folder.appending(path: "build"))
          try await eventually("the build is done") {
            FileManager.default.fileExists(atPath: folder.appending(path: "built").path)
          }
          #expect(stage.alerts.isEmpty)
          try Data().write(to: folder.appending(path: "run"))
          try await eventually("it is over") {
            FileManager.default.fileExists(atPath: folder.appending(path: "over").path)
          }
          #expect(Set(stage.alerts.map(\.rule)) == ["fork-storm"])
          #expect(Set(stage.alerts.map(\.id)).count == 1)
        }
      }
    }

    @Test(
      "that fail the same way again and again, with nothing changed in between, are told; those that succeed are not"
    )
    func repeated() async throws {
      try await LiveStage.with { stage in
        let folder = stage.folder
        try "#!/bin/sh\nexit 3\n".write(
          to: folder.appending(path: "check.sh"), atomically: true, encoding: .utf8)
        try await stage.standIn(
          repeating:
            """
            [ -e go ] && rm go && for i in 1 2 3 4 5; do bash -c 'sh ./well.sh; true'; bash -c 'sh ./check.sh; true'; done
            [ -e go ] || touch done
            """)
        try "#!/bin/sh\nexit 0\n".write(
          to: folder.appending(path: "well.sh"), atomically: true, encoding: .utf8)
        try await stage.watchingExecutions { _ in
          // Its process is looked for when the pane has shown something.
          try await Task.sleep(for: .milliseconds(100))
          try Data().write(to: folder.appending(path: "go"))
          try await eventually("it is told") { stage.alerts.contains { $0.rule == "repeat-loop" } }
          let told = stage.alerts.filter { $0.rule == "repeat-loop" }
          #expect(told.allSatisfy { $0.text.contains("check.sh") && $0.source == .exec })
          #expect(Set(told.map(\.id)).count == 1)
        }
      }
    }

    @Test("end, and the agent's own end is told with its status")
    func ends() async throws {
      try await ExecStage.with { stage in
        kill(stage.agentProcess, SIGKILL)
        try await eventually("its end is told") {
          stage.findings.contains { if case .agentEnded("%1", UInt32(SIGKILL)?) = $0 { true } else { false } }
        }
      }
      try await LiveStage.with { stage in
        try await stage.standIn(repeating: "[ -e go ] && exit 3")
        try await stage.watchingExecutions { watcher in
          // Its process is looked for when the pane has shown something.
          try await Task.sleep(for: .milliseconds(100))
          try Data().write(to: stage.folder.appending(path: "go"))
          try await eventually("its end is known") {
            let agent = await watcher.status().agents.first
            return agent?.state == "exited" && agent?.evidence == "its process has ended"
          }
        }
      }
    }
  }
}
