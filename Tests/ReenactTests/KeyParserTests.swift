import Testing

@testable import Reenactment

@Suite("Keys")
struct KeyParserTests {
  static let table: [(String, [Keystroke])] = [
    ("hello", [.text("hello")]),
    ("\r", [.enter]),
    ("\u{1B}", [.key("Escape")]),
    ("\u{1B}\u{1B}", [.key("Escape"), .key("Escape")]),
    ("\u{1B}stop", [.key("Escape"), .text("stop")]),
    ("\u{1B}[", [.key("Escape"), .text("[")]),
    ("\u{1B}O", [.key("Escape"), .text("O")]),
    ("\u{1B}]hello", [.key("Escape"), .text("]hello")]),
    ("\u{1B}[A\u{1B}OB", [.key("Up"), .key("Down")]),
    ("\u{1B}[27u\u{1B}[27;1;27~", [.key("Escape"), .key("Escape")]),
    (
      "\u{1B}[Z\t\u{7F}\u{15}\u{03}",
      [.key("BTab"), .key("Tab"), .key("Backspace"), .key("C-u"), .key("C-c")]
    ),
    ("\u{1B}[200~one\rtwo\u{1B}[201~\r", [.paste("one\rtwo", whole: true), .enter]),
    ("\u{1B}[200~\u{1B}[201~", [.paste("", whole: true)]),
    ("\u{1B}\u{1B}[200~a\u{1B}[20b\u{1B}[201~", [.key("Escape"), .paste("a\u{1B}[20b", whole: true)]),
    ("\u{1B}[?1;2c\u{1B}[1;1R", [.report("^[[?1;2c"), .report("^[[1;1R")]),
    ("\u{1B}P>|tmux 3.3a\u{1B}\\x", [.report("^[P>|tmux 3.3a^[\\"), .text("x")]),
    ("\u{1B}]10;rgb:ff/ff/ff\u{07}", [.report("^[]10;rgb:ff/ff/ff^G")]),
    ("\u{1B}[<0;10;5M\u{1B}[I", [.report("^[[<0;10;5M"), .report("^[[I")]),
    ("müde 漢字 😀", [.text("müde 漢字 😀")]),
  ]

  @Test("Input is read as the keys that sent it", arguments: table)
  func reads(_ input: String, _ expected: [Keystroke]) {
    var parser = KeyParser()
    var arrivals = parser.feed(Array(input.utf8), at: .zero)
    arrivals += parser.settle(at: KeyParser.patience)
    #expect(joined(arrivals) == expected)
  }

  @Test("Input that is cut anywhere within the patience is read the same", arguments: table)
  func readsInPieces(_ input: String, _ expected: [Keystroke]) {
    let bytes = Array(input.utf8)
    for first in 0...bytes.count {
      for second in first...bytes.count {
        var parser = KeyParser()
        var arrivals: [Arrival] = []
        for (index, piece) in [bytes[..<first], bytes[first..<second], bytes[second...]].enumerated() {
          arrivals += parser.feed(piece, at: .milliseconds(index))
        }
        arrivals += parser.settle(at: .seconds(1))
        #expect(joined(arrivals) == expected)
      }
    }
  }

  @Test("An escape is the Escape key once the patience is over, and keeps the time it came")
  func escapeWaits() {
    var parser = KeyParser()
    #expect(parser.feed([0x1B], at: .seconds(1)).isEmpty)
    #expect(parser.deadline == .seconds(1) + KeyParser.patience)
    #expect(parser.settle(at: .seconds(1) + .milliseconds(19)).isEmpty)
    #expect(parser.settle(at: .seconds(1) + .milliseconds(20)) == [Arrival(.key("Escape"), at: .seconds(1))])
    #expect(parser.deadline == nil)
  }

  @Test("A bracket that comes after the patience is text and no part of a sequence")
  func lateBracket() {
    var parser = KeyParser()
    var arrivals = parser.feed([0x1B], at: .zero)
    arrivals += parser.feed(Array("[A".utf8), at: .milliseconds(50))
    #expect(arrivals.map(\.keystroke) == [.key("Escape"), .text("[A")])
  }

  @Test("A paste may take as long as it likes and keeps the time of its bracket")
  func slowPaste() {
    var parser = KeyParser()
    _ = parser.feed(Array("\u{1B}[200~a".utf8), at: .seconds(1))
    #expect(parser.deadline == nil)
    let arrivals = parser.feed(Array("b\u{1B}[201~".utf8), at: .seconds(9))
    #expect(arrivals == [Arrival(.paste("ab", whole: true), at: .seconds(1))])
  }

  @Test("A paste above the limit is cut and says so")
  func hugePaste() {
    var parser = KeyParser()
    var arrivals = parser.feed(Array("\u{1B}[200~".utf8), at: .zero)
    for _ in 0..<33 { arrivals += parser.feed([UInt8](repeating: 0x61, count: 1 << 15), at: .zero) }
    arrivals += parser.feed(Array("\u{1B}[201~".utf8), at: .zero)
    guard case .paste(let text, whole: false) = arrivals.first?.keystroke else {
      Issue.record("no cut paste: \(arrivals.count) arrivals")
      return
    }
    #expect(text.utf8.count == KeyParser.pasteLimit)
  }

  @Test("Any bytes at all are survived")
  func survives() {
    var random = SystemRandomNumberGenerator()
    let likely: [UInt8] = [
      0x1B, 0x5B, 0x5D, 0x4F, 0x50, 0x32, 0x30, 0x31, 0x7E, 0x07, 0x5C, 0xE2, 0xFF, 0x00,
    ]
    for _ in 0..<300 {
      var parser = KeyParser()
      for step in 0..<20 {
        let bytes = (0..<Int.random(in: 0...40, using: &random)).map { _ in
          Bool.random(using: &random)
            ? likely.randomElement(using: &random)! : UInt8.random(in: 0...255, using: &random)
        }
        _ = parser.feed(bytes, at: .milliseconds(step * 7))
        _ = parser.settle(at: .milliseconds(step * 7 + 3))
      }
    }
  }

  /// Text that arrived in pieces counts as one.
  private func joined(_ arrivals: [Arrival]) -> [Keystroke] {
    arrivals.reduce(into: []) { result, arrival in
      if case .text(let new) = arrival.keystroke, case .text(let old) = result.last {
        result[result.count - 1] = .text(old + new)
      } else {
        result.append(arrival.keystroke)
      }
    }
  }
}
