import Foundation
import Journal
import Processes
import Rulebook

/// A directory of a test's own, gone when the test ends.
final class Scratch {
  let directory: String
  var log: String { directory + "/state/alerts.jsonl" }

  init() throws {
    directory = FileManager.default.temporaryDirectory.path + "/journal-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: directory) }

  /// A copy to look at, in place of one from before.
  func keep(as name: String) {
    let copy = FileManager.default.temporaryDirectory.path + "/" + name
    try? FileManager.default.removeItem(atPath: copy)
    try? FileManager.default.copyItem(atPath: directory, toPath: copy)
  }

  func bytes(_ path: String? = nil) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: path ?? log)))
  }

  func write(_ bytes: some Sequence<UInt8>, to path: String? = nil) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: path ?? log))
  }

  func append(_ text: String, to path: String? = nil) throws {
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path ?? log))
    try file.seekToEnd()
    try file.write(contentsOf: Data(text.utf8))
    try file.close()
  }

  /// The log's lines, without newlines.
  func lines(_ path: String? = nil) throws -> [[UInt8]] {
    try bytes(path).split(separator: 10, omittingEmptySubsequences: false).dropLast().map(Array.init)
  }

  func write(lines: [[UInt8]], to path: String? = nil) throws {
    try write(lines.flatMap { $0 + [10] }, to: path)
  }
}

let noon = WallTime(iso8601: "2026-11-23T13:02:11.042Z")!

func sample(
  _ index: Int = 0, text: String = "kubectl apply -f web.yaml", agent: String = "claude"
) -> Alert {
  Alert(
    time: WallTime(milliseconds: noon.milliseconds + Int64(index)), id: "alert-\(index)", story: "7",
    rule: "kubectl-apply", severity: .critical,
    agent: .init(name: agent, pane: "%3", session: "main", cwd: "/srv/shop"), source: .pane, text: text,
    why: "ArgoCD watches k8s/.", instead: "Open a pull request.",
    evidence: ["⎿  $ kubectl apply -f web.yaml"],
    actions: [.init("interrupt", ms: 0.4), .init("prompt")], outcome: .stopped)
}

/// A log of so many lines.
func filled(_ scratch: Scratch, _ count: Int, rotation: Rotation = Rotation()) throws {
  let log = AlertFile(scratch.log, rotation: rotation)
  for index in 1...count { try log.append(sample(index), durable: false) }
}

extension Verification {
  var kinds: [Finding.Kind] { findings.map(\.kind) }
}

/// The program that writes alerts from another process.
struct Writer {
  let process = Process()
  private let output = Pipe()
  private let errors = Pipe()

  init(_ words: [String], through shell: String? = nil) throws {
    // The test runner and the programs of the package lie in one directory.
    var directory = URL(
      fileURLWithPath: try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
    repeat {
      directory.deleteLastPathComponent()
    } while directory.path != "/"
      && !FileManager.default.fileExists(atPath: directory.path + "/journal-writer")
    let program = directory.path + "/journal-writer"
    process.executableURL = URL(fileURLWithPath: shell == nil ? program : "/bin/sh")
    process.arguments = shell.map { ["-c", $0, program] + words } ?? words
    process.standardOutput = output
    process.standardError = errors
    try process.start()
  }

  /// The next bytes that it printed; empty when it has ended.
  func read() -> Data { output.fileHandleForReading.availableData }

  /// Waits for its end.
  func finish() -> (status: Int32, printed: [Int], errors: String) {
    let data = output.fileHandleForReading.readDataToEndOfFile()
    let text = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, numbers(data), String(decoding: text, as: UTF8.self))
  }
}

/// Whole lines of digits.
func numbers(_ data: Data) -> [Int] {
  String(decoding: data, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false).dropLast()
    .compactMap { Int($0) }
}
