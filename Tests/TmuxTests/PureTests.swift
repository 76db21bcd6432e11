import Testing

@testable import Tmux

private func info(_ pane: UInt32, in session: UInt32, columns: Int = 80) -> PaneInfo {
  var line = "%\(pane)\t@\(pane)\t$\(session)\t0\t0\t\(100 + pane)\t\(columns)\t24\t0\t0\t0"
  line += "\ts\(session)\tbash\t/tmp\ttitle"
  return PaneInfo(line: Array(line.utf8))!
}

@Suite("Commands, texts and rosters")
struct PureTests {
  @Test(
    "No argument can become syntax: what could be is written as an octal escape",
    arguments: [
      ("a b", "\"a b\""), ("a\"b", "\"a\\042b\""), ("x\n; kill-server", "\"x\\012\\073 kill-server\""),
      ("$HOME ~ #{pid}", "\"\\044HOME \\176 \\043\\173pid\\175\""), ("\\", "\"\\134\""), ("é", "\"é\""),
      ("", "\"\""), ("'", "\"\\047\""),
    ])
  func quoting(_ word: String, _ quoted: String) {
    #expect(TmuxCommand(word).description == quoted)
  }

  @Test("A NUL byte, or no word at all, makes no command")
  func refusedCommands() {
    #expect(TmuxCommand("a\0b").line == nil)
    #expect(TmuxCommand(words: []).line == nil)
  }

  @Test(
    "Text that could press a key or end a paste is refused",
    arguments: ["\u{1B}[201~", "a\u{3}", "a\nb", "a\tb", "\u{7F}", "\u{9B}31m", ""])
  func refusedTexts(_ text: String) {
    #expect(throws: TypingError.self) { try TypedText(typing: text.utf8) }
  }

  @Test("A paste may have lines and tabs, but no other control character")
  func pastes() throws {
    #expect(try TypedText(pasting: "a\n\tb é".utf8).bytes == Array("a\n\tb é".utf8))
    #expect(throws: TypingError.controlCharacter(0x1B)) { try TypedText(pasting: "a\u{1B}".utf8) }
    #expect(throws: TypingError.notUTF8) { try TypedText(pasting: [0x61, 0xFF]) }
    #expect(throws: TypingError.tooLong(70_000)) {
      try TypedText(pasting: Array(repeating: 0x61, count: 70_000))
    }
  }

  @Test("A back-off doubles up to its limit and starts again when it worked")
  func backoff() {
    var backoff = Backoff(shortest: .milliseconds(100), longest: .milliseconds(350))
    #expect((0..<4).map { _ in backoff.next() } == [100, 200, 350, 350].map { .milliseconds($0) })
    backoff.reset()
    #expect(backoff.next() == .milliseconds(100))
  }

  @Test("A pane of two sessions is watched once, and moves when its session ends")
  func linkedPane() {
    var roster = PaneRoster()
    let both = [info(1, in: 0), info(1, in: 5)]
    let first = roster.update(listing: both, connected: [SessionID(0), SessionID(5)])
    #expect(first == [.appeared(info(1, in: 0), fresh: false)])
    #expect(roster.update(listing: both, connected: [SessionID(0), SessionID(5)]).isEmpty)
    #expect(roster.update(listing: both, connected: [SessionID(5)]) == [.moved(info(1, in: 5))])
    #expect(roster.update(listing: both, connected: [SessionID(0), SessionID(5)]).isEmpty)
    #expect(roster.update(listing: [], connected: []) == [.gone(PaneID(1))])
  }

  @Test("Only a pane that no listing had before is fresh, and a changed size is told apart")
  func freshness() {
    var roster = PaneRoster()
    _ = roster.update(listing: [info(1, in: 0), info(2, in: 1)], connected: [SessionID(0)])
    let connected: Set = [SessionID(0), SessionID(1)]
    let next = [info(1, in: 0, columns: 90), info(2, in: 1), info(3, in: 1)]
    #expect(
      roster.update(listing: next, connected: connected) == [
        .changed(info(1, in: 0, columns: 90), resized: true), .appeared(info(2, in: 1), fresh: false),
        .appeared(info(3, in: 1), fresh: true),
      ])
    #expect(roster.clear() == [.gone(PaneID(1)), .gone(PaneID(2)), .gone(PaneID(3))])
  }

  @Test(
    "A broken listing line is no pane", arguments: ["", "%1", "%1\t@1\t$1", "x\ty", "%1\t@1\t$1\t0\t0\t1"])
  func brokenListing(_ line: String) {
    #expect(PaneInfo(line: Array(line.utf8)) == nil)
  }

  @Test(
    "Wrapped rows are found by laying the rows along the joined lines",
    arguments: [
      (["aaaa", "bb", "c"], ["aaaabb", "c"], [0]), (["a", "b"], ["a", "b"], []),
      (["aa", "aa", "aa"], ["aaaa", "aa"], [0]), (["", "", ""], ["", "", ""], []),
    ] as [([String], [String], Set<Int>)])
  func wrapping(_ rows: [String], _ joined: [String], _ wrapped: Set<Int>) {
    let found = SnapshotQuery.wrapped(
      rows: rows.map { Array($0.utf8) }, joined: joined.map { Array($0.utf8) })
    #expect(found == wrapped)
  }

  @Test("Behind ssh every argument is quoted for the other side's shell; behind docker none is")
  func prefixes() {
    let ssh = Server(socket: .named("x"), prefix: ["ssh", "devbox"])
    #expect(ssh.arguments(["attach", "-t", "$1"]).suffix(3) == ["'attach'", "'-t'", "'$1'"])
    let docker = Server(socket: .named("x"), prefix: ["docker", "exec", "-i", "c"])
    #expect(docker.arguments(["attach", "-t", "$1"]).suffix(5) == ["-L", "x", "attach", "-t", "$1"])
  }
}
