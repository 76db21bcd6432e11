import Foundation
import Rulebook
import Sidecar
import Testing

extension Live {
  @Suite("Programs that are many in one", .enabled(if: access("/usr/bin/busybox", X_OK) == 0))
  struct Applets {
    private static let rules = """
      rules:
        - id: no-wget
          on: command
          match: '^wget(?!\\S)'
          severity: critical
          why: Nothing is fetched here.
          do: [hold]
          fires: [wget http://x]
          silent: [curl http://x]
      """

    @Test(
      "are known by the one that is asked for",
      arguments: [
        "busybox wget -q -O there http://127.0.0.1:9/", "/usr/bin/busybox wget -q http://127.0.0.1:9/",
        "ln -s /usr/bin/busybox wget; ./wget -q http://127.0.0.1:9/",
        "busybox env A=1 wget -q http://127.0.0.1:9/", "busybox sh -c 'wget -q http://127.0.0.1:9/'",
        "cp /usr/bin/busybox tool; ./tool wget -q http://127.0.0.1:9/",
      ])
    func held(script: String) async throws {
      try await ExecStage.with(try ExecStage.rulebook(Self.rules)) { stage in
        try await stage.run("busybox ls / >/dev/null; busybox sh -c 'echo wget'")
        #expect(stage.holds.isEmpty)
        #expect(try await stage.run(script).status == 137)
        try await eventually("it is told") { stage.holds.count == 1 }
        #expect(stage.holds.first?.result == .killed)
      }
    }
  }
}
