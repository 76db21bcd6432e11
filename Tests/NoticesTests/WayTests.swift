import Foundation
import Journal
import Testing

@testable import Notices

/// A text as a hostile pane would have it.
private let hostile =
  "kubectl #(touch /tmp/x) #{pane_id} %H <b>&</b> \u{1B}]0;x\u{7} \"}, {\"a\": \u{202E}\n--help"

@Suite("What each way makes of a call")
struct WayTests {
  @Test("a program gets the alert's JSON in one line, with what the call is about in 'call'")
  func json() throws {
    let text = sampleCall("repeated", text: hostile).json
    #expect(!text.contains("\n"))
    let object = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    #expect(object["rule"] as? String == "kubectl-apply")
    let call = try #require(object["call"] as? [String: Any])
    #expect(call["kind"] as? String == "repeated")
    #expect(call["trouble"] as? String == "a")
    #expect(call["number"] as? Int == 2)
    // Who reads alerts reads it.
    #expect(try JSONDecoder().decode(Alert.self, from: Data(text.utf8)).id == "a")
  }

  @Test("a desktop gets markup that shows the text, and no option")
  func desktop() {
    let words = DesktopNotifier.words(for: sampleCall(text: hostile), isAnswerable: true)
    #expect(words.contains("--action=ack=Acknowledge"))
    #expect(words.contains("--urgency=critical"))
    let dash = words.firstIndex(of: "--")
    #expect(dash == words.count - 3)
    #expect(words.last?.contains("&lt;b&gt;&amp;&lt;/b&gt;") ?? false)
    #expect(!words.joined().unicodeScalars.contains { $0.value == 0x1B || $0.value == 0x202E })
  }

  @Test("a terminal gets no escape")
  func terminal() {
    let text = TerminalNotifier.text(of: sampleCall(text: hostile))
    #expect(!text.contains("\u{1B}"))
    #expect(text.unicodeScalars.count { $0.value == 7 } == 1)
  }

  @Test("tmux expands nothing of it")
  func tmux() {
    #expect(TmuxNotifier.literal("#(x) #{y} %H") == "##(x) ##{y} %%H")
  }

  @Test("a webhook's template cannot be broken out of")
  func template() throws {
    let read = Configuration(
      #"""
      notifiers:
        - name: a
          webhook:
            url_env: X
            body: {text: "{title}: {text}", "k\"ey": [3, -1.5, true, null, "3", "{{no}"], blocks: {s: "{severity}@{host}"}}
      """#, name: "c")
    #expect(read.errors == [])
    guard case .webhook(let way)? = read.notifiers.first?.way, let body = way.body else {
      Issue.record("there is no body")
      return
    }
    let text = body.filled(for: sampleCall(text: hostile), host: "box")
    let object = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    #expect(object.count == 3)
    #expect(
      (object["text"] as? String)?.hasPrefix("CRITICAL kubectl-apply claude-code:%1: kubectl #(touch")
        ?? false)
    #expect((object["blocks"] as? [String: String]) == ["s": "critical@box"])
    #expect((object["k\"ey"] as? [Any])?.count == 6)
    #expect(text.contains(#"[3,-1.5,true,null,"3","{no}"]"#))
  }

  @Test("curl is told everything on its input, quoted")
  func curl() throws {
    let request = Curl(
      url: "https://x/hook", headers: [("X-A", "1\"2")], body: "{\"a\":\"b\\n\"}", limit: .seconds(7))
    let text = try request.configuration()
    #expect(text.contains(#"url = "https://x/hook""# + "\n"))
    #expect(text.contains(#"header = "X-A: 1\"2""# + "\n"))
    #expect(text.contains(#"data-raw = "{\"a\":\"b\\n\"}""# + "\n"))
    #expect(text.contains("max-time = 7\n"))
  }

  @Test(
    "curl is not asked what is no web address, or a header that holds two",
    arguments: [
      ("file:///etc/passwd", "x"), ("https://x y", "x"), ("", "x"), ("https://x", "a\r\nB: c"),
      ("https://x\nurl = \"file:///etc/passwd\"", "x"),
    ])
  func refused(_ url: String, _ header: String) {
    #expect(throws: NotifierError.self) {
      try Curl(url: url, headers: [("A", header)], limit: .seconds(1)).configuration()
    }
  }

  @Test("a webhook is signed over time and body")
  func signature() throws {
    let way = WebhookNotifier(
      name: "a", url: Secret(.here("https://x")), body: nil, headers: [], secret: Secret(.here("key")),
      host: "h", limit: .seconds(1))
    let headers = try way.headers("{}", id: "i", at: 1_700_000_000)
    let code = HMAC.sha256(Array("1700000000.{}".utf8), key: Array("key".utf8))
    #expect(
      headers.map(\.name) == ["Content-Type", "X-Outrider-Id", "X-Outrider-Time", "X-Outrider-Signature"])
    #expect(headers[3].value == "sha256=\(code)")
  }

  @Test("Apprise is given no address as an argument")
  func apprise() {
    let words = AppriseNotifier.words(for: sampleCall(text: hostile))
    #expect(words.prefix(2) == ["apprise", "--config=file:///dev/stdin?format=text"])
    #expect(words.contains("--notification-type=failure"))
    #expect(!words.joined().contains("\u{1B}"))
  }

  @Test("Alertmanager is told what fires, until when, and what is over")
  func alertmanager() throws {
    let now = WallTime(milliseconds: 1_700_000_120_000)
    let way = Configuration.Alertmanager(urls: ["http://x"], labels: ["team": "shop", "rule": "forged"])
    let troubles = [sampleCall().escalation, sampleCall("resolved", id: "b").escalation]
    let body = AlertBoard.body(for: troubles, way, host: "box", at: now, isWatching: true)
    let alerts = try #require(try JSONSerialization.jsonObject(with: Data(body.utf8)) as? [[String: Any]])
    #expect(alerts.count == 3)
    #expect(
      alerts[0]["labels"] as? [String: String] == [
        "alertname": "Outrider", "agent": "claude-code:%1", "rule": "kubectl-apply", "severity": "critical",
        "host": "box", "team": "shop", "session": "work",
      ])
    #expect(alerts[0]["startsAt"] as? String == "2023-11-14T22:13:20.000Z")
    #expect(alerts[0]["endsAt"] as? String == (now + .seconds(240)).iso8601)
    #expect(alerts[1]["endsAt"] as? String == "2023-11-14T22:14:20.000Z")
    #expect((alerts[2]["labels"] as? [String: String])?["alertname"] == "OutriderHeartbeat")
    #expect(AlertBoard.body(for: [troubles[1]], way, host: "box", at: now + .seconds(3600)) == "[]")
  }

  @Test("a secret is read where it stands, without what is around it")
  func secret() throws {
    let scratch = try Scratch()
    try scratch.write("  s3cret\n", "s")
    #expect(try Secret(.file(scratch.path("s"))).value() == "s3cret")
    #expect(throws: NotifierError.self) { try Secret(.file(scratch.path("none"))).value() }
    #expect(throws: NotifierError.self) { try Secret(.environment("OUTRIDER_NO_SUCH_VARIABLE")).value() }
  }
}
