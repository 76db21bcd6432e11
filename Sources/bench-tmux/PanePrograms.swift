import Foundation
import Tmux

/// A program that prints as fast as it may, and records the longest time that one write took.
func writeWithoutPause(seconds: Double, into path: String) {
  let line = Array((String(repeating: "x", count: 79) + "\n").utf8)
  let start = nanoseconds()
  var (last, longest, bytes) = (start, UInt64(0), 0)
  while Double(last - start) < seconds * 1e9 {
    bytes += max(0, write(1, line, line.count))
    let now = nanoseconds()
    longest = max(longest, now - last)
    last = now
  }
  save("\(Double(longest) / 1e9) \(bytes)", path)
}

/// Writes a line that says when it was written, waits for the Escape, and so on; records the microseconds.
func blink(rounds: Int, into path: String) {
  var terminal = termios()
  tcgetattr(0, &terminal)
  cfmakeraw(&terminal)
  tcsetattr(0, TCSANOW, &terminal)
  var results: [UInt64] = []
  var byte: UInt8 = 0
  for _ in 0..<rounds {
    usleep(UInt32.random(in: 4000...9000))
    let start = nanoseconds()
    let line = Array("mark \(start).\r\n".utf8)
    _ = write(1, line, line.count)
    repeat { if read(0, &byte, 1) <= 0 { return } } while byte != 0x1B
    results.append((nanoseconds() - start) / 1000)
  }
  save(results.map(String.init).joined(separator: " "), path)
  print("over")
  fflush(nil)
  pause()
}

/// Reads a server's first session for ever and throws it away.
func listen(socket: String, ready: String) async {
  let server = Server(socket: .named(socket))
  let watch = ServerWatch(server: server)
  let running = Task { await watch.run() }
  var isReady = false
  for await batch in watch.events where !isReady {
    isReady = batch.contains { if case .output = $0.kind { true } else { false } }
    if isReady { save("ready", ready) }
  }
  await running.value
}
