import Foundation
import Processes

/// `outrider judge --stdin` as another program asks it: a process, JSON in and JSON out, its start included.
struct Asking {
  static let name = "judge --stdin, JSON in and out"
  private static let count = 100_000
  private let input: URL
  private let program: URL

  init() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "outrider-bench-\(getpid())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    input = folder.appending(path: "requests")
    program = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
      .appending(path: "outrider")
    let lines = try Corpus.commandLines.enumerated().map { number, line in
      String(
        decoding: try JSONSerialization.data(withJSONObject: ["id": number, "command": line]), as: UTF8.self)
    }
    let text = (0..<Self.count).map { lines[$0 % lines.count] }.joined(separator: "\n")
    try (text + "\n").write(to: input, atomically: true, encoding: .utf8)
  }

  func add(to figures: inout Measurements) {
    figures.add(Self.name, unit: "1000 lines/s") {
      let process = Process()
      process.executableURL = program
      process.arguments = ["judge", "--stdin", "--no-user-rules"]
      process.standardInput = try FileHandle(forReadingFrom: input)
      process.standardOutput = FileHandle.nullDevice
      return try throughput(bytes: Self.count * 1000) {
        try process.start()
        process.waitUntilExit()
      }
    }
  }
}
