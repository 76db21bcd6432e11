import Foundation
import Processes
import Glibc
import Tmux

/// How long a whole hook process takes, with a sidecar and alone, and beside it Python doing nothing.
struct HookLatency {
  private let rounds: Int
  private let program: String
  private let folder: URL
  private let server: Server

  /// What is timed: a program, its arguments, its input, and whether a sidecar runs.
  private struct Call {
    let name: String
    let arguments: [String]
    let input: String
    let environment: [String: String]
  }

  init(rounds: Int) throws {
    self.rounds = rounds
    program =
      URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
      .appending(path: "outrider").path
    let name = "outrider-bench-hook-\(getpid())"
    server = Server(socket: .named(name), configuration: "/dev/null")
    folder = FileManager.default.temporaryDirectory.appending(path: name)
    for part in ["run", "alone"] {
      try FileManager.default.createDirectory(
        at: folder.appending(path: part), withIntermediateDirectories: true)
    }
  }

  func run() async throws -> String {
    defer { try? FileManager.default.removeItem(at: folder) }
    _ = try await server.run(["new-session", "-d", "-s", "bench", "cat"])
    let sidecar = try watch()
    defer {
      sidecar.terminate()
      sidecar.waitUntilExit()
    }
    let sockets = folder.appending(path: "run/outrider").path
    let deadline = ContinuousClock.now + .seconds(20)
    while !((try? FileManager.default.contentsOfDirectory(atPath: sockets)) ?? []).contains(where: {
      $0.hasSuffix(".sock")
    }) {
      guard ContinuousClock.now < deadline else { throw BenchError("the sidecar does not listen") }
      try await Task.sleep(for: .milliseconds(20))
    }
    let report = try measure()
    _ = try? await server.run(["kill-server"])
    return report
  }

  private func watch() throws -> Process {
    guard case .named(let name) = server.socket else { throw BenchError("the server has a name") }
    let process = Process()
    process.executableURL = URL(filePath: program)
    process.arguments = ["watch", "-L", name, "--no-tmux-messages"]
    process.environment = environment("run")
    process.standardOutput = FileHandle.nullDevice
    try process.start()
    return process
  }

  private func environment(_ part: String) -> [String: String] {
    [
      "HOME": folder.path, "XDG_RUNTIME_DIR": folder.appending(path: part).path,
      "OUTRIDER_RULES": FileManager.default.currentDirectoryPath + "/rules",
      "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin",
    ]
  }

  private func measure() throws -> String {
    func event(_ command: String) -> String {
      #"{"session_id":"s","cwd":"/","hook_event_name":"PreToolUse","tool_name":"Bash","#
        + #""tool_input":{"command":"\#(command)","description":"x"},"tool_use_id":"1"}"#
    }
    let hook = ["hook", "--agent", "claude-code"]
    let calls = [
      Call(name: "/usr/bin/python3 -c pass", arguments: [], input: "", environment: environment("alone")),
      Call(
        name: "hook, sidecar, harmless", arguments: hook, input: event("kubectl get pods"),
        environment: environment("run")),
      Call(
        name: "hook, sidecar, refused", arguments: hook, input: event("kubectl apply -f x"),
        environment: environment("run")),
      Call(
        name: "hook, alone, harmless", arguments: hook, input: event("kubectl get pods"),
        environment: environment("alone")),
      Call(
        name: "hook, alone, refused", arguments: hook, input: event("kubectl apply -f x"),
        environment: environment("alone")),
    ]
    var times = calls.map { _ in [Double]() }
    for round in 0..<(rounds + 3) {
      for (index, call) in calls.enumerated() {
        let milliseconds = try time(call)
        if round >= 3 { times[index].append(milliseconds) }
      }
    }
    return zip(calls, times).map { call, times in
      let sorted = times.sorted()
      let name = call.name.padding(toLength: 28, withPad: " ", startingAt: 0)
      return "  \(name) "
        + String(
          format: "p50 %5.2f ms, p99 %5.2f ms, %d rounds", sorted[sorted.count / 2],
          sorted[sorted.count * 99 / 100],
          sorted.count)
    }.joined(separator: "\n")
  }

  /// From before the start of the process to its end, in milliseconds.
  private func time(_ call: Call) throws -> Double {
    let words = call.arguments.isEmpty ? ["/usr/bin/python3", "-c", "pass"] : [program] + call.arguments
    let input = folder.appending(path: "input").path
    try call.input.write(toFile: input, atomically: false, encoding: .utf8)
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
    var argv = words.map { strdup($0) } + [nil]
    var envp = call.environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { (argv + envp).forEach { free($0) } }
    let start = ContinuousClock.now
    var pid: pid_t = 0
    guard posix_spawn(&pid, words[0], &actions, nil, &argv, &envp) == 0 else {
      throw BenchError("\(words[0]) cannot be started")
    }
    var status: Int32 = 0
    waitpid(pid, &status, 0)
    let taken = ContinuousClock.now - start
    guard status == 0 else { throw BenchError("\(words.joined(separator: " ")) ended with \(status)") }
    return Double(taken.components.seconds) * 1000 + Double(taken.components.attoseconds) / 1e15
  }
}

struct BenchError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }
}
