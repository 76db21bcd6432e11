import Foundation
import Patterns
import Rulebook
import Senses
import Shell
import Sidecar
import Testing

/// The shipped rules and dialects; nil when they cannot be read, which other tests say.
enum SampleLibrary {
  static let shipped: RuleLibrary? = try? RuleLibrary(
    directory: URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "rules"))
}

@Suite("The shipped dialects")
struct DialectTests {
  private static let library = SampleLibrary.shipped

  @Test("read each sample by the line it belongs to, so that no line stands in another's way")
  func samples() throws {
    let library = try #require(Self.library)
    let context = MatchContext()
    for dialect in library.dialects {
      for (index, line) in dialect.lines.enumerated() {
        for sample in line.samples {
          let first = dialect.lines.firstIndex { other in
            ((try? other.match.firstMatch(in: sample.text, using: context)) ?? nil) != nil
          }
          // A line that only the lowest of its kind reads by stands before the one that takes the others.
          let isShadowed =
            first.map { $0 < index && !dialect.lines[$0].isLowest && !dialect.lines[$0].isTop } ?? true
          #expect(!isShadowed, "\(dialect.name), \(sample.origin): '\(sample.text)' reads by another line")
        }
      }
    }
  }

  @Test("know a command of the human's own, which Codex shows like the agent's while it runs")
  func humansOwn() throws {
    let library = try #require(Self.library)
    let dialect = try #require(library.dialects.first { $0.name == "codex" })
    let reader = PaneReader(
      agent: "a", rows: 6, columns: 100, dialects: [dialect], isCertain: true,
      commands: CommandReader(programs: library.rulebook.programs), wantsLines: false)
    var facts: [Fact] = []
    for row in ["! kubectl", "! kubectl apply -f a.yaml", "• Running kubectl apply -f a.yaml"] {
      facts += reader.feed(Array("\u{1B}[?2026h\u{1B}[2;1H\u{1B}[2K\(row)\u{1B}[?2026l".utf8), at: .zero)
    }
    #expect(facts.filter { $0.kind == .command }.isEmpty)
    #expect(reader.box == nil)
    let other = Array("\u{1B}[?2026h\u{1B}[3;1H• Running kubectl apply -f b.yaml\u{1B}[?2026l".utf8)
    #expect(reader.feed(other, at: .zero).filter { $0.kind == .command }.count == 1)
  }

  @Test("read a command once when its frame is painted in pieces with long pauses between them")
  func paintedInPieces() throws {
    let library = try #require(Self.library)
    let dialect = try #require(library.dialects.first { $0.name == "claude-code" })
    let reader = PaneReader(
      agent: "a", rows: 6, columns: 100, dialects: [dialect], isCertain: true,
      commands: CommandReader(programs: library.rulebook.programs), wantsLines: false)
    func print(_ bytes: String, thenQuietFor pause: Duration) -> [String] {
      let facts = reader.feed(Array(bytes.utf8), at: .zero) + reader.endOfRead(at: .zero)
      return (facts + reader.settle(isForced: pause >= PaneReader.patience, at: .zero))
        .filter { $0.kind == .command }.map(\.text)
    }
    let command = "\u{1B}[H\u{1B}[38;5;246m● Running 1 shell command…\r\u{1B}[1B  ⎿  $ kubectl apply --"
    #expect(print(command, thenQuietFor: PaneReader.quiet).isEmpty)
    #expect(print("dry-run=client -f a.yaml", thenQuietFor: PaneReader.quiet).isEmpty)
    #expect(
      print("\u{1B}[6;1H\u{1B}[5;3H", thenQuietFor: PaneReader.quiet)
        == ["kubectl apply --dry-run=client -f a.yaml"])
    // Whoever never places its cursor is read all the same.
    #expect(print("\u{1B}[H\u{1B}[2B  ⎿  $ ls", thenQuietFor: PaneReader.patience) == ["ls"])
  }

  @Test(
    "say when a dialog may still open over a command",
    arguments: [
      ("claude-code", "  ⎿  $ ls", "  ⏸ manual mode on · esc to interrupt", true),
      ("claude-code", "  ⎿  $ ls", "  ⏵⏵ auto mode on (shift+tab to cycle)", true),
      ("claude-code", "  ⎿  $ ls", "  ⏵⏵ bypass permissions on (shift+tab to cycle)", false),
      ("claude-code", "  Ran 1 shell command", "  ⏸ manual mode on · esc to interrupt", false),
      ("codex", "\u{1B}[1m\u{1B}[38;5;2m• Running ls", "", true),
      ("codex", "\u{1B}[1m\u{1B}[38;5;2m• Ran ls", "", false),
    ])
  func dialogToCome(_ name: String, _ row: String, _ footer: String, _ isDue: Bool) throws {
    let library = try #require(Self.library)
    let dialect = try #require(library.dialects.first { $0.name == name })
    let reader = PaneReader(
      agent: "a", rows: 6, columns: 100, dialects: [dialect], isCertain: true,
      commands: CommandReader(programs: library.rulebook.programs), wantsLines: false)
    _ = reader.feed(Array("\u{1B}[2;1H\(row)\u{1B}[0m\u{1B}[6;1H\(footer)\u{1B}[5;1H".utf8), at: .zero)
    _ = reader.endOfRead(at: .zero)
    #expect((reader.dialogWithin > .zero) == isDue)
  }

  /// Facts of a screen that shows these rows, one frame each, by their kind and text.
  private static func facts(_ name: String, _ frames: [[String]]) throws -> [Fact] {
    let library = try #require(Self.library)
    let dialect = try #require(library.dialects.first { $0.name == name })
    let reader = PaneReader(
      agent: "a", rows: 10, columns: 100, dialects: [dialect], isCertain: true,
      commands: CommandReader(programs: library.rulebook.programs), wantsLines: false)
    return frames.enumerated().flatMap { index, rows in
      let painted = rows.enumerated().map { "\u{1B}[\($0 + 1);1H\u{1B}[2K\($1)" }.joined()
      return reader.feed(
        Array("\u{1B}[?2026h\(painted)\u{1B}[?2026l".utf8), at: Instant(seconds: Double(index)))
    }
  }

  @Test("know how a command ended that is only counted, each time one more has")
  func outcomes() throws {
    let head = "\u{1B}[38;5;231m●\u{1B}[39m Committing."
    let grey = "\u{1B}[38;5;246m"
    let facts = try Self.facts(
      "claude-code",
      [
        [head, "\(grey)  Running 1 shell command…", "\(grey)  ⎿  $ git commit -m a"],
        [head, "\(grey)  Ran 1 shell command · 1 failed", ""],
        [
          head, "\(grey)  Ran 1 shell command · 1 failed", "\(grey)  Running 1 shell command…",
          "\(grey)  ⎿  $ git commit -m b",
        ],
        [head, "\(grey)  Ran 1 shell command · 1 failed", "\(grey)  Ran 1 shell command", ""],
        // Painted again: no news.
        [head, "\(grey)  Ran 1 shell command · 1 failed", "\(grey)  Ran 1 shell command", "\(grey)  x"],
      ])
    let ended = facts.filter { $0.phase == .ran }
    #expect(ended.map(\.text) == ["git commit -m a", "git commit -m b"])
    #expect(ended.map { $0.fields["failed"] } == [.flag(true), .flag(false)])
    #expect(ended.map(\.story) == facts.filter { $0.phase == .running }.map(\.story))
  }

  @Test(
    "tell of a command once, whatever the model says it is for, while the bullet above it blinks",
    arguments: [
      "Running", "X", "Stopping", "Is it there?", "2 things", "Überprüfe den Status", "Finding the string",
    ])
  func describedCommand(_ words: String) throws {
    let grey = "\u{1B}[38;5;246m"
    let above = ["✶ Booping… (1s · ↓ 50 tokens)", "❯ Go on", ""]
    let command = ["\(grey)  ⎿  $ eval \"$A\" && echo 'on and on'", "\(grey)     eval \"$B\"", "\u{1B}[39m"]
    let facts = try Self.facts(
      "claude-code",
      [above + ["\(grey)● \(words)"]]
        + ["●", " ", "●", " "].map { above + ["\(grey)\($0) \(words)"] + command }
        + [above + ["\(grey)  Ran 1 shell command", "", "", ""]])
    #expect(Set(facts.filter { $0.kind == .command }.map(\.story)).count == 1)
    #expect(facts.filter { $0.kind == .command && $0.phase == .running }.count == 3)
    #expect(facts.filter { $0.kind == .said }.isEmpty, "a description is no prose")
  }

  @Test("move no clock by a timer, a spinner, a blinking bullet or a tip")
  func noProgress() throws {
    let claude = try Self.facts(
      "claude-code",
      [
        ["✶ Booping… (12s · ↓ 50 tokens)", "❯\u{A0}"], ["✻ Booping… (13s · ↓ 50 tokens)", "❯\u{A0}"],
        ["· Booping… (14s · ↓ 50 tokens)", "  ⎿  Tip: Use /btw to ask a side question", "❯\u{A0}"],
        ["* Booping… (15s · ↓ 50 tokens)", "  ⎿  Tip: Use /clear to start anew", "❯\u{A0}"],
      ])
    let codex = try Self.facts(
      "codex",
      [
        ["• Working (12s • esc to interrupt)", "› "], ["◦ Working (13s • esc to interrupt)", "› "],
        ["• Working (14s • esc to interrupt)", "  └ Tip: Use /init to create an AGENTS.md", "› "],
        ["◦ Working (15s • esc to interrupt)", "  └ Tip: Use /review", "› "],
      ])
    for facts in [claude, codex] {
      #expect(
        facts.filter { ![.state, .status].contains($0.kind) }.map { "\($0.kind) \($0.text)" } == [])
      #expect(facts.count { $0.fields["tokens"] != nil } <= 1)
    }
  }

  @Test(
    "tell what the agent's program says of itself from what anybody else says",
    arguments: [
      ("claude-code", "  ⎿  You've hit your session limit · resets 3am (Europe/Berlin)", "limited"),
      ("claude-code", "✻ API error · retrying in 1s · attempt 3/10", ""),
      ("claude-code", "  ⎿  Invalid API key · Please run /login", ""),
      ("codex", "■ You've hit your usage limit. Try again at 3:14 PM.", "limited"),
      ("codex", "■ stream disconnected before completion: idle timeout", ""),
      ("claude-code", "\u{1B}[38;5;231m●\u{1B}[39m The rate limit was reached; run /login please.", nil),
      ("claude-code", "❯ You've hit your session limit · resets 3am", nil),
      ("codex", "  └ ■ You've hit your usage limit. Try again at 3:14 PM.", nil),
      ("codex", "• You've hit your usage limit. Try again at 3:14 PM.", nil),
      ("codex", "› ■ You've hit your usage limit.", nil),
    ])
  func notices(_ name: String, _ row: String, _ state: String?) throws {
    let facts = try Self.facts(name, [[row, "", "", ""], [row, "", "x", ""]])
    #expect(facts.count { $0.kind == .notice } == (state == nil ? 0 : 1), "\(facts)")
    #expect(facts.filter { $0.kind == .state }.map(\.text).contains("limited") == (state == "limited"))
  }

  @Test("know a compaction that Codex only mentions, and an edit")
  func compactionAndEdit() throws {
    let facts = try Self.facts(
      "codex",
      [
        [
          "\u{1B}[1m\u{1B}[38;5;2m•\u{1B}[0m Edited src/cart.py (+2 -0)", "• Working (3s • esc to interrupt)",
          "› ",
        ],
        ["• Context compacted", "• Working (4s • esc to interrupt)", "› "],
      ])
    #expect(facts.filter { $0.kind == .edit }.map(\.text) == ["src/cart.py"])
    #expect(facts.filter { $0.kind == .state }.map(\.text) == ["working", "compacting", "working"])
  }

  /// What a screen of Codex or Claude Code would have to show, and the commands that are read off it.
  @Test(
    "do not take prose and output for commands, whatever words they use",
    arguments: [
      ("codex", "\u{1B}[2m•\u{1B}[22m Ran kubectl apply -f web.yaml as you asked.", []),
      (
        "codex", "\u{1B}[1m\u{1B}[38;5;2m•\u{1B}[39m Ran kubectl apply -f web.yaml",
        ["kubectl apply -f web.yaml"]
      ),
      ("codex", "\u{1B}[2m  └ \u{1B}[22m• Ran kubectl apply -f web.yaml", []),
      ("codex", "  $ kubectl apply -f web.yaml", []),
      ("codex", "› Ran kubectl apply -f web.yaml", []),
      ("claude-code", "\u{1B}[38;5;231m●\u{1B}[39m Bash(kubectl apply -f web.yaml) is what I would run", []),
      (
        "claude-code", "\u{1B}[38;5;114m●\u{1B}[39m Bash(kubectl apply -f web.yaml)",
        ["kubectl apply -f web.yaml"]
      ),
      ("claude-code", "\u{1B}[38;5;231m●\u{1B}[39m Pushed to main", []),
      ("claude-code", "  Pushed to main", []),
      ("claude-code", "\u{1B}[38;5;246m  Pushed to main", ["git push origin HEAD:main"]),
      ("claude-code", "\u{1B}[38;5;246m  ⎿ \u{A0}\u{1B}[39m$ kubectl apply -f web.yaml", []),
      ("claude-code", "\u{1B}[38;5;246m  ⎿  $ kubectl apply -f web.yaml", ["kubectl apply -f web.yaml"]),
      ("claude-code", "❯ $ kubectl apply -f web.yaml", []),
      ("claude-code", "! kubectl apply -f web.yaml", []),
    ])
  func spoofs(_ name: String, _ row: String, _ commands: [String]) throws {
    let library = try #require(Self.library)
    let dialect = try #require(library.dialects.first { $0.name == name })
    let reader = PaneReader(
      agent: "a", rows: 6, columns: 100, dialects: [dialect], isCertain: true,
      commands: CommandReader(programs: library.rulebook.programs), wantsLines: false)
    let facts =
      reader.feed(Array("\u{1B}[H\(row)\u{1B}[0m\u{1B}[5;1H".utf8), at: .zero) + reader.endOfRead(at: .zero)
    #expect(facts.filter { $0.kind == .command }.map(\.text) == commands)
  }
}
