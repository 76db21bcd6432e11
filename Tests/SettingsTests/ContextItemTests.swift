import Support
import Testing

@testable import Settings

private func installed(_ text: String) throws -> String {
  String(decoding: try ContextItem.installing(in: Array(text.utf8)), as: UTF8.self)
}

private func uninstalled(_ text: String, before: String) throws -> String {
  String(
    decoding: try ContextItem.uninstalling(from: Array(text.utf8), before: Array(before.utf8)), as: UTF8.self)
}

private let usual = #"status_line = ["model-with-reasoning", "context-remaining", "current-dir"]"#

@Suite("Codex's status line")
struct ContextItemTests {
  @Test(
    "is written where it belongs, and taken out again without a trace",
    arguments: [
      ("", "[tui]\n\(usual)\n"),
      ("a = 1\n", "a = 1\n\n[tui]\n\(usual)\n"),
      ("a = 1", "a = 1\n\n[tui]\n\(usual)\n"),
      ("a = 1 # why\r\n", "a = 1 # why\r\n\r\n[tui]\r\n\(usual)\r\n"),
      ("[tui]\n# mine\n\n[other]\nb = 2\n", "[tui]\n\(usual)\n# mine\n\n[other]\nb = 2\n"),
      ("[tui]", "[tui]\n\(usual)"),
      ("[ tui ] # x\n  theme = 'a'\n[x]\n", "[ tui ] # x\n  theme = 'a'\n  \(usual)\n[x]\n"),
      ("[tui.nux]\nz = 1\n", "[tui.nux]\nz = 1\n\n[tui]\n\(usual)\n"),
      ("tui.theme = \"x\"\n[a]\n", "tui.theme = \"x\"\ntui.\(usual)\n[a]\n"),
      (
        "x = \"\"\"\n[tui]\nstatus_line = 3\n\"\"\"\n",
        "x = \"\"\"\n[tui]\nstatus_line = 3\n\"\"\"\n\n[tui]\n\(usual)\n"
      ),
      (
        "[tui]\nstatus_line = [\"model\"] # mine\n",
        "[tui]\nstatus_line = [\"model\", \"context-remaining\"] # mine\n"
      ),
      (
        "[tui]\nstatus_line = [\n  'a', # one ]\n  \"b\",\n]\n",
        "[tui]\nstatus_line = [\n  'a', # one ]\n  \"b\",\n  \"context-remaining\",\n]\n"
      ),
      ("tui.status_line = []\n", "tui.status_line = [\"context-remaining\"]\n"),
      ("\u{FEFF}a = 1\n", "\u{FEFF}a = 1\n\n[tui]\n\(usual)\n"),
      ("a = { b = [1, {c = \"}\"}], d = 2 }\n", "a = { b = [1, {c = \"}\"}], d = 2 }\n\n[tui]\n\(usual)\n"),
    ])
  func roundTrip(_ before: String, _ after: String) throws {
    #expect(try installed(before) == after)
    #expect(try installed(after) == after)
    #expect(try uninstalled(after, before: before) == before)
  }

  @Test("stays when somebody has changed it since, and what Codex has written since stays too")
  func changed() throws {
    let before = "a = 1\n"
    let after = try installed(before)
    #expect(try uninstalled(after + "\n[x]\nb = 1\n", before: before) == "a = 1\n\n[x]\nb = 1\n")
    let nux = after.replacing(usual, with: "\(usual)\nscreen = true")
    #expect(try uninstalled(nux, before: before) == "a = 1\n\n[tui]\nscreen = true\n")
    let theirs = after.replacing("current-dir", with: "git-branch")
    #expect(try uninstalled(theirs, before: before) == theirs)
    let had = "[tui]\nstatus_line = [\"context-remaining\"]\n"
    #expect(try installed(had) == had)
    #expect(try uninstalled(had, before: had) == had)
  }

  @Test(
    "what cannot be read or added to is refused with its place",
    arguments: [
      ("a = \"x\n", "1:5: this string has no end; close it"),
      ("a = [1,\n", "1:5: this is not closed; write ']' at its end"),
      ("[tui\n", "1:5: ']' was expected here; write it"),
      ("a 1\n", "1:3: '=' and a value was expected here; write it"),
      ("a =\n", "1:4: a value was expected here; write it"),
      ("a = 1 2\n", "1:7: something stands behind the end of the value; put it on a line of its own"),
      ("é = 1\n", "1:1: a key was expected here; write it, in quotes if it needs them"),
      (
        "tui = { theme = 'x' }\n",
        "1:7: 'tui' is an inline table, which is not added to; make it a table [tui]"
      ),
      (
        "[tui]\nstatus_line = true\n",
        "2:15: 'status_line' is a list of names; write [\"model-with-reasoning\", \"context-remaining\", \"current-dir\"]"
      ),
      (
        "[tui]\nstatus_line = [1]\n",
        "2:16: 'status_line' is a list of names; write [\"model-with-reasoning\", \"context-remaining\", \"current-dir\"]"
      ),
    ])
  func refusals(_ text: String, _ message: String) {
    #expect { try installed(text) } throws: { "\($0)" == message }
  }

  @Test("reads tables, dotted and quoted keys")
  func reading() throws {
    let text = try TOMLText(
      Array(
        """
        [features]
        hooks = false
        [hooks.state."/h/.codex/hooks.json:pre_tool_use:0:0"]
        trusted_hash = "sha256:1"
        [[hooks.PreToolUse]]
        matcher = "Bash"
        """.utf8))
    #expect(text.value(["features", "hooks"]) == "false")
    #expect(text.keys(below: ["hooks", "state"]) == ["/h/.codex/hooks.json:pre_tool_use:0:0"])
    #expect(text.keys(below: ["hooks"]) == ["state", "PreToolUse"])
    #expect(text.says(["hooks", "PreToolUse"]))
    #expect(!text.says(["tui"]))
    #expect(text.value(["hooks", "PreToolUse", "matcher"]) == nil)
  }

  @Test("no text whatever makes it trap, and a text that is read keeps every other line")
  func fuzz() async throws {
    try await Seeds.each(250, fuzz)
  }

  private func fuzz(_ seed: Int) throws {
    var random = Seeded(UInt64(truncatingIfNeeded: seed))
    let pieces = [
      "[tui]", "[", "]", "status_line", "=", "\"a\"", "'", "\"\"\"", "\n", "\r\n", "#", ".", ",", "{", "}",
      "1", " ",
      "tui", "\\", "é", "[[x]]",
    ]
    let text = (0..<Int.random(in: 1...30, using: &random)).map { _ in
      pieces.randomElement(using: &random) ?? ""
    }.joined()
    guard let after = try? installed(text) else { return }
    #expect(try installed(after) == after)
    #expect(try uninstalled(after, before: text) == text)
  }

  @Test("refuses hostile depth")
  func depth() {
    #expect { try TOMLText(Array("a = \(String(repeating: "[", count: 500_000))".utf8)) } throws: {
      "\($0)".contains("nested deeper than 128 levels")
    }
  }
}

@Suite("What would change")
struct UnifiedDiffTests {
  private func diff(_ before: String?, _ after: String?) -> String {
    UnifiedDiff(before: before.map { Array($0.utf8) }, after: after.map { Array($0.utf8) }, name: "f")
      .lines.map(\.text).joined(separator: "\n")
  }

  @Test("is shown as diff -u shows it")
  func shown() {
    #expect(diff("a\n", "a\n").isEmpty)
    #expect(diff(nil, "a\nb\n") == "--- /dev/null\n+++ f\n@@ -0,0 +1,2 @@\n+a\n+b")
    #expect(diff("a\n", nil) == "--- f\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-a")
    #expect(
      diff("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nx\n6\n7\n8\n9\n")
        == "--- f\n+++ f\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+x\n 6\n 7\n 8")
    #expect(
      diff("a", "a\n") == "--- f\n+++ f\n@@ -1,1 +1,1 @@\n-a\n\\ No newline at end of file\n+a")
  }
}
