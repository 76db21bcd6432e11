import Foundation
import Testing

@testable import Journal

@Suite struct AlertTests {
  @Test("An alert comes back from its line as it was")
  func roundTrip() throws {
    var alert = sample()
    alert.updated = WallTime(milliseconds: noon.milliseconds + 900)
    #expect(try JSONDecoder().decode(Alert.self, from: Data(alert.json.utf8)) == alert)
  }

  @Test("The line has the documented fields under their documented names")
  func fields() {
    #expect(
      sample().json == """
        {"actions":[{"do":"interrupt","ms":0.4,"result":"done"},{"do":"prompt","result":"done"}],\
        "agent":{"cwd":"/srv/shop","name":"claude","pane":"%3","session":"main"},\
        "evidence":["⎿  $ kubectl apply -f web.yaml"],"id":"alert-0","instead":"Open a pull request.",\
        "outcome":"stopped","rule":"kubectl-apply","severity":"critical","source":"pane","story":"7",\
        "text":"kubectl apply -f web.yaml","time":"2026-11-23T13:02:11.042Z","v":1,\
        "why":"ArgoCD watches k8s/."}
        """)
  }

  @Test("A line of a later version is read: unknown fields and names are kept or left")
  func laterVersion() throws {
    let line =
      #"{"v":2,"time":"2026-11-23T13:02:11Z","id":"x","rule":"r","severity":"info","agent":"#
      + #"{"name":"a","mood":"calm"},"text":"t","outcome":"postponed","colour":"red"}"#
    let alert = try JSONDecoder().decode(Alert.self, from: Data(line.utf8))
    #expect(alert.outcome.rawValue == "postponed")
    #expect(alert.evidence.isEmpty)
  }

  @Test(
    "Characters that steer a terminal are made visible",
    arguments: [
      ("\u{1B}[2J\u{1B}]0;owned\u{07}", "␛[2J␛]0;owned␇"),
      ("one\ntwo\r\tthree", "one␊two␍␉three"),
      ("a\u{0}b\u{7F}c", "a␀b␡c"),
      ("\u{9B}31m\u{85}", "<U+009B>31m<U+0085>"),
      ("user\u{202E}gpj.exe\u{2066}\u{2069}", "user<U+202E>gpj.exe<U+2066><U+2069>"),
      ("\u{2028}\u{FEFF}\u{E0041}", "<U+2028><U+FEFF><U+E0041>"),
      ("héllo 漢字 👩‍🚀 ✓", "héllo 漢字 👩‍🚀 ✓"),
    ])
  func legibility(text: String, shown: String) {
    #expect(legible(text, bytes: 4096) == shown)
    #expect(legible(shown, bytes: 4096) == shown)
  }

  @Test("A text that is too long is cut at a character and says so", arguments: [3, 4, 5, 6, 7, 8, 9, 10])
  func cut(limit: Int) {
    for text in ["abcdefghijklmno", "漢字漢字漢字", "\u{1B}\u{1B}\u{1B}\u{1B}\u{1B}", "a\u{202E}b\u{202E}c"] {
      let kept = legible(text, bytes: limit)
      #expect(kept.utf8.count <= limit)
      #expect(kept.hasSuffix("…"))
    }
    #expect(legible("漢字", bytes: 6) == "漢字")
  }

  @Test("The largest alert fits into the bound of a line")
  func largest() throws {
    let long = String(repeating: "\"\\", count: 100_000)
    var alert = sample(text: long)
    alert.id = long
    alert.story = long
    alert.rule = long
    alert.why = long
    alert.instead = long
    alert.agent = .init(name: long, pane: long, session: long, cwd: long)
    alert.evidence = Array(repeating: long, count: 1000)
    alert.actions = Array(repeating: .init(long, result: long, ms: .infinity), count: 1000)
    alert.outcome.rawValue = long
    #expect(alert.json.utf8.count < Alert.Bounds.line)
    #expect(alert.json.utf8.count > 50_000)
  }

  @Test("Evidence is bounded in lines and in bytes, and says what was left out")
  func evidence() {
    var alert = sample()
    alert.evidence = (0..<100).map { "row \($0)" }
    #expect(alert.legible().evidence.count == Alert.Bounds.evidenceLines + 1)
    #expect(alert.legible().evidence.last == "…")
    alert.evidence = Array(repeating: String(repeating: "x", count: 4000), count: 30)
    #expect(alert.legible().evidence.map(\.utf8.count).reduce(0, +) <= Alert.Bounds.evidence + 3)
  }

  @Test(
    "A time is written and read as ISO 8601",
    arguments: [
      (0, "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
      (951_782_399_999, "2000-02-28T23:59:59.999Z"), (951_782_400_000, "2000-02-29T00:00:00.000Z"),
      (1_795_438_931_042, "2026-11-23T13:02:11.042Z"), (WallTime.earliest, "0000-01-01T00:00:00.000Z"),
      (WallTime.latest, "9999-12-31T23:59:59.999Z"),
    ])
  func time(milliseconds: Int64, text: String) {
    #expect(WallTime(milliseconds: milliseconds).iso8601 == text)
    #expect(WallTime(iso8601: text)?.milliseconds == milliseconds)
  }

  @Test("Times of other writers are read: with an offset, without or with a longer fraction")
  func otherTimes() {
    #expect(WallTime(iso8601: "2026-11-23T14:02:11.042+01:00") == noon)
    #expect(WallTime(iso8601: "2026-11-23T13:02:11.042999Z") == noon)
    #expect(WallTime(iso8601: "2026-11-23T13:02:11Z")?.milliseconds == noon.milliseconds - 42)
    #expect(WallTime(iso8601: "2026-11-23T13:02:11.5Z")?.milliseconds == noon.milliseconds + 458)
    for text in [
      "", "now", "2026-11-23", "2026-13-23T13:02:11Z", "2026-11-23T13:02:11", "2026-11-23T13:02:11.Z",
    ] {
      #expect(WallTime(iso8601: text) == nil, "\(text)")
    }
    #expect(WallTime(milliseconds: .max).milliseconds == WallTime.latest)
  }

  @Test("Ids sort by time, differ at random and can be typed")
  func ids() {
    var generator = SystemRandomNumberGenerator()
    let earlier = Alert.makeID(at: noon, using: &generator)
    let later = Alert.makeID(at: WallTime(milliseconds: noon.milliseconds + 1), using: &generator)
    #expect(earlier < later)
    #expect(earlier.count == 14)
    let same = Set((0..<50).map { _ in Alert.makeID(at: noon, using: &generator) })
    #expect(same.count > 45)
  }
}
