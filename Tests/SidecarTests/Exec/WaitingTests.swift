import Foundation
import Processes
import Rulebook
import Senses
import Sidecar
import Support
import Testing

extension Live {
  @Suite("A program on hold")
  struct OnHold {
    static func rules(_ hold: String) throws -> Rulebook {
      try ExecStage.rulebook(
        """
        rules:
          - id: waits
            on: command
            match: '^kubectl apply(?!\\S)'
            severity: critical
            why: The human decides.
            do: [{hold: \(hold)}, escalate]
            fires: [kubectl apply -f x]
            silent: [kubectl get pods]
        """)
    }

    private func waiting(_ stage: ExecStage) async throws -> ExecWatch.Hold {
      try await eventually("it is on hold") { !stage.holds.isEmpty }
      let hold = try #require(stage.holds.last)
      guard case .waiting = hold.result else {
        Issue.record("it does not wait: \(hold.result)")
        return hold
      }
      try await eventually("it has stopped") { ProcessFiles.status(hold.process)?.isStopped ?? false }
      #expect(stage.marks.isEmpty)
      return hold
    }

    @Test("goes on as if nothing had been when the human allows it")
    func allowed() async throws {
      try await ExecStage.with(try Self.rules("{for: 60s, then: kill}")) { stage in
        let order = try stage.begin("kubectl apply -f x")
        let hold = try await waiting(stage)
        #expect(await stage.watch.held().map(\.text) == ["kubectl apply -f x"])
        #expect(await stage.watch.decide("nonsense", .allow, by: "ada") == false)
        #expect(await stage.watch.decide(hold.id, .allow, by: "ada"))
        let outcome = try await stage.outcome(of: order)
        #expect(outcome.status == 0)
        #expect(outcome.output == "did apply -f x\n")
        #expect(stage.marks == ["kubectl apply -f x"])
        try await eventually("its end is told") { stage.holds.last?.result == .ended(.allowed(by: "ada")) }
        #expect(await stage.watch.held().isEmpty)
      }
    }

    @Test("is killed when the human denies it")
    func denied() async throws {
      try await ExecStage.with(try Self.rules("{for: 60s, then: allow}")) { stage in
        let order = try stage.begin("kubectl apply -f x")
        let hold = try await waiting(stage)
        #expect(await stage.watch.decide(hold.id, .kill, by: "ada"))
        #expect(try await stage.outcome(of: order).status == 137)
        #expect(stage.marks.isEmpty)
      }
    }

    @Test("is decided by its rule when nobody decides in time", arguments: ["kill", "allow"])
    func timeout(then: String) async throws {
      try await ExecStage.with(try Self.rules("{for: 1s, then: \(then)}")) { stage in
        // Its second may be over before a busy machine has looked at it.
        let outcome = try await stage.run("kubectl apply -f x")
        #expect(outcome.status == (then == "kill" ? 137 : 0))
        try await eventually("its end is told") { stage.holds.count == 2 }
        guard case .waiting? = stage.holds.first?.result else {
          Issue.record("it was not waited for: \(stage.holds)")
          return
        }
        #expect(stage.marks.count == (then == "kill" ? 0 : 1))
      }
    }

    @Test("that somebody else kills is off the list")
    func killedByOthers() async throws {
      try await ExecStage.with(try Self.rules("{for: 60s, then: kill}")) { stage in
        let order = try stage.begin("kubectl apply -f x")
        let hold = try await waiting(stage)
        kill(hold.process, SIGKILL)
        #expect(try await stage.outcome(of: order).status == 137)
        try await eventually("its end is told") { stage.holds.last?.result == .ended(.gone) }
        #expect(await stage.watch.held().isEmpty)
      }
    }

    @Test("that somebody else lets go on is killed")
    func letGoByOthers() async throws {
      try await ExecStage.with(try Self.rules("{for: 60s, then: kill}")) { stage in
        let order = try stage.begin("exec 2>/dev/null; kubectl apply -f x")
        let hold = try await waiting(stage)
        // Until the desk has looked at it, it takes it for one that has not come to its stop.
        try await eventually("it is off the list") {
          kill(hold.process, SIGCONT)
          return await stage.watch.held().isEmpty
        }
        #expect(try await stage.outcome(of: order).status != 255)
        try await eventually("its end is told") {
          if case .ended = stage.holds.last?.result { true } else { false }
        }
        #expect(await stage.watch.held().isEmpty)
      }
    }

    @Test("is decided when the watch ends in order")
    func end() async throws {
      try await ExecStage.with(try Self.rules("{for: 60s, then: kill}")) { stage in
        let order = try stage.begin("kubectl apply -f x")
        _ = try await waiting(stage)
        stage.watch.end()
        #expect(try await stage.outcome(of: order).status == 137)
      }
    }

    @Test("is frozen with what it has started, and with nothing that was there before")
    func descendants() async throws {
      // The shell has a job of its own before it becomes the program, which starts another before it is caught.
      try await ExecStage.with(try Self.rules("{for: 60s, then: kill}")) { stage in
        let root = try #require(ProcessIdentity(stage.agentProcess))
        let order = try stage.begin("sleep 2 & sleep 0.1; exec kubectl apply -f x")
        let hold = try await waiting(stage)
        let held = try #require(await stage.watch.held().first)
        #expect(held.processes.first?.id == hold.process)
        #expect(held.processes.count == 1)
        #expect(root.isAlive)
        #expect(await stage.watch.decide(hold.id, .kill, by: "ada"))
        #expect(try await stage.outcome(of: order).status == 137)
      }
    }
  }
}
