import Foundation
import Rulebook
import Sidecar
import Support
import Testing

extension Live {
  @Suite("Programs that are many in one", .enabled(if: access("/usr/bin/busybox", X_OK) == 0))
  struct Applets {
    private static let rules = """
      rules:
        - id: no-sleep
          on: command
          match: '^sleep(?!\\S)'
          severity: critical
          why: Nobody sleeps here.
          do: [hold]
          fires: [sleep 5]
          silent: [wait 5]
      """

    @Test(
      "are known by the one that is asked for",
      arguments: [
        "busybox sleep 5", "/usr/bin/busybox sleep 5",
        "ln -s /usr/bin/busybox sleep; ./sleep 5",
        "busybox env A=1 sleep 5", "busybox sh -c 'sleep 5'",
        "cp /usr/bin/busybox busybox-tool; ./busybox-tool sleep 5",
      ])
    func held(script: String) async throws {
      try await ExecStage.with(try ExecStage.rulebook(Self.rules)) { stage in
        try await stage.run("busybox ls / >/dev/null; busybox sh -c 'echo sleep'")
        #expect(stage.holds.isEmpty)
        let run = try await stage.run(script)
        #expect(run.status == 137, "\(run.output) \(stage.findings)")
        try await eventually("it is told") { !stage.holds.isEmpty }
        #expect(stage.holds.map(\.result) == [.killed], "\(stage.findings)")
      }
    }
  }
}
