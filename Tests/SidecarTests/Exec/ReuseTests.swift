import Foundation
import Processes
import Rulebook
import Sidecar
import Support
import Testing

extension Live {
  @Suite("A process id that is used again", .enabled(if: geteuid() == 0, "choosing an id takes root"))
  struct Reuse {
    /// Starts a program under an id of one's choice and waits for it: `clone3` with `set_tid`.
    private static let script = """
      import ctypes, os, sys
      libc = ctypes.CDLL(None, use_errno=True)
      wanted = (ctypes.c_int * 1)(int(sys.argv[1]))
      # struct clone_args: exit_signal is the fifth word, set_tid and its size the ninth and tenth.
      words = (ctypes.c_uint64 * 10)(0, 0, 0, 0, 17, 0, 0, 0, ctypes.addressof(wanted), 1)
      child = libc.syscall(435, words, ctypes.sizeof(words))
      if child == 0: os.execvp(sys.argv[2], sys.argv[2:])
      if child < 0: sys.exit(f"clone3: {os.strerror(ctypes.get_errno())}")
      sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
      """

    /// A program of somebody else's, outside of every agent's tree.
    private func start(_ words: [String], as process: Int32, _ stage: ExecStage) throws -> Process {
      let stranger = Process()
      stranger.executableURL = URL(filePath: "/usr/bin/python3")
      stranger.arguments = ["-c", Self.script, "\(process)"] + words
      stranger.environment = [
        "PATH": "\(stage.folder.path)/bin:/usr/bin:/bin", "MARKS": stage.folder.appending(path: "marks").path,
      ]
      stranger.standardOutput = FileHandle.nullDevice
      try stranger.start()
      return stranger
    }

    @Test("by somebody else after a program of the agent's has ended is that one's: nothing stops it")
    func afterEnd() async throws {
      try await ExecStage.with { stage in
        for round in 1...5 {
          let order = try stage.begin("sleep 300 & echo $! > id; wait; rm id")
          let file = stage.folder.appending(path: "id")
          var process: Int32 = 0
          try await eventually("it has begun") {
            process = Int32((try? String(contentsOf: file, encoding: .utf8))?.dropLast() ?? "") ?? 0
            return process > 0
              && stage.facts.count { $0.text == "sleep 300" && $0.phase == .running } == round
          }
          kill(process, SIGKILL)
          _ = try await stage.outcome(of: order)
          let stranger = try start(["kubectl", "apply", "-f", "\(round)"], as: process, stage)
          stranger.waitUntilExit()
          #expect(stranger.terminationStatus == 0)
          #expect(stage.marks.last == "kubectl apply -f \(round)")
        }
        #expect(stage.holds.isEmpty)
        // The agent's own is held all the same.
        #expect(try await stage.run("kubectl apply -f x").status == 137)
      }
    }

    @Test("while its first owner was on hold is left alone by everything that is decided")
    func whileHeld() async throws {
      try await ExecStage.with(try OnHold.rules("{for: 60s, then: kill}")) { stage in
        let order = try stage.begin("kubectl apply -f x")
        try await eventually("it is on hold") { !stage.holds.isEmpty }
        let hold = try #require(stage.holds.last)
        kill(hold.process, SIGKILL)
        _ = try await stage.outcome(of: order)
        let stranger = try start(["sleep", "300"], as: hold.process, stage)
        try await eventually("the stranger runs") {
          ProcessFiles.arguments(hold.process).starts(with: "sleep".utf8)
        }
        _ = await stage.watch.decide(hold.id, .kill, by: "ada")
        try await eventually("nothing is on hold") { await stage.watch.held().isEmpty }
        let status = try #require(ProcessFiles.status(hold.process))
        #expect(!status.isStopped && !status.isZombie)
        stage.watch.end()
        #expect(ProcessFiles.status(hold.process)?.start == status.start)
        kill(hold.process, SIGKILL)
        stranger.waitUntilExit()
      }
    }
  }
}
