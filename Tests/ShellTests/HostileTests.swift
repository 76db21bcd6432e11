import Foundation
import Support
import Testing

@testable import Shell

private let pieces = [
  "\"", "'", "$(", ")", "`", "{", "}", "${", "$((", "((", "(", "[[ ", "]]", "\\", "\n", " ", "a", "kubectl ",
  "=",
  "<<EOF\n", "\nEOF\n", "<(", ">(", "|", "&&", ";", "if ", "then ", "fi ", "case x in ", "esac ", ";;",
  "for f in ",
  "do ", "done ", "f() ", "f ", "eval ", "sh -c ", "xargs ", "$x", "x=", "x+=", "${x:-", "${x//a/", "#", "~",
  "*",
  "{a,b}", "{1..9}", "…", "é", "\u{0}", "git push ", "origin ", ":", "+", "HEAD", "sudo ", "env ", "ssh h ",
  "-c ",
  "alias ", "cd ", "$'", "\\x", "!", "echo ", "| sh ", "> f ", "sh f ", "printf ", "%s", "2>&1", "<<<",
  "trap ",
  "python -c ", "system(", "node -e ", "spawnSync('", "run([", "perl -e ", "qw(", "\\\"", "read x ",
  "set -- ", "\"$@\" ", "make ", "unset x ", "while ", "coproc ",
  "function ",
]

@Suite("Hostile lines")
struct HostileTests {
  private func analysis(_ text: String) -> Analysis {
    var session = Session()
    return analyze(text, session: &session, programs: shippedPrograms)
  }

  @Test(
    "Work grows with the length of the text and no faster",
    arguments: [
      "\"$(echo '", "$(", "`", "`\\`", "{a,", "{ ", "(", "((", "$((", "\"", "'", "\"'", "${x:-", "${", "if ",
      "case x in a) ",
      "a b ", "a;", "a|", "a&&", "<<EOF\n", "<(", "x=(", "[[ ", "function f ", "f() { ", "eval ", "sudo ",
      "env ",
      "bash -c \"", "\\", "$x", "x=$x$x;", "{1..9}", "{a,b}", "a=b ", "cd a;", "!", "$'", "time ", "xargs ",
      "find -exec ",
      "ssh h ", "git ", "alias a=b;", "f(){ f;f; };f;", "for i in a b c; do ", "x+=aaaa;", "echo a | sh;",
      "sh -c 'a';", "&", ")",
    ])
  func linear(_ piece: String) {
    let short = analysis(String(repeating: piece, count: 20_000 / piece.utf8.count)).steps
    let long = analysis(String(repeating: piece, count: 80_000 / piece.utf8.count)).steps
    #expect(long <= max(short * 5, Limits.baseSteps + Limits.stepsPerByte * 80_000 + 400_000))
    #expect(long <= Limits.baseSteps + 40 * 80_000 * 2)
  }

  @Test(
    "What multiplies is cut off and says so",
    arguments: [
      String(repeating: "x=$x$x$x$x;", count: 40).replacing("x=$x$x$x$x;", with: "x=${x:-ab}$x$x$x;") + "$x",
      "f() { g; g; g; }; g() { h; h; h; }; h() { f; f; f; }; f",
      "echo " + String(repeating: "{a,b}", count: 40),
      "echo " + String(repeating: "{", count: 300) + "a,b" + String(repeating: "}", count: 300),
      String(repeating: "for i in 1 2 3 4 5 6 7 8 9; do ", count: 9) + "kubectl get $i",
      String(repeating: "bash -c \"", count: 100) + "kubectl",
      "eval '" + String(repeating: "eval ", count: 30_000) + "kubectl'",
    ])
  func bombs(_ text: String) {
    let result = analysis(text)
    #expect(result.commands.count <= 2048)
    #expect(result.steps < Limits.baseSteps + 40 * text.utf8.count + 400_000)
  }

  @Test("Scripts, aliases and functions that run themselves end")
  func loops() {
    #expect(lines(of: "alias a=b; alias b=a; a x").count < 10)
    #expect(lines(of: "echo 'sh b' > a; echo 'sh a' > b; sh a").count < 12)
    #expect(lines(of: "f() { g; }; g() { f; }; f").count < 10)
    #expect(lines(of: "trap 'trap x EXIT' EXIT").count < 10)
    let files = [
      "/p/Makefile": "a: b\n\tmake b\nb: a\n\tmake a\n", "/p/package.json": #"{"scripts":{"x":"npm run x"}}"#,
    ]
    #expect(lines(of: "make a; npm run x", session: Session(cwd: "/p"), files: files).count < 300)
  }

  @Test("Too deep a nesting is opaque and truncated")
  func deep() {
    let result = analysis("ls; " + String(repeating: "$(", count: 500) + "kubectl apply")
    #expect(result.isTruncated)
    #expect(result.commands.contains { $0.opaqueReason == .tooDeep })
  }

  @Test(
    "Megabytes of nesting do not end the process",
    arguments: ["\"$(", "(", "{ ", "`\\", "${a:-", "$((", "if a; then "])
  func megabytes(_ piece: String) async {
    let text = String(repeating: piece, count: 1_000_000 / piece.utf8.count)
    let isTruncated = await Task.detached {
      var session = Session()
      return analyze(text, session: &session, programs: shippedPrograms).isTruncated
    }.value
    #expect(isTruncated)
  }

  @Test(
    "The deepest texts fit into a thread's stack of one megabyte",
    arguments: [
      "bash -c \"", "eval eval ", "( ", "{ ", "sudo ", "\"$(", "`", "if a; then ", "${a:-",
      "env env bash -c '", "f() { ",
      "x() { x() { ",
    ])
  func stack(_ piece: String) {
    let nested = String(repeating: piece, count: 2000)
    let quoted = (0..<24).reduce("kubectl apply") { text, _ in
      "bash -c " + Evaluator.shellQuoted(Field(text.utf8.count < 100_000 ? text : "ls"))
    }
    let done = DispatchSemaphore(value: 0)
    let thread = Thread {
      for text in [nested, "eval " + Evaluator.shellQuoted(Field(nested)), quoted] {
        var session = Session()
        _ = analyze(text, session: &session, programs: shippedPrograms)
      }
      done.signal()
    }
    thread.stackSize = 1 << 20
    thread.start()
    done.wait()
  }

  @Test("Random pieces of shell never trap", arguments: 0..<8)
  func pieceFuzz(_ seed: Int) {
    var random = Seeded(UInt64(seed) &* 7919 &+ 1)
    var session = Session()
    for round in 0..<400 {
      if round % 50 == 0 { session = Session(cwd: "/r", branch: "main") }
      let count = Int.random(in: 1...60, using: &random)
      let text = (0..<count).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
      let result = analyze(text, session: &session, programs: shippedPrograms)
      #expect(result.steps < Limits.baseSteps * 3, "seed \(seed): \(text)")
    }
  }

  @Test("Random bytes never trap", arguments: 0..<4)
  func byteFuzz(_ seed: Int) {
    var random = Seeded(UInt64(seed) &+ 99)
    var session = Session()
    for _ in 0..<500 {
      let bytes = (0..<Int.random(in: 0...120, using: &random)).map { _ in
        Bool.random(using: &random)
          ? UInt8.random(in: 32...126, using: &random) : UInt8.random(in: 0...255, using: &random)
      }
      _ = analyze(String(decoding: bytes, as: UTF8.self), session: &session, programs: shippedPrograms)
    }
  }

  @Test(
    "A call in code whose text is never closed is survived",
    arguments: [
      "node -e \"require('child_process').spawnSync('kube", "perl -e 'system(\"ks -!i'",
      "python3 -c \"import os; os.execvp('kubectl',[", "perl -e 'system(qw(a", "ruby -e '%x(a",
      "node -e 'exec(\"",
    ])
  func unclosedCalls(_ line: String) {
    #expect(analysis(line).isTruncated || !analysis(line).commands.isEmpty)
  }

  /// Lines of every kind, as a pane would cut them.
  @Test("Prefixes of every line of the table of verdicts that holds a call or a substitution are survived")
  func tablePrefixes() throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../fixtures/judge-table.txt")
    for row in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
      guard let line = row.components(separatedBy: " | ").dropFirst().first, line.contains("(") else {
        continue
      }
      for length in stride(from: row.utf8.count % 3, to: line.count, by: 3) {
        _ = analysis(String(line.prefix(length)))
      }
    }
  }

  @Test("Every prefix of a real line is survived, and an unfinished one is truncated")
  func prefixes() {
    let line =
      "cd \"k 8s\" && K='kubectl' bash -c \"$(cat <<'E'\nkubectl apply\nE\n)\" | tee >(sh) ${x:-$((1+2))} $'a\\x41'"
    for end in line.indices {
      _ = analysis(String(line[..<end]))
    }
    #expect(analysis("echo 'a").isTruncated)
    #expect(analysis("echo $(a").isTruncated)
    #expect(analysis("if a; then b").isTruncated)
    #expect(analysis("a &&").isTruncated)
    #expect(!analysis(line).isTruncated)
  }
}
