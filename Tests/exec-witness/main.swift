import Foundation
import Rulebook
import Senses
import Sidecar

// Watches what is executed below a process and prints what it finds, one line each, so that a test can run it as
// another user, in other namespaces, and kill it.
//
//   exec-witness RULES-DIRECTORY PID [--own-rules FILE] [--lease FILE --guardian PROGRAM] [--observe] [--poll]
//
// Lines of its input: allow ID, deny ID, end.
func say(_ text: String) {
  let bytes = Array((text + "\n").utf8)
  _ = write(STDOUT_FILENO, bytes, bytes.count)
}

let words = CommandLine.arguments

func option(_ name: String) -> String? {
  words.firstIndex(of: name).flatMap { $0 + 1 < words.count ? words[$0 + 1] : nil }
}

var settings = ExecWatch.Settings()
settings.isObserving = words.contains("--observe")
settings.lease = option("--lease")
settings.guardian = option("--guardian")
if words.contains("--poll") { settings.source = .polling(ExecError(errno: 0)) }
var rulebook = try RuleLibrary(directory: URL(filePath: words[1])).rulebook
if let path = option("--own-rules") {
  let file = RuleFile(try String(contentsOfFile: path, encoding: .utf8), name: "own.yaml")
  rulebook = Rulebook.load([file], programs: rulebook.programs).rulebook
}
let watch = ExecWatch(rulebook, clock: LiveClock(), settings: settings)
let commands = Thread {
  while let line = readLine() {
    let parts = line.split(separator: " ")
    if parts.count == 2 {
      Task {
        let isDone = await watch.decide(
          String(parts[1]), parts[0] == "allow" ? .allow : .kill, by: "the human")
        say("decided \(isDone)")
      }
    } else {
      watch.end()
      exit(0)
    }
  }
}
commands.start()
watch.follow(Int32(words[2]) ?? 0, agent: "%1")
say("watching \(watch.source == .connector ? "connector" : "polling")")
for await batch in watch.findings {
  for finding in batch {
    switch finding {
    case .facts(let facts, _, let hold):
      if let hold { say("hold \(hold.id) \(hold.process) \(hold.result)") }
      for fact in facts {
        say("\(fact.phase?.rawValue ?? "?") \(fact.fields["exit"]?.text ?? "-") \(fact.text)")
      }
    case .moved: break
    case .agentEnded(_, let status): say("agent ended \(status.map { "\($0)" } ?? "?")")
    case .note(let text): say("note \(text)")
    }
  }
}
