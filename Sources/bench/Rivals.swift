import Foundation
import Processes

/// What others use to find many patterns in lines: SEC, and a loop over Python's `re`.
struct Rivals {
  private let script: URL
  private let folder: URL
  private let lines: [[UInt8]]

  init(root: URL) throws {
    script = root.appending(path: "scripts/bench-loop.py")
    folder = FileManager.default.temporaryDirectory.appending(path: "outrider-bench-\(getpid())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    lines = Corpus.lines(bytes: 1 << 18)
  }

  func add(to figures: inout Measurements) throws {
    let text = folder.appending(path: "text")
    let data = Data(lines.joined(separator: [UInt8(ascii: "\n")])) + Data("\n".utf8)
    try data.write(to: text)
    for count in [10, 200, 1000] {
      let patterns = folder.appending(path: "patterns-\(count)")
      try Corpus.patterns(count).joined(separator: "\n").write(
        to: patterns, atomically: true, encoding: .utf8)
      let rules = Corpus.patterns(count).map {
        "type=Single\nptype=RegExp\npattern=\($0)\ndesc=x\naction=none\n"
      }
      let conf = folder.appending(path: "sec-\(count).conf")
      try rules.joined(separator: "\n").write(to: conf, atomically: true, encoding: .utf8)
      figures.add("  \(count) rules, a Python re loop", unit: "MB/s") {
        try run("/usr/bin/env", ["python3", script.path, patterns.path, text.path], bytes: data.count)
      }
      if FileManager.default.isExecutableFile(atPath: "/usr/bin/sec") {
        figures.add("  \(count) rules, sec", unit: "MB/s") {
          try run(
            "/usr/bin/sec", ["--conf=\(conf.path)", "--input=\(text.path)", "--notail", "--quoting"],
            bytes: data.count)
        }
      }
    }
  }

  /// The whole process, its start included: with 256 KiB of text that is a small part.
  private func run(_ program: String, _ arguments: [String], bytes: Int) throws -> Double {
    let process = Process()
    process.executableURL = URL(filePath: program)
    process.arguments = arguments
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    return try throughput(bytes: bytes) {
      try process.start()
      process.waitUntilExit()
    }
  }
}
