import Foundation
import Journal
import Testing
import Tmux

@testable import Sidecar

@Suite("A forbidden command with hostile words")
struct HostileTextTests {
  private static let words = [
    "\u{9B}31mx", "a\u{202E}b", "@/etc/passwd", "'@/etc/passwd'", "\u{E0041}\u{E0042}", "\u{200B}\u{2066}x",
    "'#(touch x)' '#{pane_id}'", "'; display-message x'", "'/clear'", "'!ls'", "\\", "\u{61C}x",
    String(repeating: "é", count: 90),
  ]

  @Test("is told to the agent in one line that begins with our name, and obeys nobody else", arguments: words)
  func typed(_ words: String) throws {
    let bench = try HookBench()
    bench.show("kubectl apply -f \(words)")
    bench.answer("\u{1B}[38;5;246m  ⎿  Interrupted · What should Claude do instead?")
    bench.wait(100)
    let paste = try #require(bench.pastes.first)
    #expect(paste.hasPrefix("Outrider stopped \"kubectl apply -f"))
    #expect(paste.hasSuffix("."), "a backslash before Enter would make a new line")
    #expect(!paste.unicodeScalars.contains { $0.value < 0x20 || (0x7F..<0xA0).contains($0.value) })
    #expect(
      !paste.unicodeScalars.contains {
        [0x202E, 0x200B, 0x2066, 0x61C, 0xE0041].contains($0.value)
      })
    #expect(!paste.contains(" @") && !paste.contains("'@"))
    #expect(throws: Never.self) { try TypedText(pasting: paste.utf8) }
  }
}

@Suite("The log as a terminal shows it")
struct HostileTailTests {
  /// A line as somebody else than Outrider may have put it into the log.
  private static let line =
    #"{"time":"2026-11-23T13:02:11.042Z","id":"\u001b]0;x\u0007","rule":"\u001b[2J","severity":"critical","#
    + #""agent":{"name":"\u009b2J","pane":"\r\nCRIT forged","session":"\u202e","cwd":"\u001bP"},"source":"pane","#
    + #""text":"\u001b]52;c;eA==\u0007 \u202e \u0008\u0008 #(x)","why":"\u001b[1A\u001b[2K","instead":"\n\n","#
    + #""evidence":["\u001b[31m","\u0085"],"actions":[{"do":"\u001b[5n","result":"\u009d0;x\u009c"}],"#
    + #""outcome":"\u001b[6n"}"#

  @Test(
    "steers nothing, whoever wrote into it", arguments: [[], ["--full"], ["--json"], ["-n", "2", "--full"]])
  func pipe(_ options: [String]) async throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "hostile-\(UUID().uuidString).jsonl")
    defer { try? FileManager.default.removeItem(at: file) }
    let raw = "\u{1B}]0;raw\u{7}\u{9B}2J not JSON\n"
    try (raw + Self.line + "\n" + raw).write(to: file, atomically: true, encoding: .utf8)
    let run = try await outrider(["tail", "--log", file.path] + options)
    #expect(run.status == 0)
    #expect(run.output.contains("]52;c;"), "the alert is shown")
    for text in [run.output, run.errors] {
      #expect(
        !text.unicodeScalars.contains {
          ($0.value < 0x20 && $0 != "\n") || (0x7F..<0xA0).contains($0.value) || $0.value == 0x202E
        }, "\(text.debugDescription)")
    }
    #expect(!run.output.contains("\nCRIT forged"))
  }
}
