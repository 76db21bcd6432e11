import Foundation
import Tmux

/// Prints, in one run: the echo of a bare control-mode loop, then the same through `ControlClient`.
func measure(rounds: Int) async throws {
  let directory = NSTemporaryDirectory() + "/bench-tmux-\(getpid())"
  try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
  let server = Server(socket: .named("outrider-bench-\(getpid())"), configuration: "/dev/null")
  let program = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
  do {
    try await run(rounds: rounds, server: server, program: program, directory: directory)
  } catch {
    print("failed: \(error)")
  }
  _ = try? await server.run(["kill-server"])
  try? FileManager.default.removeItem(atPath: directory)
}

private func run(rounds: Int, server: Server, program: String, directory: String) async throws {
  let session = ["new-session", "-d", "-x", "200", "-y", "50"]
  _ = try await server.run(session + ["-s", "idle", "exec cat"])
  for kind in ["bare loop", "unguarded send", "guarded press"] {
    let file = "\(directory)/\(kind.split(separator: " ")[0])"
    let name = "s-" + kind.split(separator: " ")[0]
    _ = try await server.run(session + ["-s", name, "read x; exec \(program) blink \(rounds) \(file)"])
    let id = try await server.sessions().first { $0.name == name }!.id
    if kind == "bare loop" {
      try await bareEcho(server, id, until: file)
      report("write → Escape read, \(kind)", numbers(file))
      continue
    }
    let mailbox = Mailbox()
    let client = try await ControlClient.attach(to: id, of: server, mailbox: mailbox)
    guard let pane = try await client.panes().first(where: { $0.session == id })?.pane else { continue }
    try await client.send(TmuxCommand("send-keys", "-t", "\(pane)", "Enter"))
    let (read, seen) = try await echo(client, pane, guarded: kind == "guarded press", until: file)
    report("write → Escape read, \(kind)", numbers(file))
    report("write → bytes read, \(kind)", read)
    report("write → event seen, \(kind)", seen)
    await client.close()
  }
}

private func echo(
  _ client: ControlClient, _ pane: PaneID, guarded: Bool, until file: String
) async throws -> (read: [UInt64], seen: [UInt64]) {
  let escape = TmuxCommand("send-keys", "-t", "\(pane)", "Escape")
  var (read, seen): ([UInt64], [UInt64]) = ([], [])
  for await batch in client.mailbox {
    let now = nanoseconds()
    for event in batch {
      guard case .output(pane, let bytes) = event.kind, let written = mark(in: bytes) else { continue }
      read.append((event.at.nanoseconds - written) / 1000)
      seen.append((now - written) / 1000)
      if guarded {
        _ = try await client.press([.escape], if: DeliveryGuard(pane: pane))
      } else {
        try await client.send(escape)
      }
    }
    if isDone(file) { break }
  }
  return (read, seen)
}

/// Nothing but a pipe each way: what tmux itself costs.
private func bareEcho(_ server: Server, _ session: SessionID, until file: String) async throws {
  let process = Process()
  let (input, output) = (Pipe(), Pipe())
  let argv = server.arguments([
    "-C", "attach-session", "-E", "-f", "ignore-size,pause-after=1", "-t", "\(session)",
  ])
  process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
  process.arguments = argv
  process.standardInput = input
  process.standardOutput = output
  try process.run()
  let (to, from) = (input.fileHandleForWriting.fileDescriptor, output.fileHandleForReading.fileDescriptor)
  let keys = Array("send-keys Escape\n".utf8)
  let start = Array("send-keys Enter\n".utf8)
  _ = write(to, start, start.count)
  var buffer = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let count = read(from, &buffer, buffer.count)
    if count <= 0 { break }
    if mark(in: Array(buffer[..<count])) != nil {
      _ = write(to, keys, keys.count)
    }
    if isDone(file) { break }
  }
  try input.fileHandleForWriting.close()
  process.waitUntilExit()
}

/// The time in `mark TIME.`; the line is short, so that it comes in one piece.
private func mark(in bytes: [UInt8]) -> UInt64? {
  guard let at = bytes.firstIndex(of: UInt8(ascii: "k")), at >= 3, bytes[at - 3] == UInt8(ascii: "m") else {
    return nil
  }
  var value: UInt64 = 0
  for byte in bytes[(at + 2)...] {
    guard byte >= 0x30, byte <= 0x39 else { break }
    value = value &* 10 &+ UInt64(byte - 0x30)
  }
  return value
}

/// The program prints once more after it has written its file.
private func isDone(_ file: String) -> Bool { access(file, F_OK) == 0 }

private func numbers(_ file: String) -> [UInt64] {
  let text = FileManager.default.contents(atPath: file).map { String(decoding: $0, as: UTF8.self) } ?? ""
  return text.split(separator: " ").compactMap { UInt64($0) }
}

private func report(_ what: String, _ microseconds: [UInt64]) {
  let sorted = microseconds.sorted()
  guard let last = sorted.last else { return print("\(what): no figures") }
  let p50 = sorted[sorted.count / 2]
  let p99 = sorted[min(sorted.count - 1, sorted.count * 99 / 100)]
  print("\(what): p50 \(p50) µs, p99 \(p99) µs, worst \(last) µs, rounds \(sorted.count)")
}
