import Foundation
import Patterns
import Rulebook
import Senses
import Sidecar
import Terminal

/// How fast Outrider is, and beside it, in the same run, programs that others use for the same.
///
///     bench [ROUNDS]           every figure
///     bench latency [ROUNDS]   only the way to the Escape, four times ROUNDS
///     bench exec [COUNT]       only the kernel's word about executions
///     bench hook [ROUNDS]      only the hook program
@main
enum Bench {
  static func main() async throws {
    let root = URL(filePath: FileManager.default.currentDirectoryPath)
    let arguments = CommandLine.arguments.dropFirst()
    let rounds = arguments.last.flatMap { Int($0) }
    let library = try RuleLibrary(directory: root.appending(path: "rules"))
    if arguments.first == "hook" { return try await hooks(rounds: rounds ?? 200) }
    if arguments.first == "exec" { return Executions(count: rounds ?? 2000).run(library) }
    if arguments.first != "latency" {
      try figures(root, library, rounds: rounds ?? 5)
      fflush(nil)
      try await hooks(rounds: 200)
    }
    fflush(nil)
    let latency = try await Latency(
      rounds: arguments.first == "latency" ? rounds ?? 50 : 50, library: library
    ).run()
    print("\nprint in a pane → Escape read there, ten other panes printing:\n\(latency.report)")
    guard arguments.first != "latency" else { return }
    fflush(nil)
    Executions(count: 2000).run(library)
  }

  private static func hooks(rounds: Int) async throws {
    print(
      "\na hook, from the start of the process to its end:\n\(try await HookLatency(rounds: rounds).run())")
  }

  private static func figures(_ root: URL, _ library: RuleLibrary, rounds: Int) throws {
    let names = try FileManager.default.contentsOfDirectory(
      atPath: root.appending(path: "fixtures/recordings").path)
    let recordings = try names.filter { $0.hasSuffix(".cast") }.sorted().map {
      try Recording(path: root.appending(path: "fixtures/recordings/\($0)").path)
    }
    var figures = Measurements()
    addScreen(&figures, recordings)
    addMatching(&figures)
    addPipeline(&figures, recordings, library)
    addCommands(&figures, library)
    try Asking().add(to: &figures)
    addJudging(&figures, library)
    try Rivals(root: root).add(to: &figures)
    try figures.run(rounds: rounds)
    print("machine: \(machine()); \(rounds) rounds in turn after one to warm up")
    figures.printTable()
    let growth = figures.median(of: matching(10)) / figures.median(of: matching(1000))
    print(String(format: "\nmatching, growth of cost from 10 to 1000 rules: %.2f times", growth))
    let cost = figures.median(of: judging(10)) / figures.median(of: judging(1000))
    print(String(format: "judging, growth of cost from 10 to 1000 rules: %.2f times", cost))
  }

  private static func addScreen(_ figures: inout Measurements, _ recordings: [Recording]) {
    let sessions = recordings.map { recording in
      recording.events.compactMap { timed -> [UInt8]? in
        if case .output(let bytes) = timed.event { bytes } else { nil }
      }
    }
    let size = sessions.joined().reduce(0) { $0 + $1.count }
    figures.add("screen: all recordings, frames settled", unit: "MB/s") {
      throughput(bytes: size) {
        for (session, recording) in zip(sessions, recordings) {
          var screen = Screen(rows: recording.rows, columns: recording.columns)
          for bytes in session { screen.feed(bytes) { _ in } }
        }
      }
    }
    let line = Array(
      "\u{1B}[38;5;246m  14 │ \u{1B}[39mlet total = items.reduce(0) { $0 + $1.price }\r\n".utf8)
    let scroll = Array(repeatElement(line, count: (16 << 20) / line.count).joined())
    figures.add("screen: 16 MB that scroll", unit: "MB/s") {
      throughput(bytes: scroll.count) {
        var screen = Screen(rows: 40, columns: 120)
        var offset = 0
        while offset < scroll.count {
          let end = min(scroll.count, offset + 65_536)
          screen.feed(Array(scroll[offset..<end])) { _ in }
          offset = end
        }
      }
    }
  }

  private static func matching(_ count: Int) -> String { "matching: \(count) rules, PatternSet" }

  private static func addMatching(_ figures: inout Measurements) {
    let lines = Corpus.lines(bytes: 1 << 20)
    let size = lines.reduce(0) { $0 + $1.count + 1 }
    for count in [10, 200, 1000] {
      let context = MatchContext()
      guard let set = try? PatternSet(Corpus.patterns(count).map { try Pattern($0) }) else { continue }
      figures.add(matching(count), unit: "MB/s") {
        throughput(bytes: size) {
          for line in lines {
            line.withUnsafeBufferPointer { set.forEachMatch(in: $0, using: context) { _, _ in } }
          }
        }
      }
    }
  }

  private static func addPipeline(
    _ figures: inout Measurements, _ recordings: [Recording], _ library: RuleLibrary
  ) {
    let size = recordings.flatMap(\.events).reduce(0) { sum, timed in
      if case .output(let bytes) = timed.event { sum + bytes.count } else { sum }
    }
    let session = ReplaySession(library)
    figures.add("whole way: recordings to verdicts, shipped rules", unit: "MB/s") {
      throughput(bytes: size) {
        for recording in recordings {
          session.run(recording) { _ in
          } onVerdict: { _, _ in
          }
        }
      }
    }
  }

  private static func addCommands(_ figures: inout Measurements, _ library: RuleLibrary) {
    let bench = CommandBench(library)
    let lines = Corpus.commandLines
    figures.add("judging command lines, shipped rules", unit: "1000 lines/s") {
      throughput(bytes: 20_000 * 1000) {
        for _ in 0..<(20_000 / lines.count) {
          for line in lines { _ = bench.judge(line, cwd: nil, branch: nil) }
        }
      }
    }
  }

  private static func judging(_ count: Int) -> String { "judging: \(count) rules, whole lines" }

  /// The whole way of a command line, analysis included, by rules of the kind that are shipped.
  private static func addJudging(_ figures: inout Measurements, _ library: RuleLibrary) {
    let lines = Corpus.commandLines
    for count in [10, 1000] {
      let rules = Corpus.patterns(count).enumerated().map { number, pattern in
        let sample =
          pattern.dropFirst().prefix { $0 != "(" } + (pattern.split(separator: "(")[1].prefix { $0 != "|" })
        let things =
          pattern.split(separator: " ").last.map { $0.hasSuffix("\\b") ? " " + $0.dropLast(2) : "" } ?? ""
        let fires = number < 480 ? String(sample) : String(sample) + things
        return
          "  - {id: r\(number), on: command, match: '\(pattern)', severity: info, why: w, do: [escalate], "
          + "fires: [\(fires)], silent: [ls]}"
      }
      let file = RuleFile("rules:\n" + rules.joined(separator: "\n"), name: "generated.yaml")
      let loaded = Rulebook.load([file], programs: library.rulebook.programs)
      precondition(loaded.rulebook.rules.count == count, "\(loaded.errors.first.map(\.description) ?? "")")
      let judge = Judge(loaded.rulebook)
      figures.add(judging(count), unit: "1000 lines/s") {
        throughput(bytes: 20_000 * 1000) {
          for _ in 0..<(20_000 / lines.count) {
            for line in lines {
              let fact = Fact(time: .zero, agent: "bench", kind: .command, text: line, source: .hook)
              var reader = CommandReader(programs: library.rulebook.programs)
              for part in reader.read(fact) { _ = judge.judge(part) }
            }
          }
        }
      }
    }
  }

  private static func machine() -> String {
    let info = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    let model = info.split(separator: "\n").first { $0.hasPrefix("model name") }?
      .split(separator: ":").last?.trimmingCharacters(in: .whitespaces)
    return "\(ProcessInfo.processInfo.activeProcessorCount) cores, \(model ?? "unknown processor")"
  }
}
