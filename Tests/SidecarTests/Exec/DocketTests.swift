import Foundation
import Hands
import Processes
import Rulebook
import Support
import Testing

@testable import Senses
@testable import Sidecar

/// A program that becomes another before the signal reaches it is executed twice by then: what the desk makes of that.
@Suite("A program that became another before it stood still")
struct DocketTests {
  private struct Sleeper {
    let process: Process
    let identity: ProcessIdentity

    init() throws {
      process = Process()
      process.executableURL = URL(filePath: "/bin/sleep")
      process.arguments = ["600"]
      try process.start()
      identity = try #require(ProcessIdentity(process.processIdentifier))
      #expect(identity.signal(SIGSTOP) == 0)
    }

    func executed(_ words: String) -> ExecListener.Event {
      .executed(
        .init(
          tree: 1, process: identity.id, parent: 1, level: 1, isByFirst: false, time: monotonic(),
          arguments: words.split(separator: " ").flatMap { Array($0.utf8) + [0] }, directory: nil,
          stop: .stopped(at: monotonic())))
    }

    private func monotonic() -> UInt64 { DispatchTime.now().uptimeNanoseconds }

    func state() -> UInt8? { ProcessFiles.status(identity.id)?.state }
  }

  private func with(_ hold: String, _ body: (inout ExecDocket, Sleeper) async throws -> Void) async throws {
    let sleeper = try Sleeper()
    defer { sleeper.identity.signal(SIGKILL) }
    var docket = ExecDocket(try Live.OnHold.rules(hold), lease: nil, clock: LiveClock())
    docket.agents = [1: ("%1", 1)]
    try await body(&docket, sleeper)
  }

  private func holds(_ docket: inout ExecDocket) -> [ExecWatch.Hold.Result] {
    docket.takeFindings().compactMap { if case .facts(_, _, let hold?) = $0 { hold.result } else { nil } }
  }

  @Test("is told of once, and is killed once")
  func killed() async throws {
    try await with("{then: kill}") { docket, sleeper in
      docket.take(sleeper.executed("env kubectl apply -f x"))
      docket.take(sleeper.executed("kubectl apply -f x"))
      let told = holds(&docket)
      #expect(told == [.killed])
      #expect(await sleeper.process.ended(within: .seconds(20)) == 128 + SIGKILL)
    }
  }

  @Test("goes on when the human allows it: nothing of it is left on hold")
  func allowed() async throws {
    try await with("{for: 60s, then: kill}") { docket, sleeper in
      docket.take(sleeper.executed("env kubectl apply -f x"))
      docket.take(sleeper.executed("kubectl apply -f x"))
      let told = holds(&docket)
      #expect(told.count == 1 && docket.custody.held.count == 1)
      let isDecided = docket.decide(docket.custody.held[0].id, .allow, by: "ada")
      #expect(isDecided)
      #expect(docket.custody.held.isEmpty)
      try await eventually("it goes on") { sleeper.state() == UInt8(ascii: "S") }
      // What it becomes next is allowed with it; what another rule is about is not.
      sleeper.identity.signal(SIGSTOP)
      docket.take(sleeper.executed("kubectl apply -f x"))
      try await eventually("it goes on again") { sleeper.state() == UInt8(ascii: "S") }
      #expect(docket.custody.held.isEmpty)
    }
  }

  @Test("is held again when it becomes another command under the same rule")
  func another() async throws {
    try await with("{for: 60s, then: kill}") { docket, sleeper in
      docket.take(sleeper.executed("kubectl apply -f x"))
      let isDecided = docket.decide(docket.custody.held[0].id, .allow, by: "ada")
      #expect(isDecided)
      sleeper.identity.signal(SIGSTOP)
      docket.take(sleeper.executed("kubectl apply -f y"))
      #expect(docket.custody.held.map(\.text) == ["kubectl apply -f y"])
    }
  }

  @Test("stays on hold when what it has become is harmless")
  func harmless() async throws {
    try await with("{for: 60s, then: kill}") { docket, sleeper in
      docket.take(sleeper.executed("env kubectl apply -f x"))
      docket.take(sleeper.executed("kubectl get pods"))
      try await eventually("it stands still") { sleeper.state() == UInt8(ascii: "T") }
      #expect(docket.custody.held.count == 1)
      let isDecided = docket.decide(docket.custody.held[0].id, .kill, by: "ada")
      #expect(isDecided)
      #expect(await sleeper.process.ended(within: .seconds(20)) == 128 + SIGKILL)
    }
  }

  @Test("is another one when its number has gone to another")
  func reused() async throws {
    try await with("{then: kill}") { docket, first in
      let second = try Sleeper()
      defer { second.identity.signal(SIGKILL) }
      docket.take(first.executed("kubectl apply -f x"))
      docket.take(second.executed("kubectl apply -f x"))
      let told = holds(&docket)
      #expect(told == [.killed, .killed])
    }
  }
}
