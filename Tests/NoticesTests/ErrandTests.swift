import Foundation
import Testing

@testable import Notices

@Suite("An errand")
struct ErrandTests {
  @Test("gives its input, takes what is printed, and tells how it ended")
  func whole() async throws {
    let big = [UInt8](repeating: UInt8(ascii: "x"), count: 300_000)
    let ending = await Errand(
      ["sh", "-c", "wc -c; echo oops >&2; exit 3"], input: big, limit: .seconds(20)
    ).run()
    #expect(ending.how == .status(3))
    #expect(String(decoding: ending.output, as: UTF8.self).contains("300000"))
    #expect(ending.said == "oops")
  }

  @Test("is ended with all that it started when its time is over")
  func late() async throws {
    let scratch = try Scratch()
    let note = scratch.path("pid")
    let started = ContinuousClock.now
    let ending = await Errand(
      ["sh", "-c", "sleep 600 & echo $! > '\(note)'; wait"], limit: .milliseconds(500)
    ).run()
    #expect(ending.how == .late)
    #expect(ContinuousClock.now - started < .seconds(20))
    let child = try #require(Int32(scratch.text("pid").split(separator: "\n").first ?? ""))
    try await eventually("the child is gone") {
      kill(child, 0) != 0
        || (try? String(contentsOfFile: "/proc/\(child)/stat", encoding: .utf8))?.contains(") Z") ?? true
    }
  }

  @Test("does not wait for what a program left behind, nor for one that reads nothing")
  func leftBehind() async throws {
    let scratch = try Scratch()
    let note = scratch.path("pid")
    let big = [UInt8](repeating: UInt8(ascii: "x"), count: 300_000)
    let ending = await Errand(
      ["sh", "-c", "sleep 60 & echo $! > '\(note)'; echo done"], input: big, limit: .seconds(30)
    ).run()
    #expect(ending.how == .status(0))
    #expect(ending.output == Array("done\n".utf8))
    if let left = Int32(scratch.text("pid").split(separator: "\n").first ?? "") { kill(left, SIGKILL) }
  }

  @Test("ends when nobody waits for it any more")
  func cancelled() async throws {
    let task = Task { await Errand(["sleep", "600"], limit: .seconds(600)).run() }
    task.cancel()
    #expect(await task.value.how == .cancelled)
  }

  @Test("of a program that is not there says so")
  func missing() async {
    #expect(await Errand(["/no/such/program"], limit: .seconds(5)).run().how == .notStarted(ENOENT))
  }

  @Test("keeps no more than it may of what is printed without an end")
  func endless() async {
    let ending = await Errand(["yes"], limit: .milliseconds(300)).run()
    #expect(ending.how == .late)
    #expect(ending.output.count == Errand.mostOutput)
  }

  @Test("tells each line as it comes")
  func lines() async throws {
    let (lines, line) = AsyncStream.makeStream(of: String.self)
    let ending = await Errand(["printf", "one\\ntwo\\nthr"], limit: .seconds(10)).run { line.yield($0) }
    line.finish()
    #expect(ending.how == .status(0))
    #expect(await lines.reduce(into: []) { $0.append($1) } == ["one", "two"])
  }
}
