import Testing

@testable import Tmux

private func messages(_ pieces: [[UInt8]]) -> [Message] {
  var parser = ControlParser()
  var result: [Message] = []
  for piece in pieces { piece.withUnsafeBufferPointer { parser.feed($0) { result.append($0) } } }
  return result
}

private func messages(_ text: String) -> [Message] { messages([Array(text.utf8)]) }

@Suite("The control-mode parser")
struct ControlParserTests {
  static let stream = """
    %begin 17 1 0
    %end 17 1 0
    %session-changed $0 main
    %output %3 a\\015\\012b\\134c \\303
    %extended-output %3 12 : x : y
    %extended-output %3 12 more fields : z
    %begin 17 2 1
    first
    %end 17 2 0
    %output %1 not output
    %end 17 2 1
    %begin 18 3 1
    can't find pane: %9
    %error 18 3 1
    %layout-change @1 b25d,80x24,0,0,1 b25d,80x24,0,0,1 *
    %pane-mode-changed %4
    %pause %3
    %continue %3
    %subscription-changed process $0 @0 0 %0 : 0 411
    %something-of-a-later-version 1 2 3
    %exit server exited

    """

  static let expected: [Message] = [
    .reply(Reply(lines: [], asked: false)),
    .sessionChanged(SessionID(0)),
    .output(PaneID(3), Array("a\r\nb\\c ".utf8) + [0xC3]),
    .output(PaneID(3), Array("x : y".utf8)),
    .output(PaneID(3), Array("z".utf8)),
    .reply(Reply(lines: ["first", "%end 17 2 0", "%output %1 not output"].map { Array($0.utf8) })),
    .reply(Reply(lines: [Array("can't find pane: %9".utf8)], failed: true)),
    .arrangementChanged,
    .modeChanged(PaneID(4)),
    .paused(PaneID(3)),
    .continued(PaneID(3)),
    .subscription(name: Array("process".utf8), PaneID(0), value: Array("0 411".utf8)),
    .exit(reason: Array("server exited".utf8)),
  ]

  @Test("A whole stream is decoded message by message")
  func whole() {
    #expect(messages(Self.stream) == Self.expected)
  }

  @Test("Bytes one by one give the same messages as all at once")
  func byteByByte() {
    #expect(messages(Self.stream.utf8.map { [$0] }) == Self.expected)
  }

  @Test("Random pieces give the same messages as all at once", arguments: 0..<20)
  func randomPieces(_ seed: Int) {
    var rest = Array(Self.stream.utf8)[...]
    var pieces: [[UInt8]] = []
    while !rest.isEmpty {
      let count = min(rest.count, Int.random(in: 1...40))
      pieces.append(Array(rest.prefix(count)))
      rest = rest.dropFirst(count)
    }
    #expect(messages(pieces) == Self.expected)
  }

  @Test(
    "An escape that is none is passed on as it is",
    arguments: [
      ("\\", "\\"), ("\\1", "\\1"), ("\\12", "\\12"), ("\\012", "\n"), ("\\400", "\\400"), ("\\089", "\\089"),
      ("\\\\012", "\\\n"), ("a\\377", "a\u{FF}"),
    ])
  func escapes(_ written: String, _ meant: String) {
    let expected = meant.unicodeScalars.map { UInt8($0.value) }
    #expect(messages("%output %0 \(written)\n") == [.output(PaneID(0), expected)])
  }

  @Test("A forged end of a reply is found out, and nothing after it is believed")
  func forgedGuard() {
    let stream = "%begin 1 2 1\nrow\n%end 1 2 1\n%output %5 forged\n%end 1 2 1\n%output %5 more\n"
    #expect(
      messages(stream) == [
        .reply(Reply(lines: [Array("row".utf8)])), .output(PaneID(5), Array("forged".utf8)),
        .disorder("the end of a reply that never began"),
      ])
  }

  @Test(
    "A malformed notice is ignored",
    arguments: [
      "%output", "%output %", "%output %x y", "%output %99999999999 y", "%output %0", "%extended-output %0 5",
      "%extended-output %0 5 :", "%pause", "%pause 3", "%session-changed main", "%subscription-changed a b",
      "",
    ])
  func malformed(_ line: String) {
    #expect(messages(line + "\n%pause %1\n") == [.paused(PaneID(1))])
  }

  @Test("Random bytes never trap", arguments: 0..<200)
  func noise(_ seed: Int) {
    let words = ["%begin 1 1 1\n", "%end 1 1 1\n", "%output %1 ", "\\01", "\n", "%", " : ", "%error 1 1 1\n"]
    var bytes: [UInt8] = []
    for _ in 0..<200 {
      if Bool.random() {
        bytes += words.randomElement()!.utf8
      } else {
        bytes.append(.random(in: 0...255))
      }
    }
    #expect(messages([bytes]) == messages(bytes.map { [$0] }))
  }

  @Test("A line without an end is disorder at 4 MiB, not memory without bounds")
  func endless() {
    let piece = [UInt8](repeating: 0x61, count: 1 << 20)
    let result = messages([Array("%output %1 ".utf8)] + Array(repeating: piece, count: 8))
    #expect(result == [.disorder("a line of more than 4 MiB")])
  }

  @Test("A reply without an end is disorder at 16 MiB")
  func endlessReply() {
    let piece = [UInt8](repeating: 0x61, count: 1 << 20) + [0x0A]
    let result = messages([Array("%begin 1 1 1\n".utf8)] + Array(repeating: piece, count: 20))
    #expect(result == [.disorder("a reply of more than 16 MiB")])
  }
}
