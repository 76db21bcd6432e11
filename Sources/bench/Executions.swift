import CLinux
import Foundation
import Processes
import Rulebook
import Senses
import Sidecar
import Synchronization

/// From an execution to the SIGSTOP, and what listening costs whoever executes: Outrider's, and beside it, in turn, a
/// bare listener's that does nothing but read events.
struct Executions {
  let count: Int

  private static let rule = """
    rules:
      - id: bench
        on: command
        match: '^true forbidden(?!\\S)'
        severity: info
        why: A program that is looked at.
        do: [hold]
        fires: [true forbidden]
        silent: [true]
    """

  func run(_ library: RuleLibrary) {
    let rulebook = Rulebook.load(
      [RuleFile(Self.rule, name: "bench.yaml")], programs: library.rulebook.programs
    ).rulebook
    if let obstacle = ExecListener.obstacle() {
      print("the kernel does not tell of executions here: \(obstacle)")
    } else {
      latency("idle", rulebook)
      let compilers = (1...2).map { _ in Compiler() }
      latency("both cores compile", rulebook)
      compilers.forEach { $0.end() }
      fallback(rulebook)
      slowdown(library)
    }
  }

  // MARK: How early

  private func latency(_ name: String, _ rulebook: Rulebook) {
    var bare: [Double] = []
    var stops: [Double] = []
    var plain: [Double] = []
    var watched: [Double] = []
    let turns = 4
    for _ in 1...turns {
      bare += BareListener.delays { spawn(count / turns, Self.program) }
      stops += listen(count / turns, rulebook)
      plain += spawn(count / turns, Self.program)
      let watch = ExecWatch(rulebook, clock: LiveClock())
      watch.follow(getpid(), agent: "%1")
      usleep(200_000)
      watched += spawn(count / turns, Self.program)
      watch.end()
    }
    print("\nexec → there, \(count) executions, \(name):")
    print("  a bare listener has read it:    \(percentiles(bare))")
    print("  Outrider has sent the SIGSTOP:  \(percentiles(stops))")
    print("  a run of /bin/true, alone:      \(percentiles(plain))")
    print("  … looked at, frozen and let go: \(percentiles(watched))")
  }

  /// Microseconds from each execution to its freeze; each goes on at once.
  private func listen(_ count: Int, _ rulebook: Rulebook) -> [Double] {
    let found = Mutex<[Double]>([])
    let listener = ExecListener {
      kill($0, SIGSTOP) == 0 ? 0 : errno
    } deliver: { events in
      for case .executed(let execution) in events {
        guard case .stopped(let time) = execution.stop else { continue }
        kill(execution.process, SIGCONT)
        found.withLock { $0.append(Double(time &- execution.time) / 1000) }
      }
    }
    listener.adopt(Watchlist(rulebook.rules))
    listener.follow(getpid(), as: 1)
    usleep(200_000)
    _ = spawn(count, Self.program)
    listener.end()
    return found.withLock { $0 }
  }

  /// How long it takes until a program that was executed is known where the kernel does not tell.
  private func fallback(_ rulebook: Rulebook) {
    let rounds = min(200, count)
    let found = Mutex<[Int32: UInt64]>([:])
    let listener = ExecListener(source: .polling(ExecError(errno: 0))) { _ in
      0
    } deliver: { events in
      for case .executed(let execution) in events {
        found.withLock { $0[execution.process] = $0[execution.process] ?? execution.time }
      }
    }
    listener.follow(getpid(), as: 1)
    usleep(200_000)
    var delays: [Double] = []
    for round in 1...rounds {
      let start = monotonic_time()
      let child = launch(["/bin/sleep", "0.15"])
      usleep(100_000)
      if let time = found.withLock({ $0[child] }) { delays.append(Double(Int64(time) - Int64(start)) / 1000) }
      waitpid(child, nil, 0)
      // A pause now and then, after which it looks seldom.
      if round % 4 == 0 { usleep(400_000) }
    }
    listener.end()
    print("\nexec → known by reading /proc, \(rounds) executions, \(delays.count) of them found:")
    print("  polling every 4 to 40 ms:       \(percentiles(delays))")
  }

  // MARK: What it costs others

  private func slowdown(_ library: RuleLibrary) {
    let rounds = 7
    let project = Project()
    defer { project.end() }
    var rows: [(String, [[Double]])] = [
      ("3000 × /bin/true", [[], [], []]), ("make -j2, 300 small C files", [[], [], []]),
    ]
    let tasks: [() -> Double] = [
      { seconds { _ = spawn(3000, ["/bin/true"]) } }, { seconds { project.build() } },
    ]
    for round in 0...rounds {
      for (row, task) in tasks.enumerated() {
        var times = [task()]
        var bare = 0.0
        _ = BareListener.delays {
          bare = task()
          return []
        }
        times.append(bare)
        let watch = ExecWatch(library.rulebook, clock: LiveClock())
        watch.follow(getpid(), agent: "%1")
        usleep(100_000)
        times.append(task())
        watch.end()
        guard round > 0 else { continue }
        for index in times.indices { rows[row].1[index].append(times[index]) }
      }
    }
    print("\nslow-down of who executes, medians of \(rounds) rounds in turn:")
    for (name, times) in rows {
      let medians = times.map { $0.sorted()[$0.count / 2] }
      func cost(_ index: Int) -> String {
        let ratios = zip(times[index], times[0]).map { $0 / $1 }.sorted()
        return String(format: "%.2f s (%+.1f %%)", medians[index], (ratios[ratios.count / 2] - 1) * 100)
      }
      print(
        "  \(name): alone \(String(format: "%.2f s", medians[0])), bare listener \(cost(1)), Outrider \(cost(2))"
      )
    }
  }

  private static let program = ["/bin/true", "x"]
}

private func percentiles(_ values: [Double]) -> String {
  guard !values.isEmpty else { return "nothing was measured" }
  let sorted = values.sorted()
  func at(_ share: Double) -> Double { sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))] }
  return String(
    format: "p50 %.0f µs, p99 %.0f µs, worst %.0f µs (%d)", at(0.5), at(0.99), sorted[sorted.count - 1],
    sorted.count)
}

private func launch(_ words: [String]) -> Int32 {
  var arguments: [UnsafeMutablePointer<CChar>?] = words.map { word in strdup(word) }
  arguments.append(nil)
  defer { arguments.forEach { free($0) } }
  var child: Int32 = 0
  return posix_spawn(&child, words[0], nil, nil, &arguments, environ) == 0 ? child : -1
}

/// Runs a program so many times, one after the other; microseconds of each.
@discardableResult
private func spawn(_ count: Int, _ words: [String]) -> [Double] {
  (0..<count).map { _ in
    let start = monotonic_time()
    waitpid(launch(words), nil, 0)
    return Double(monotonic_time() - start) / 1000
  }
}

private func seconds(_ body: () -> Void) -> Double {
  let start = monotonic_time()
  body()
  return Double(monotonic_time() - start) / 1e9
}

/// Reads the kernel's word about executions, and nothing else.
private enum BareListener {
  /// Microseconds from each event to its reading while the body runs.
  static func delays(_ body: () -> [Double]) -> [Double] {
    let socket = process_events_open(PROCESS_EXECUTED, 16 << 20)
    guard socket >= 0 else { return [] }
    let notes = Notes()
    let thread = Thread { listen(on: socket, notes) }
    thread.start()
    _ = body()
    notes.isOver.store(true, ordering: .relaxed)
    notes.done.wait()
    close(socket)
    return notes.found.withLock { $0 }
  }

  private final class Notes: Sendable {
    let isOver = Atomic(false)
    let found = Mutex<[Double]>([])
    let done = DispatchSemaphore(value: 0)
  }

  private static func listen(on socket: Int32, _ notes: Notes) {
    _ = hurry_thread(2)
    var events = [process_event](repeating: process_event(), count: 64)
    while !notes.isOver.load(ordering: .relaxed) {
      var awaited = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
      _ = poll(&awaited, 1, 100)
      let count = process_events_read(socket, &events, 64)
      let now = monotonic_time()
      guard count > 0 else { continue }
      notes.found.withLock { $0 += events[..<Int(count)].map { Double(now &- $0.time) / 1000 } }
    }
    notes.done.signal()
  }
}

/// A compiler that is busy until it is ended.
private final class Compiler {
  private let process = Process()

  init() {
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = [
      "-c",
      "while :; do printf '#include <stdio.h>\\n#include <stdlib.h>\\nint f(int a){return a*2;}\\n' | cc -O2 -x c -c -o /dev/null -; done",
    ]
    try? process.start()
  }

  func end() {
    process.terminate()
    process.waitUntilExit()
  }
}

/// Three hundred small C files and their Makefile.
private struct Project {
  private let folder = FileManager.default.temporaryDirectory.appending(
    path: "outrider-bench-\(getpid())-make")

  init() {
    try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    for number in 1...300 {
      try? "#include <stdio.h>\nint f\(number)(int a) { return printf(\"%d\", a + \(number)); }\n".write(
        to: folder.appending(path: "f\(number).c"), atomically: true, encoding: .utf8)
    }
    try? "all: $(patsubst %.c,%.o,$(wildcard *.c))\n".write(
      to: folder.appending(path: "Makefile"), atomically: true, encoding: .utf8)
  }

  func build() {
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-c", "rm -f *.o; exec make -s -j2"]
    process.currentDirectoryURL = folder
    try? process.start()
    process.waitUntilExit()
  }

  func end() { try? FileManager.default.removeItem(at: folder) }
}
