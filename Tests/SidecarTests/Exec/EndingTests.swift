import Foundation
import Journal
import Rulebook
import Sidecar
import Support
import Testing
import Tmux

extension Live {
  @Suite("How what an agent runs comes to its end")
  struct Endings {
    private static let rules = """
      rules:
        - id: seven
          on: command
          match: '(?:^|[ /])quiet\\.sh$'
          when: phase == ran and exit == 7 and took > 0.2
          severity: warning
          why: 'It ended with {exit}.'
          do: []
          fires:
            - {text: sh ./quiet.sh, phase: ran, exit: 7, took: 1}
          silent:
            - {text: sh ./quiet.sh, phase: ran, exit: 0, took: 1}
            - {text: sh ./quiet.sh, phase: ran, exit: 7, took: 0}
        - id: known
          on: command
          match: '^sleep 0\\.01$'
          when: phase == ran
          severity: info
          why: It is known.
          do: []
          fires:
            - {text: sleep 0.01, phase: ran}
          silent:
            - {text: sleep 0.01, phase: running}
        - id: nine
          on: state
          when: state == exited and exit == 9
          severity: warning
          why: 'It ended with {exit}.'
          do: []
          fires:
            - {text: exited, exit: 9}
          silent:
            - {text: exited, exit: 0}
      """

    @Test("is told with exit code and time of a command whose output and end the pane never shows")
    func hidden() async throws {
      try await LiveStage.with { stage in
        try "#!/bin/sh\nsleep 0.3\nexit 7\n".write(
          to: stage.folder.appending(path: "quiet.sh"), atomically: true, encoding: .utf8)
        try await stage.standIn(
          """
          while sleep 0.1; do
            [ -e go ] && { bash -c 'sh ./quiet.sh; true' >/dev/null 2>&1; rm go; }
          done
          """)
        try await stage.watchingExecutions(Self.rules) { _ in
          try await stage.goOn(until: "it is told") { stage.alerts.contains { $0.rule == "seven" } }
          let alert = try #require(stage.alerts.first { $0.rule == "seven" })
          #expect(alert.source == .exec && alert.text.hasSuffix("quiet.sh"))
          #expect(alert.why == "It ended with 7.")
          #expect(try await !stage.screen().contains("quiet"))
        }
      }
    }

    @Test("is told with its status of the agent itself, though its pane lives on")
    func agent() async throws {
      try await LiveStage.with { stage in
        try await stage.standIn(
          """
          while sleep 0.1; do
            [ -e go ] && { bash -c 'sleep 0.01; true'; rm go; }
            [ -e leave ] && exit 9
          done
          """)
        // That its own programs are told of shows that its process is known.
        try await stage.watchingExecutions(Self.rules) { _ in
          try await stage.goOn(until: "its process is known") {
            stage.alerts.contains { $0.rule == "known" }
          }
          try Data().write(to: stage.folder.appending(path: "leave"))
          try await eventually("its end is told") { stage.alerts.contains { $0.rule == "nine" } }
          let alert = try #require(stage.alerts.first { $0.rule == "nine" })
          #expect(alert.source == .exec && alert.why == "It ended with 9.")
        }
      }
    }
  }
}
