import Foundation
import Tmux

// Usage: bench-tmux                       the latencies, printed
//        bench-tmux write SECONDS FILE    in a pane: writes without pause, records the longest gap
//        bench-tmux blink ROUNDS FILE     in a pane: writes a line, waits for Escape, records how long
//        bench-tmux listen SOCKET FILE    reads everything of a server; FILE appears at the first output

let arguments = CommandLine.arguments.dropFirst()
switch arguments.first {
case "write": writeWithoutPause(seconds: Double(arguments[2]) ?? 1, into: arguments[3])
case "blink": blink(rounds: Int(arguments[2]) ?? 1, into: arguments[3])
case "listen": await listen(socket: arguments[2], ready: arguments[3])
default: try await measure(rounds: 300)
}

/// The clock of `MonotonicTime`.
func nanoseconds() -> UInt64 {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}

func save(_ text: String, _ path: String) {
  // Renamed into place, so that whoever waits for it never reads half.
  _ = FileManager.default.createFile(atPath: path + ".new", contents: Data(text.utf8))
  rename(path + ".new", path)
}
