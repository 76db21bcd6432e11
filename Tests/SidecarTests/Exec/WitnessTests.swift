import Foundation
import Processes
import Support
import Synchronization
import Testing

/// A watch in a process of its own, beside a stand-in for an agent: as another user, in other namespaces, killed.
private final class Witness: Sendable {
  let folder: URL
  let agent: Process
  private let orders: FileHandle
  let process: Process
  private let input: FileHandle
  private let lines = Mutex<[String]>([])
  /// Orders that the stand-in has carried out.
  private let answered = Atomic(0)
  private static let count = Atomic(0)
  /// Somebody who is not root; where the tests are not run by root, whoever runs them.
  static let nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]

  init(prefix: [String] = [], agentPrefix: [String] = [], _ options: [String] = [], rules: String? = nil)
    throws
  {
    let number = Self.count.add(1, ordering: .relaxed).newValue
    folder = FileManager.default.temporaryDirectory.appending(path: "outrider-witness-\(getpid())-\(number)")
    try ExecStage.furnish(folder)
    chmod(folder.path, 0o777)
    chmod(folder.appending(path: "marks").path, 0o666)
    let orderPipe = Pipe()
    agent = Process()
    agent.executableURL = URL(filePath: "/usr/bin/env")
    agent.arguments =
      agentPrefix + ["bash", "-c", "while read -r line; do bash -c \"$line\" >/dev/null 2>&1; echo $?; done"]
    agent.environment = [
      "PATH": "\(folder.path)/bin:/usr/local/bin:/usr/bin:/bin",
      "MARKS": folder.appending(path: "marks").path,
      "HOME": folder.path,
    ]
    agent.currentDirectoryURL = folder
    agent.standardInput = orderPipe
    let answers = Pipe()
    agent.standardOutput = answers
    try agent.start()
    orders = orderPipe.fileHandleForWriting
    let answer = answers.fileHandleForReading
    // Where everybody may run it.
    let program = folder.appending(path: "witness").path
    try FileManager.default.copyItem(atPath: LiveStage.program("exec-witness"), toPath: program)
    chmod(program, 0o755)
    var words = options
    if let rules {
      let file = folder.appending(path: "own.yaml").path
      try rules.write(toFile: file, atomically: true, encoding: .utf8)
      words += ["--own-rules", file]
    }
    let rulesCopy = folder.appending(path: "rules")
    try FileManager.default.copyItem(at: Fixtures.root.appending(path: "rules"), to: rulesCopy)
    process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = prefix + [program, rulesCopy.path, "\(agent.processIdentifier)"] + words
    let inputPipe = Pipe()
    let output = Pipe()
    process.standardInput = inputPipe
    process.standardOutput = output
    try process.start()
    input = inputPipe.fileHandleForWriting
    let reader = output.fileHandleForReading
    Thread.detachNewThread { [self] in
      while case let data = answer.availableData, !data.isEmpty {
        answered.add(data.count { $0 == 0x0A }, ordering: .relaxed)
      }
    }
    let thread = Thread { [self] in
      var rest = Data()
      while case let data = reader.availableData, !data.isEmpty {
        rest += data
        while let end = rest.firstIndex(of: 0x0A) {
          let line = String(decoding: rest[rest.startIndex..<end], as: UTF8.self)
          lines.withLock { $0.append(line) }
          rest = Data(rest[(end + 1)...])
        }
      }
    }
    thread.start()
  }

  var said: [String] { lines.withLock { $0 } }

  func order(_ line: String) throws {
    try orders.write(contentsOf: Data((line + "\n").utf8))
  }

  func say(_ line: String) throws {
    try input.write(contentsOf: Data((line + "\n").utf8))
  }

  /// Runs harmless programs until one is told of.
  func begin() async throws {
    try await eventually("the witness watches") { self.said.contains { $0.hasPrefix("watching") } }
    // One after the other: what waits for the stand-in would delay the test's own orders.
    var ordered = 0
    try await eventually("a first program is told of") {
      if self.answered.load(ordering: .relaxed) == ordered {
        ordered += 1
        try self.order("sleep 0.05")
      }
      return self.said.contains { $0.contains("sleep 0.05") }
    }
  }

  func hold() async throws -> (id: String, process: ProcessIdentity) {
    try await eventually("something is on hold") { self.said.contains { $0.contains(" waiting(") } }
    let words = try #require(said.first { $0.contains(" waiting(") }).split(separator: " ")
    let process = try #require(Int32(words[2]).flatMap { ProcessIdentity($0) })
    try await eventually("it has stopped") { ProcessFiles.status(process.id)?.isStopped ?? false }
    return (String(words[1]), process)
  }

  var marks: String {
    (try? String(contentsOf: folder.appending(path: "marks"), encoding: .utf8)) ?? ""
  }

  func end() {
    if process.isRunning {
      try? say("end")
      let deadline = ContinuousClock.now + .seconds(10)
      while process.isRunning, ContinuousClock.now < deadline { usleep(5000) }
      if process.isRunning { process.terminate() }
    }
    try? orders.close()
    agent.terminate()
    try? FileManager.default.removeItem(at: folder)
  }

  static func with(
    prefix: [String] = [], agentPrefix: [String] = [], _ options: [String] = [], rules: String? = nil,
    _ body: (Witness) async throws -> Void
  ) async throws {
    let witness = try Witness(prefix: prefix, agentPrefix: agentPrefix, options, rules: rules)
    defer { witness.end() }
    do {
      try await witness.begin()
      try await body(witness)
    } catch {
      Issue.record("the witness said: \(witness.said.suffix(60).joined(separator: " | "))")
      throw error
    }
  }

  static let waitingRule = """
    rules:
      - id: waits
        on: command
        match: '^kubectl apply(?!\\S)'
        severity: critical
        why: The human decides.
        do: [{hold: {for: 60s, then: KILL}}, escalate]
        fires: [kubectl apply -f x]
        silent: [kubectl get pods]
    """
}

extension Live {
  @Suite("A watch in a process of its own")
  struct WitnessTests {
    @Test("needs no privilege to hold the programs of its own user")
    func ordinaryUser() async throws {
      let user = geteuid() == 0 ? Witness.nobody : []
      try await Witness.with(prefix: user, agentPrefix: user) { witness in
        // A program that takes as long to start as the real one; without privilege a busy machine may let the
        // listener wait for a millisecond.
        let program = """
          #!/usr/bin/python3
          import os, sys
          open(os.environ["MARKS"], "a").write("kubectl " + " ".join(sys.argv[1:]) + "\\n")

          """
        try program.write(toFile: witness.folder.path + "/bin/kubectl", atomically: true, encoding: .utf8)
        chmod(witness.folder.path + "/bin/kubectl", 0o755)
        #expect(witness.said.contains("watching connector"))
        for number in 1...10 {
          try witness.order("kubectl apply -f \(number)")
          try witness.order("kubectl get \(number)")
        }
        try await eventually("all are told") { witness.said.count { $0.contains(" killed") } == 10 }
        try await eventually("the harmless ones have run") {
          witness.marks.split(separator: "\n").count == 10
        }
        #expect(witness.marks.split(separator: "\n").allSatisfy { $0.hasPrefix("kubectl get") })
      }
    }

    @Test("says when a program is another user's and cannot be stopped", .enabled(if: geteuid() == 0))
    func anotherUser() async throws {
      // The watch is nobody's, the agent is root's: as after sudo.
      try await Witness.with(prefix: Witness.nobody) { witness in
        // One that stays: nobody's listener may come late on a busy machine.
        try witness.order("echo 'sleep 2' >> \(witness.folder.path)/bin/kubectl; kubectl apply -f x")
        try await eventually("it is told") { witness.said.contains { $0.contains("refused(1)") } }
        #expect(witness.marks == "kubectl apply -f x\n")
      }
    }

    @Test(
      "reads the trees again and again where the kernel does not tell it", arguments: ["--poll", "namespace"])
    func polling(how: String) async throws {
      // A pid namespace whose /proc is still that of the machine: ids are those that the stand-in has.
      let prefix = how == "namespace" ? ["unshare", "--user", "--map-root-user"] : []
      try await Witness.with(prefix: prefix, how == "namespace" ? [] : [how]) { witness in
        #expect(witness.said.contains("watching polling"))
        // A program that takes its time: polling finds it within a look, not before its first line.
        try witness.order("sh -c 'exec sleep 0.5'; cp /bin/sleep bin/terraform; terraform apply 5 || true")
        try await eventually("it is told") { witness.said.contains { $0.hasPrefix("ran - sleep 0.5") } }
      }
    }

    @Test(
      "killed outright leaves nothing frozen: its guardian does what the rule says",
      arguments: ["kill", "allow"])
    func killedOutright(then: String) async throws {
      let lease = FileManager.default.temporaryDirectory.appending(
        path: "outrider-\(UUID().uuidString).frozen"
      ).path
      let rule = Witness.waitingRule.replacing("KILL", with: then)
      let options = ["--lease", lease, "--guardian", LiveStage.program("outrider")]
      try await Witness.with(options, rules: rule) { witness in
        try witness.order("kubectl apply -f x; echo after >> \"$MARKS\"")
        let (_, held) = try await witness.hold()
        kill(witness.process.processIdentifier, SIGKILL)
        try await eventually("the agent goes on") { witness.marks.contains("after") }
        #expect(witness.marks == (then == "kill" ? "after\n" : "kubectl apply -f x\nafter\n"))
        #expect(!held.isAlive)
        try await eventually("the lease is gone") { !FileManager.default.fileExists(atPath: lease) }
      }
    }

    @Test("killed together with its guardian leaves a lease that `outrider release` settles")
    func release() async throws {
      let folder = FileManager.default.temporaryDirectory.appending(path: "outrider-run-\(UUID().uuidString)")
      let runtime = folder.appending(path: "outrider")
      try FileManager.default.createDirectory(at: runtime, withIntermediateDirectories: true)
      chmod(runtime.path, 0o700)
      defer { try? FileManager.default.removeItem(at: folder) }
      let options = ["--lease", runtime.appending(path: "x.frozen").path]
      try await Witness.with(options, rules: Witness.waitingRule.replacing("KILL", with: "kill")) { witness in
        try witness.order("kubectl apply -f x; echo after >> \"$MARKS\"")
        let (_, held) = try await witness.hold()
        kill(witness.process.processIdentifier, SIGKILL)
        witness.process.waitUntilExit()
        #expect(ProcessFiles.status(held.id)?.isStopped ?? false)
        let release = Process()
        release.executableURL = URL(filePath: LiveStage.program("outrider"))
        release.arguments = ["release"]
        release.environment = ["XDG_RUNTIME_DIR": folder.path, "PATH": "/usr/bin:/bin"]
        let output = Pipe()
        release.standardOutput = output
        try release.start()
        release.waitUntilExit()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        #expect(text == "killed \(held.id), as its rule says\n")
        try await eventually("the agent goes on") { witness.marks == "after\n" }
      }
    }
  }
}
