import Glibc
import Journal
import Sidecar

// Queues texts until it is killed: prints `+ID` once one is kept and `-ID` once it is gone again; `=ID` for those that
// stay. A test can then ask whether everything is so that was promised.
//
//   queue-writer PATH
func say(_ text: String) {
  let line = Array((text + "\n").utf8)
  _ = write(STDOUT_FILENO, line, line.count)
}

let store = QueueStore(CommandLine.arguments[1])
let now = WallTime(milliseconds: 0)
for number in 0..<10_000 {
  // An agent of its own for each text, since what waits for one is bounded.
  let target = QueueTarget(
    server: "s", instance: "", pane: "%\(getpid())\(number)", agent: "codex", session: "work", cwd: "/shop")
  let text = "text \(number) " + String(repeating: "x", count: 700)
  guard
    let item = try? await store.add(text, for: target, by: "human", lifetime: .seconds(60), at: now)
  else { break }
  guard number >= 3 else {
    say("=\(item.id)")
    continue
  }
  say("+\(item.id)")
  guard (try? await store.end(item.id, "removed", at: now)) != nil else { break }
  say("-\(item.id)")
}
