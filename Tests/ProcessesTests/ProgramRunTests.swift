import Foundation
import Processes
import Support
import Synchronization
import Testing

@Suite("One run of a program")
struct ProgramRunTests {
  @Test("gives its input, takes what is printed, and tells how it ended")
  func whole() async throws {
    let big = [UInt8](repeating: UInt8(ascii: "x"), count: 300_000)
    let ending = await ProgramRun(
      ["sh", "-c", "wc -c; echo oops >&2; exit 3"], input: big, limit: .seconds(20)
    ).run()
    #expect(ending.how == .status(3))
    #expect(String(decoding: ending.output, as: UTF8.self).contains("300000"))
    #expect(ending.complaints == "oops\n")
  }

  @Test("is ended with all that it started when its time is over")
  func late() async throws {
    let note = NSTemporaryDirectory() + "outrider-run-\(UUID().uuidString)"
    defer { unlink(note) }
    let started = ContinuousClock.now
    let ending = await ProgramRun(
      ["sh", "-c", "sleep 600 & echo $! > '\(note)'; wait"], limit: .milliseconds(500)
    ).run()
    #expect(ending.how == .late)
    #expect(ContinuousClock.now - started < .seconds(300))
    let child = try #require(
      Int32((try String(contentsOfFile: note, encoding: .utf8)).split(separator: "\n").first ?? ""))
    try await eventually("the child is gone") {
      kill(child, 0) != 0
        || (try? String(contentsOfFile: "/proc/\(child)/stat", encoding: .utf8))?.contains(") Z") ?? true
    }
  }

  @Test("does not wait for what a program left behind, nor for one that reads nothing")
  func leftBehind() async throws {
    let note = NSTemporaryDirectory() + "outrider-run-\(UUID().uuidString)"
    defer { unlink(note) }
    let big = [UInt8](repeating: UInt8(ascii: "x"), count: 300_000)
    let ending = await ProgramRun(
      ["sh", "-c", "sleep 60 & echo $! > '\(note)'; echo done"], input: big, limit: .seconds(30)
    ).run()
    #expect(ending.how == .status(0))
    #expect(ending.output == Array("done\n".utf8))
    if let left = Int32(
      (try String(contentsOfFile: note, encoding: .utf8)).split(separator: "\n").first ?? "")
    {
      kill(left, SIGKILL)
    }
  }

  @Test("ends when nobody waits for it any more")
  func cancelled() async throws {
    let task = Task { await ProgramRun(["sleep", "600"], limit: .seconds(600)).run() }
    task.cancel()
    #expect(await task.value.how == .cancelled)
  }

  @Test("of a program that is not there says so")
  func missing() async {
    #expect(await ProgramRun(["/no/such/program"], limit: .seconds(5)).run().how == .notStarted(ENOENT))
  }

  @Test("keeps no more than it may of what is printed without an end")
  func endless() async {
    let ending = await ProgramRun(["yes"], limit: .milliseconds(300)).run()
    #expect(ending.how == .late)
    #expect(ending.output.count == 65_536)
  }

  @Test("tells each line as it comes")
  func lines() async throws {
    let (lines, line) = AsyncStream.makeStream(of: String.self)
    let ending = await ProgramRun(["printf", "one\\ntwo\\nthr"], limit: .seconds(10)).run { line.yield($0) }
    line.finish()
    #expect(ending.how == .status(0))
    #expect(await lines.reduce(into: []) { $0.append($1) } == ["one", "two"])
  }

  private func whole(_ line: String, limit: Duration = .seconds(10), most: Int = 1 << 20) async throws
    -> ProgramRun.Result
  {
    var run = ProgramRun(["sh", "-c", line], in: "/", limit: limit)
    run.most = most
    return try await run.result()
  }

  @Test("tells its status and both its outputs, and has nothing to read")
  func statusAndOutputs() async throws {
    #expect(
      try await whole("cat; echo out; echo err >&2; exit 3")
        == .init(status: 3, output: Array("out\n".utf8), complaints: "err\n"))
  }

  @Test("is ended when it takes too long, also where it does not want to")
  func tooLong() async throws {
    let start = ContinuousClock.now
    for line in ["sleep 600", "trap '' TERM; sleep 600"] {
      await #expect(throws: ProgramRun.Failure.tooLong("sh", .milliseconds(300))) {
        try await whole(line, limit: .milliseconds(300))
      }
    }
    #expect(ContinuousClock.now - start < .seconds(300))
  }

  @Test("is ended when it prints too much or is no longer wanted")
  func bounds() async throws {
    await #expect(throws: ProgramRun.Failure.tooMuch("sh")) { try await whole("yes", most: 10_000) }
    let task = Task { try await whole("sleep 60", limit: .seconds(60)) }
    task.cancel()
    await #expect(throws: ProgramRun.Failure.cancelled) { try await task.value }
  }

  @Test("is found in absolute folders of PATH only")
  func found() async throws {
    #expect(ProgramRun.find("sh", in: ["PATH": ".:bin:/bin:/usr/bin"])?.hasSuffix("/sh") ?? false)
    #expect(ProgramRun.find("sh", in: ["PATH": ".:bin"]) == nil)
    #expect(ProgramRun.find("../bin/sh", in: ["PATH": "/bin"]) == nil)
    await #expect(throws: ProgramRun.Failure.missing("no-such-program")) {
      try await ProgramRun(["no-such-program"], in: "/", limit: .seconds(1)).result()
    }
  }

  @Test("runs in its folder, and says when there is none")
  func folder() async throws {
    let run = ProgramRun(["pwd"], in: "/usr/lib", limit: .seconds(10))
    #expect(try await run.result().output == Array("/usr/lib\n".utf8))
    await #expect(
      throws: ProgramRun.Failure.notStarted("'pwd' cannot be run in /no/such: No such file or directory")
    ) {
      try await ProgramRun(["pwd"], in: "/no/such", limit: .seconds(10)).result()
    }
  }

  @Test("keeps open nothing of what others in this process have open")
  func inheritance() async throws {
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    defer { ends.forEach { close($0) } }
    #expect(try await whole("ls /proc/$$/fd").output == Array("0\n1\n2\n".utf8))
  }

  @Test("is over for Foundation, too, while another thread starts programs that stay")
  func crowd() async throws {
    let isOver = Atomic(false)
    defer { isOver.store(true, ordering: .relaxed) }
    let nowhere = open("/dev/null", O_RDWR | O_CLOEXEC)
    defer { close(nowhere) }
    let (stayed, ends) = AsyncStream.makeStream(of: pid_t.self)
    // They live as long as the thread that started them.
    Thread.detachNewThread {
      var children: [pid_t] = []
      while !isOver.load(ordering: .relaxed), children.count < 2000 {
        let child = try? startTethered(
          ["/bin/sleep", "600"], environment: [], input: nowhere, output: nowhere, errors: nowhere)
        if let child { children.append(child) }
      }
      while !isOver.load(ordering: .relaxed) { usleep(1000) }
      for child in children {
        kill(child, SIGKILL)
        waitpid(child, nil, 0)
      }
      ends.finish()
    }
    for _ in 0..<200 {
      let process = Process()
      process.executableURL = URL(filePath: "/bin/true")
      try process.start()
      #expect(await process.ended(within: .seconds(60)) == 0)
      try await eventually("Foundation knows") { !process.isRunning }
    }
    isOver.store(true, ordering: .relaxed)
    for await _ in stayed {}
  }
}
