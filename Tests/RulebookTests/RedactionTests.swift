import Foundation
import Patterns
import Testing

@testable import Rulebook

@Suite("What is taken out of alerts")
struct RedactionTests {
  private static let text = String(
    decoding: (try? Data(
      contentsOf: URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "rules/redact.yaml"))) ?? Data(), as: UTF8.self)
  private static let shipped = RedactionFile.joined([RedactionFile(text, name: "redact.yaml")])

  @Test("is sound as it is shipped, and every example holds")
  func sound() {
    #expect(Self.shipped.errors.map(\.description) == [])
    #expect(Self.shipped.redaction.secrets.count > 15)
  }

  @Test(
    "is the secret and nothing around it",
    arguments: [
      (
        "curl -H 'Authorization: Bearer abc.DEF-123' https://shop",
        "curl -H 'Authorization: Bearer [redacted:header]' https://shop"
      ),
      (
        "git clone https://ada:hunter2@git.internal/shop",
        "git clone https://ada:[redacted:url-password]@git.internal/shop"
      ),
      (
        "STRIPE_API_KEY=abc DB_TOKEN='x y' ./run --password hunter2 --verbose",
        "STRIPE_API_KEY=[redacted:variable] DB_TOKEN=[redacted:variable] ./run --password [redacted:option] --verbose"
      ),
      (
        "gh auth login --with-token <<< ghp_0123456789abcdefABCDEF0123456789abcd",
        "gh auth login --with-token <<< [redacted:github-token]"
      ),
      ("OPENAI_API_KEY=sk-proj-0123456789abcdefghijABCDEF codex", "OPENAI_API_KEY=[redacted:sk-key] codex"),
      (
        "mysqldump -u root -phunter2 shop > a.sql", "mysqldump -u root -p[redacted:short-option] shop > a.sql"
      ),
    ])
  func secrets(text: String, clean: String) {
    #expect(Self.shipped.redaction.redacted(text) == clean)
    #expect(Self.shipped.redaction.redacted(clean) == clean, "a second time")
  }

  @Test("may fill several lines, as a key does; the lines around it stay")
  func lines() {
    let lines = [
      "$ cat id", "-----BEGIN OPENSSH PRIVATE KEY-----", "b3BlbnNzaC1rZXk", "AAAA",
      "-----END OPENSSH PRIVATE KEY-----", "$ ls",
    ]
    let clean = Self.shipped.redaction.redacted(lines.joined(separator: "\n"))
    #expect(clean.split(separator: "\n") == ["$ cat id", "[redacted:private-key]", "$ ls"])
  }

  @Test("is found where a screen breaks it, however far the rest is set in", arguments: 8...70)
  func broken(width: Int) {
    let secret = "ghp_0123456789abcdefABCDEF0123456789abcd"
    let text = "  $ gh auth login --with-token <<< \(secret) && echo all is well, and so on"
    for indent in ["", "    "] {
      var rows: [String] = []
      var rest = text[...]
      while !rest.isEmpty {
        let row = (rows.isEmpty ? "" : indent) + rest.prefix(width - (rows.isEmpty ? 0 : indent.count))
        rest = rest.dropFirst(row.count - (rows.isEmpty ? 0 : indent.count))
        rows.append(row)
      }
      let clean = Self.shipped.redaction.redacted(
        rows: ["above"] + rows + ["", "below"], using: MatchContext())
      guard width >= 20 else {
        #expect(clean.count == rows.count + 3)
        continue
      }
      let shown = clean.joined()
      #expect(clean.count == rows.count + 3 && clean.first == "above" && clean.suffix(2) == ["", "below"])
      #expect(
        shown.contains("[redacted:github-token]") && shown.filter { !$0.isWhitespace }.contains("alliswell"))
      // Not eight characters of it in a row are left.
      for start in 0...secret.count - 8 {
        #expect(!shown.contains(secret.dropFirst(start).prefix(8)), "\(width): \(clean)")
      }
    }
  }

  @Test("leaves rows without secrets as they are, and takes a key with all its lines")
  func rows() {
    let rows = (0..<40).map { "row \($0) of a screen that is as wide as all the others" } + ["", "$ ls"]
    #expect(Self.shipped.redaction.redacted(rows: rows, using: MatchContext()) == rows)
    // A key with all its lines, also where its head reaches the edge or is broken over it.
    let head = "-----BEGIN RSA PRIVATE KEY-----"
    let body = [String(repeating: "MIIEow", count: 5), String(repeating: "b3Blbn", count: 5), "AAAA"]
    let heads = [[head], [String(head.prefix(30)), "  " + head.suffix(1)], ["$ cat id && " + head]]
    for head in heads {
      let key = ["$ cat id"] + head + body + ["-----END RSA PRIVATE KEY-----", "$ ls"]
      let clean = Self.shipped.redaction.redacted(rows: key, using: MatchContext())
      #expect(clean.count == key.count && clean.first == "$ cat id" && clean.last == "$ ls")
      #expect(!clean.joined().contains("MIIE") && !clean.joined().contains("b3Bl"), "\(clean)")
      #expect(!clean.joined().contains("AAAA"), "\(clean)")
    }
  }

  @Test("is found when the word by which it is known is broken")
  func brokenKeyword() {
    for (first, second) in [
      ("$ curl -H 'Authoriz", "ation: Bearer abcdef123' x"), ("$ DB_PASSWO", "RD=hunter2 ./run"),
    ] {
      let filler = String(repeating: ".", count: first.count + 12)
      let clean = Self.shipped.redaction.redacted(
        rows: [filler, String(repeating: "x", count: 12) + first, second], using: MatchContext())
      #expect(
        clean.count == 3 && !clean[2].contains("abcdef123") && !clean[2].contains("hunter2"), "\(clean)")
    }
  }

  @Test("is nothing of what the shipped rules and dialects say themselves, but for what they speak of")
  func ownWords() throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "rules")
    var changed: [String] = []
    var count = 0
    let names = try #require(FileManager.default.enumerator(atPath: folder.path)).compactMap { $0 as? String }
    for name in names where name.hasSuffix(".yaml") && !name.hasSuffix("redact.yaml") {
      let text = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
      for line in text.split(separator: "\n") {
        count += 1
        let clean = Self.shipped.redaction.redacted(String(line))
        if clean != line { changed.append("\(name): \(line)") }
      }
    }
    #expect(count > 1000)
    #expect(changed == [])
  }

  @Test(
    "is found in time, whatever the text",
    arguments: [
      "a", "-", "password", "a-", "://a:", " -u ", "Authorization: ", "-----BEGIN A ", "\"'", "eyJ.",
    ])
  func hostile(piece: String) {
    let text = String(repeating: piece, count: 16_384 / piece.utf8.count)
    let context = MatchContext()
    var bytes = text
    for secret in Self.shipped.redaction.secrets {
      bytes.withUTF8 { bytes in
        #expect(throws: Never.self, "\(secret.id) gives up") {
          _ = try secret.match.firstMatch(in: bytes, using: context)
        }
      }
    }
  }

  @Test("is told with its place where the file is wrong")
  func mistakes() {
    let text = """
      redact:
        - id: our-token
          match: 'tok_[0-9]+'
          fires: [tok_1, token]
          silent: [tok_2]
        - id: open
          match: 'a('
          fires: [a]
          silent: [b]
        - id: poor
          match: 'a'
          fires: [a]
        - id: Big
          match: 'a'
        - id: odd
          match: 'b'
          fires: [b]
          silent: [c]
          exept: [d]
      """
    #expect(
      RedactionFile(text, name: "redact.yaml").errors.map(\.description) == [
        "redact.yaml:4:20: secret 'our-token': 'fires' example 2: nothing is found: token",
        "redact.yaml:5:14: secret 'our-token': 'silent' example 1: a secret is found where there is none: tok_2",
        "redact.yaml:7:12: secret 'open': 'match': missing ')' at \"(\" (column 2 of the pattern); close the group or escape it",
        "redact.yaml:10:5: secret 'poor' has no 'silent'; give a text like it that holds none",
        "redact.yaml:13:5: a secret has an 'id' of small letters, digits and '-', as in 'id: our-token'",
        "redact.yaml:19:5: a secret: unknown key 'exept'; did you mean 'except'?",
      ])
  }

  @Test("stays when any file says so: the pattern that finds it is left out and told")
  func joined() {
    let user = """
      redact:
        - {id: digits, match: '[0-9]{3}', fires: ["123"], silent: [abc]}
        - {id: ours, match: 'tok_[a-z]{4}', fires: [tok_abcd], silent: [tok]}
      """
    let files = [RedactionFile(Self.text, name: "redact.yaml"), RedactionFile(user, name: "own/redact.yaml")]
    let (redaction, errors) = RedactionFile.joined(files)
    #expect(errors.count == 1 && errors[0].description.contains("'digits' takes something out"))
    #expect(redaction.redacted("tok_abcd 123") == "[redacted:ours] 123")
  }
}
