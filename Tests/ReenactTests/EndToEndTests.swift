import Foundation
import Processes
import Testing

/// A private tmux server with one pane, gone when the test ends.
private final class PrivateTmux {
  let name = "outrider-reenact-\(getpid())-\(UInt32.random(in: 0...999_999))"

  /// Starts the server with one pane. Foundation takes a process for running while any child of it lives,
  /// and the server is one; so nobody waits here.
  func start(_ command: String, in folder: String) throws {
    _ = try launch(
      ["new-session", "-d", "-s", "agent", "-x", "120", "-y", "40", "-c", folder, command],
      output: .nullDevice, input: nil)
  }

  func run(_ arguments: String..., input: String? = nil) throws {
    let source = Pipe()
    let process = try launch(arguments, output: .nullDevice, input: input == nil ? nil : source)
    try source.fileHandleForWriting.write(contentsOf: Data((input ?? "").utf8))
    try source.fileHandleForWriting.close()
    process.waitUntilExit()
  }

  var screen: String {
    let output = Pipe()
    let arguments = ["capture-pane", "-p", "-t", "agent"]
    guard let process = try? launch(arguments, output: output.fileHandleForWriting, input: nil) else {
      return ""
    }
    try? output.fileHandleForWriting.close()
    defer { process.waitUntilExit() }
    return String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
  }

  private func launch(_ arguments: [String], output: FileHandle, input: Pipe?) throws -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["tmux", "-L", name, "-f", "/dev/null"] + arguments
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    if let input { process.standardInput = input } else { process.standardInput = FileHandle.nullDevice }
    try process.start()
    return process
  }

  deinit { _ = try? run("kill-server") }
}

@Suite("In a real tmux", .serialized)
struct EndToEndTests {
  /// The program stands beside the test bundle.
  private static let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    .deletingLastPathComponent().appending(path: "reenact").path

  private func wait(
    _ what: String, seen: () -> String = { "" }, for condition: () -> Bool
  ) throws {
    let end = ContinuousClock.now + .seconds(20)
    while !condition() {
      try #require(ContinuousClock.now < end, "never came: \(what)\n\(seen())")
      usleep(5_000)
    }
  }

  private func log(_ path: String) -> [[String: Any]] {
    ((try? String(contentsOfFile: path, encoding: .utf8)) ?? "").split(separator: "\n")
      .compactMap { try? JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] }
  }

  private func start(_ tmux: PrivateTmux, _ arguments: String, log: String) throws {
    try tmux.start(
      "exec '\(Self.program)' \(arguments) --log '\(log)'", in: Recordings.folder.path)
  }

  @Test(
    "A played agent is interrupted by Escape and takes a pasted correction", arguments: ["claude", "codex"])
  func corrected(_ agent: String) throws {
    let path = NSTemporaryDirectory() + "reenact-\(UUID().uuidString).jsonl"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let tmux = PrivateTmux()
    let correction = "Do not apply by hand.\nOpen a pull request instead."
    try start(tmux, "deploy.\(agent).cast --speed 5 --log-writes", log: path)
    try wait("a working agent") { log(path).contains { $0["state"] as? String == "working" } }
    try wait("the first command", seen: { tmux.screen }) { tmux.screen.contains("runbook") }
    try tmux.run("send-keys", "-t", "agent", "Escape")
    try wait("the banner") { tmux.screen.contains("nterrupted") }
    try tmux.run("load-buffer", "-b", "correction", "-", input: correction)
    try tmux.run("paste-buffer", "-p", "-r", "-b", "correction", "-t", "agent")
    try wait("the correction in the box") { tmux.screen.contains("  Open a pull request instead.") }
    #expect(!log(path).contains { $0["what"] as? String == "submitted" })
    try tmux.run("send-keys", "-t", "agent", "Enter")
    try wait("the answer") { tmux.screen.contains("Understood.") }

    let lines = log(path)
    let keys = lines.filter { ["key", "text", "enter", "paste"].contains($0["what"] as? String) }
    #expect(keys.map { $0["what"] as? String } == ["key", "paste", "enter"])
    #expect(keys[0]["key"] as? String == "Escape")
    #expect(keys[1]["text"] as? String == correction)
    #expect(lines.first { $0["what"] as? String == "submitted" }?["text"] as? String == correction)
    #expect(lines.contains { $0["what"] as? String == "write" })
    let escape = try #require(keys[0]["t"] as? Int)
    let interrupted = try #require(lines.first { $0["what"] as? String == "interrupted" }?["t"] as? Int)
    #expect(interrupted - escape >= 20_000_000)
    // Nothing of the recording is written any more.
    #expect(!lines.contains { $0["what"] as? String == "write" && ($0["t"] as? Int ?? 0) > interrupted })
  }

  @Test("Latency rounds are counted and summed up")
  func rounds() throws {
    let path = NSTemporaryDirectory() + "reenact-\(UUID().uuidString).jsonl"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let tmux = PrivateTmux()
    try start(tmux, "--rounds 3 --gap 20", log: path)
    for round in 1...2 {
      try wait("round \(round)") { tmux.screen.contains("$ kubectl apply -f k\(round).yaml") }
      try tmux.run("send-keys", "-t", "agent", "Escape")
    }
    try wait("the summary") { log(path).contains { $0["what"] as? String == "summary" } }
    let summary = try #require(log(path).first { $0["what"] as? String == "summary" })
    #expect(summary["rounds"] as? Int == 3)
    #expect(summary["missing"] as? Int == 1)
  }

  @Test(
    "Wrong use and broken recordings end with their exit code and a sentence",
    arguments: [
      ("", 2, "Give either a recording"), ("nowhere.cast", 2, "no file that can be read"),
      ("deploy.claude.cast --speed 0", 2, "--speed must be above 0"),
      ("deploy.claude.truth.json", 65, "deploy.claude.truth.json:1: no asciicast header"),
      ("--rounds 1 --log /nowhere/log", 2, "the log cannot be opened"), ("--help", 0, "USAGE: reenact"),
    ])
  func refuses(_ arguments: String, _ code: Int32, _ sentence: String) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Self.program)
    process.arguments = arguments.split(separator: " ").map(String.init)
    process.currentDirectoryURL = Recordings.folder
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    process.standardInput = FileHandle.nullDevice
    try process.start()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == code)
    #expect(text.contains(sentence))
  }
}
