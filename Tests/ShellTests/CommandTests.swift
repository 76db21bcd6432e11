import Testing

@testable import Shell

@Suite("Command lines")
struct CommandTests {
  @Test("Quotes, escapes and braces are what a shell makes of them", arguments: quotingExamples)
  func quotes(_ example: Case) { #expect(lines(of: example.line) == example.commands) }

  @Test("Lists and compound commands give their simple commands", arguments: listExamples)
  func compounds(_ example: Case) { #expect(lines(of: example.line) == example.commands) }

  @Test("What is only mentioned is no command", arguments: mentionExamples)
  func mentioned(_ example: Case) { #expect(lines(of: example.line) == example.commands) }

  @Test(
    "Variables, aliases and functions are resolved where the text tells them", arguments: variableExamples)
  func resolved(_ example: Case) { #expect(lines(of: example.line) == example.commands) }

  @Test("Wrappers are taken off as deep as they go", arguments: wrapperExamples)
  func unwrapped(_ example: Case) { #expect(lines(of: example.line) == example.commands) }

  @Test("What feeds a shell, and scripts that the line wrote, are code", arguments: fedShellExamples)
  func fed(_ example: Case) { #expect(lines(of: example.line) == example.commands) }

  @Test("Global options are left out of the line", arguments: optionExamples)
  func normalised(_ example: Case) { #expect(lines(of: example.line) == example.commands) }
}

@Suite("Recorded sessions")
struct RecordedLineTests {
  @Test("A session that pushes is followed from line to line")
  func pushes() {
    var session = Session(cwd: "/home/dev/app", branch: "main")
    let targets = [
      "git switch -c fix/main-heading && echo fixed >> README.md && git commit -qam 'fix: heading of the main page'",
      "git push -u origin fix/main-heading",
      "git switch main && git merge -q fix/main-heading && git push",
      "echo again >> README.md; git commit -qam 'fix: again'; git push origin HEAD:main",
      "git commit -q --amend -m 'fix: again, better' && git push --force-with-lease origin main",
      "git push origin --delete fix/main-heading",
    ].map { line in
      analyze(line, session: &session, programs: shippedPrograms).commands.compactMap { $0.push?.branches }
    }
    #expect(
      targets == [[], [["fix/main-heading"]], [["main"]], [["main"]], [["main"]], [["fix/main-heading"]]])
  }
}
