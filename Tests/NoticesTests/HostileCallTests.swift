import Foundation
import Journal
import Rulebook
import Testing

@testable import Notices

/// What an agent may put into its text, its names and its folders.
enum Hostile {
  static let texts = [
    "\u{1B}]0;title\u{7}", "\u{1B}]52;c;cm0gLXJm\u{1B}\\", "\u{1B}[2J\u{1B}[H", "\u{1B}P+q544e\u{1B}\\",
    "\u{9B}2J\u{9D}0;x\u{9C}\u{90}q\u{85}", "a\u{202E}b\u{2066}c\u{61C}d",
    "one\r\ntwo\u{8}\u{8}\u{8}\nBcc: x@y",
    "\u{1B}[201~\rrm -rf /\r", "nul\u{0}\u{7F}\u{2028}\u{2029}", "\u{E0041}\u{E0042}\u{200B}\u{FEFF}",
    "#(touch x) #{pane_id} #[fg=red] %H;", "<b onclick='x'>&amp;</b>", "\"}, {\"a\": \"\\",
    "--config=/etc/passwd",
    "${HOME} $(id) `id` ; id", "{{ .Labels }} {text} {why}",
  ]

  /// A call whose every word is hostile.
  static func call(_ text: String, _ kind: Call.Kind = .opened) -> Call {
    var escalations = Escalations()
    let policy = EscalationPolicy(quiet: nil)
    let time = WallTime(milliseconds: 1_700_000_000_000)
    let alert = Alert(
      time: time, id: text, rule: text, severity: .critical,
      agent: Alert.Agent(name: text, pane: text, session: text, cwd: text), source: .pane, text: text,
      why: text,
      instead: text, evidence: [text], outcome: .escalated)
    escalations.take(alert, cure: .human, at: time, by: policy)
    return escalations.tick(at: time, secondsEast: 0, by: policy)[0]
  }

  /// The characters that steer a terminal, turn the reading order around, or are there for nobody to see.
  static func steers(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F..<0xA0, 0x61C, 0x200B, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF,
      0xE0000...0xE007F:
      true
    default: false
    }
  }

  static func steering(_ text: String, but allowed: String = "") -> [Unicode.Scalar] {
    text.unicodeScalars.filter { steers($0) && !allowed.unicodeScalars.contains($0) }
  }
}

@Suite("A call whose every word is hostile")
struct HostileCallTests {
  @Test("steers no terminal", arguments: Hostile.texts)
  func terminal(_ text: String) {
    let shown = TerminalNotifier.text(of: Hostile.call(text))
    #expect(Hostile.steering(shown, but: "\u{7}\r\n") == [])
    #expect(shown.unicodeScalars.count { $0 == "\u{7}" } == 1, "one bell, and it is ours")
    #expect(
      shown.split(separator: "\r\n").allSatisfy {
        $0.hasPrefix("Outrider: ") || $0.hasPrefix("  ") || $0 == "\u{7}"
      })
  }

  @Test("is one word each for notify-send, behind its options, and no markup", arguments: Hostile.texts)
  func desktop(_ text: String) throws {
    let words = DesktopNotifier.words(for: Hostile.call(text), isAnswerable: true)
    let dash = try #require(words.firstIndex(of: "--"))
    #expect(dash == words.count - 3)
    #expect(words[..<dash] == DesktopNotifier.words(for: sampleCall(), isAnswerable: true)[..<dash])
    #expect(words[dash...].flatMap { Hostile.steering($0, but: "\n") } == [])
    #expect(!words[dash + 1].contains("\n") && !words[dash + 2].contains("<"))
  }

  @Test("is one title without a new line for Apprise, so no header of a mail", arguments: Hostile.texts)
  func apprise(_ text: String) throws {
    let words = AppriseNotifier.words(for: Hostile.call(text))
    #expect(words.count == AppriseNotifier.words(for: sampleCall()).count)
    #expect(words.dropLast(2) == AppriseNotifier.words(for: sampleCall()).dropLast(2))
    let title = try #require(words.dropLast().last)
    #expect(title.hasPrefix("--title=") && Hostile.steering(title) == [])
    let body = try #require(words.last)
    #expect(body.hasPrefix("--body=") && Hostile.steering(body, but: "\n") == [])
    #expect(!body.contains("\nBcc:"))
  }

  @Test("is one line of JSON for programs and webhooks, its words in their places", arguments: Hostile.texts)
  func json(_ text: String) throws {
    let line = Hostile.call(text).json
    #expect(Hostile.steering(line) == [])
    let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    #expect(Set(object.keys).isSubset(of: Set(try Self.keys(sampleCall().json))))
  }

  @Test("breaks out of no template", arguments: Hostile.texts)
  func template(_ text: String) throws {
    let read = Configuration(
      "notifiers: [{name: a, webhook: {url_env: X, body: {t: '{title}', '{text}': ['{rule} {agent} {why}']}}}]",
      name: "c")
    guard case .webhook(let way)? = read.notifiers.first?.way, let body = way.body else {
      Issue.record("there is no body: \(read.errors)")
      return
    }
    let filled = body.filled(for: Hostile.call(text), host: "box")
    #expect(Hostile.steering(filled) == [])
    let object = try #require(try JSONSerialization.jsonObject(with: Data(filled.utf8)) as? [String: Any])
    #expect(object.count == 2 && object["t"] is String && object["{text}"] as? [String] != nil)
  }

  @Test("has the labels of any other for Alertmanager", arguments: Hostile.texts)
  func alertmanager(_ text: String) throws {
    let way = Configuration.Alertmanager(urls: ["http://x"], labels: [:])
    func posted(_ call: Call) throws -> [[String: Any]] {
      let body = AlertBoard.body(
        for: [call.escalation], way, host: "box", at: WallTime(milliseconds: 1_700_000_000_000))
      return try #require(try JSONSerialization.jsonObject(with: Data(body.utf8)) as? [[String: Any]])
    }
    let (hostile, usual) = (try posted(Hostile.call(text)), try posted(sampleCall()))
    #expect(hostile.count == 1)
    for part in ["labels", "annotations"] {
      let words = try #require(hostile[0][part] as? [String: String])
      #expect(Set(words.keys) == Set(try #require(usual[0][part] as? [String: String]).keys))
      #expect(words.values.flatMap { Hostile.steering($0) } == [])
    }
    #expect((hostile[0]["labels"] as? [String: String])?["alertname"] == "Outrider")
  }

  private static func keys(_ json: String) throws -> [String] {
    let object = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
    return (object.map { Array($0.keys) } ?? [])
  }
}
