import Shell
import Testing

@testable import Senses

private func bytes(_ words: [String]) -> [UInt8] { words.flatMap { Array($0.utf8) + [0] } }

@Suite("The words of a program")
struct ArgumentTests {
  @Test(
    "begin with what says what is done",
    arguments: [
      (["/usr/bin/env", "bash", "/opt/bin/kubectl", "apply"], ["/opt/bin/kubectl", "apply"]),
      (["/bin/bash", "/opt/bin/kubectl", "apply", ""], ["/opt/bin/kubectl", "apply", ""]),
      (["/bin/bash", "-eu", "-o", "pipefail", "d.sh", "-c"], ["d.sh", "-c"]),
      (["env", "-i", "A=b", "kubectl", "get"], ["kubectl", "get"]),
      (["busybox", "rm", "-rf", "/"], ["rm", "-rf", "/"]),
      (["/bin/busybox", "sh", "x.sh"], ["x.sh"]),
      (["python3.11", "-u", "tool.py", "x"], ["tool.py", "x"]),
      (["node", "--max-old-space-size=99", "/usr/bin/npx", "cdk"], ["/usr/bin/npx", "cdk"]),
      (["python3", "-c", "print(1)"], ["python3", "-c", "print(1)"]),
      (["python3", "-m", "http.server"], ["python3", "-m", "http.server"]),
      (["bash"], ["bash"]), (["-bash"], ["-bash"]), (["env"], ["env"]), (["bash", "--"], ["bash", "--"]),
      (["kubectl", "apply", "-f", "a b"], ["kubectl", "apply", "-f", "a b"]), ([], []),
    ])
  func subject(words: [String], subject: [String]) {
    let arguments = Arguments(bytes(words))
    #expect(arguments.words == subject)
    #expect(arguments.text == nil)
  }

  @Test(
    "of a shell with a text to run are told apart",
    arguments: [
      (["bash", "-c", "kubectl apply", "x"], "kubectl apply"), (["/bin/sh", "-ec", "a; b"], "a; b"),
      (["bash", "-l", "-c", "x"], "x"), (["env", "zsh", "-c", "x"], "x"),
      (["busybox", "sh", "-c", "x"], "x"),
    ])
  func text(words: [String], text: String) {
    let arguments = Arguments(bytes(words))
    #expect(arguments.text == text)
    #expect(arguments.words == words)
  }

  @Test("make a line that a shell reads back as exactly these words", arguments: 0..<300)
  func quoting(seed: UInt64) throws {
    var state = (seed &+ 1) &* 0x9E37_79B9_7F4A_7C15
    func next(_ bound: Int) -> Int {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Int(state % UInt64(bound))
    }
    let signs: [Character] = Array("ab1 '\"\\$`!*?[]{}()<>|&;#~=%^-\t\n…é\u{202E}:,./")
    let words =
      ["prog"] + (0..<next(6)).map { _ in String((0..<next(9)).map { _ in signs[next(signs.count)] }) }
    var session = Session()
    let line = Arguments(words: words).line
    let analysis = analyze(line, session: &session, programs: ProgramTable())
    #expect(analysis.commands.map(\.words) == [words], "\(line)")
    #expect(!analysis.isTruncated)
  }

  @Test("of any bytes at all are read without harm", arguments: 0..<300)
  func hostile(seed: UInt64) {
    var state = (seed &+ 1) &* 0x9E37_79B9_7F4A_7C15
    func next() -> UInt8 {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      let choices: [UInt8] = [0, 0, 0x2D, 0x63, 0x2F, 0x3D, 0xFF, 0x20]
      return state % 3 == 0 ? UInt8(truncatingIfNeeded: state >> 8) : choices[Int(state >> 16 & 7)]
    }
    let bytes = Array("env\0bash\0-".utf8) + (0..<Int(next())).map { _ in next() }
    let arguments = Arguments(bytes)
    #expect(arguments.words.count <= bytes.count + 1)
    _ = bytes.withUnsafeBufferPointer { Watchlist().looksAt($0) }
  }
}
