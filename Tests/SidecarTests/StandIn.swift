import Foundation
import Sidecar
import Support
import Testing
import Tmux

/// Stand-ins for agents that execute programs, and people before a terminal.
extension LiveStage {
  /// Opens a pane with a stand-in for Claude Code: its name, its banner, and a script of bash.
  ///
  /// - Returns: The file in which watched programs say that they ran; see `ExecStage.furnish`.
  @discardableResult
  func standIn(_ script: String) async throws -> String {
    let work = folder.appending(path: "work")
    try ExecStage.furnish(work)
    let marks = work.appending(path: "marks").path
    let agent = work.appending(path: "bin/claude").path
    try "#!/bin/bash\nprintf ' Claude Code v2.1.330\\n\\n'\n\(script)\n".write(
      toFile: agent, atomically: true, encoding: .utf8)
    chmod(agent, 0o755)
    try await open(
      "agent", "export MARKS='\(marks)' PATH='\(work.path)/bin':/usr/bin:/bin; claude; sleep 100")
    return marks
  }

  /// The same with a script that is done again and again.
  @discardableResult
  func standIn(repeating script: String) async throws -> String {
    try await standIn("while sleep 0.3; do\n\(script)\ndone")
  }

  /// Watches executions too, until the body has returned.
  ///
  /// - Parameter rules: A file of the test's own beside the shipped rules.
  func watchingExecutions(_ rules: String? = nil, _ body: (Watcher) async throws -> Void) async throws {
    var library = Fixtures.library
    if let rules {
      let file = folder.appending(path: "own.yaml")
      try rules.write(to: file, atomically: true, encoding: .utf8)
      library = try RuleLibrary(Fixtures.sources(adding: [file]))
    }
    var settings = Watcher.Settings.quiet
    settings.executions = ExecWatch.Settings()
    try await watching(settings: settings, library: library) { watcher in
      try await eventually("the agent is seen") { !agents.isEmpty }
      try await body(watcher)
    }
  }

  /// Tells the stand-in to go on, again and again until that has shown: its process is looked for only when its pane
  /// has shown something, and what it does before that is not seen.
  func goOn(until what: String, _ holds: () async throws -> Bool) async throws {
    let go = folder.appending(path: "go")
    try await eventually(what) {
      if try await holds() { return true }
      if !FileManager.default.fileExists(atPath: go.path) { try Data().write(to: go) }
      return false
    }
  }

  /// A server with a session `main`, and another one in which a person looks at it, in the session `person`.
  static func withPerson(_ body: (_ watched: LiveStage, _ person: LiveStage) async throws -> Void)
    async throws
  {
    try await with { inner in
      try await inner.open("main", "cat")
      guard case .named(let name) = inner.server.socket else { return }
      try await with { outer in
        try await outer.open("person", "TMUX= exec tmux -L \(name) attach -t main")
        try await eventually("a person is attached") {
          try await !inner.server.run(["list-clients"]).isEmpty
        }
        try await body(inner, outer)
      }
    }
  }
}
