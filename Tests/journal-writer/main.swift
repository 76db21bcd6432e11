import Glibc
import Journal
import Rulebook

// Writes alerts to a log until it is done or killed, and prints the number of each line once it is
// written: a test can then ask whether every line that was promised is there.
//
//   journal-writer PATH COUNT NAME [--rotate BYTES] [--uid ID] [--limit BYTES] [--tidy] [--quick]
//
// With --tidy it compresses what was put aside, now and then, as a watch does.
func say(_ text: String, to descriptor: Int32 = STDOUT_FILENO) {
  let bytes = Array((text + "\n").utf8)
  _ = write(descriptor, bytes, bytes.count)
}

var words = Array(CommandLine.arguments.dropFirst())

@MainActor func option(_ name: String) -> Int? {
  guard let index = words.firstIndex(of: name), index + 1 < words.count else { return nil }
  let value = Int(words[index + 1])
  words.removeSubrange(index...(index + 1))
  return value
}

let rotate = option("--rotate") ?? 10 << 20
if let uid = option("--uid") { setuid(uid_t(uid)) }
if let bytes = option("--limit") {
  signal(SIGXFSZ, SIG_IGN)
  var limit = rlimit(rlim_cur: rlim_t(bytes), rlim_max: rlim_t(bytes))
  setrlimit(__rlimit_resource_t(1), &limit)
}
let tidies = words.firstIndex(of: "--tidy").map { words.remove(at: $0) } != nil
let isQuick = words.last == "--quick"
guard words.count >= 3, let count = Int(words[1]) else {
  say("journal-writer: PATH COUNT NAME are needed", to: STDERR_FILENO)
  exit(2)
}

let log = AlertFile(words[0], rotation: Rotation(limit: rotate, kept: 9))
for index in 0..<count {
  // Now and then a line of several pages: only such a line can be torn by a kill.
  let evidence = Array(repeating: String(repeating: "x", count: 1000), count: index % 3 == 0 ? 14 : 0)
  let alert = Alert(
    time: WallTime(milliseconds: 1_795_000_000_000 + Int64(index)), id: "\(words[2])-\(index)",
    rule: "kubectl-apply", severity: .critical, agent: .init(name: words[2], pane: "%3"), source: .pane,
    text: "kubectl apply -f web.yaml # \(index)", evidence: evidence)
  do {
    let receipt = try log.append(alert, durable: !isQuick)
    say(String(receipt.seq))
    for notice in receipt.notices { if case .reserveSpent = notice { say("\(notice)", to: STDERR_FILENO) } }
    if tidies, index % 10 == 9 { try? log.tidy() }
  } catch {
    say("\(error)", to: STDERR_FILENO)
    exit(1)
  }
}
