import Foundation
import Testing

@Suite("outrider install and uninstall")
struct InstallTests {
  private let mine =
    "{\r\n\t\"model\": \"opus\",\r\n\t\"hooks\": {\"Stop\": [{\"hooks\": [{\"type\": \"command\", \"command\": \"beep\"}]}]}\r\n}"

  @Test("a file that was there is given back byte for byte, with its mode", arguments: ["claude", "codex"])
  func roundTrip(_ agent: String) async throws {
    let house = try House()
    let file = agent == "codex" ? ".codex/hooks.json" : ".claude/settings.json"
    for text in [mine, "{}", "{ \n }", "{\"hooks\": {}}", "", "\n", "{\"hooks\": {\"PreToolUse\": [ ]}}\n"] {
      try house.write(text, to: file, mode: 0o640)
      let install = try await house.outrider("install", agent, "--yes")
      #expect(install.status == 0, "\(install.errors)")
      #expect(install.output.contains("+++ \(house.path)/\(file)"))
      #expect(house.text(file)?.contains("\(house.path)/bin/outrider hook --agent") == true)
      #expect(house.text(file)?.contains("beep") == text.contains("beep"))
      #expect(try mode(house, file) == 0o640)
      #expect(try await house.outrider("uninstall", agent, "--yes").status == 0)
      #expect(house.text(file) == text)
      #expect(try mode(house, file) == 0o640)
    }
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: "\(house.path)/.local/state/outrider/installed")
        .isEmpty)
  }

  @Test("what was not there is gone again, folders too", arguments: ["claude", "codex"])
  func missing(_ agent: String) async throws {
    let house = try House()
    #expect(try await house.outrider("install", agent, "--yes", "--status-line").status == 0)
    #expect(house.exists(".\(agent)"))
    #expect(try await house.outrider("uninstall", agent, "--yes").status == 0)
    #expect(!house.exists(".\(agent)"))
    let again = try await house.outrider("uninstall", agent, "--yes")
    #expect(again.status == 0)
    #expect(again.output.contains("nothing of Outrider's is in \(house.path)/.\(agent)/"))
    #expect(!house.exists(".\(agent)"))
  }

  @Test("a second install changes nothing and says so; one with the status line adds that alone")
  func idempotent() async throws {
    let house = try House()
    try house.write(
      "{\"statusLine\": {\"type\": \"command\", \"command\": \"echo it's\"}}", to: ".claude/settings.json")
    let first = try await house.outrider("install", "claude", "--yes")
    #expect(first.output.contains("outrider install claude --status-line"))
    let once = house.text(".claude/settings.json")
    let second = try await house.outrider("install", "claude")
    #expect(second.status == 0)
    #expect(second.output.contains("everything is installed already"))
    #expect(house.text(".claude/settings.json") == once)
    let line = try await house.outrider("install", "claude", "--status-line", "--yes")
    #expect(line.output.split(separator: "\n").filter { $0.hasPrefix("+") || $0.hasPrefix("-") }.count == 4)
    #expect(house.text(".claude/settings.json")?.contains(#"--status-line --then 'echo it'\\''s'"#) == true)
    try await house.outrider("uninstall", "claude", "--yes")
    #expect(
      house.text(".claude/settings.json")
        == "{\"statusLine\": {\"type\": \"command\", \"command\": \"echo it's\"}}")
  }

  @Test("a program that has moved, to a path that has to be quoted, is put right in our entries only")
  func moved() async throws {
    let house = try House()
    try house.write(mine, to: ".claude/settings.json")
    try await house.outrider("install", "claude", "--yes")
    let before = try #require(house.text(".claude/settings.json"))
    let place = "\(house.path)/it's here"
    try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      atPath: "\(place)/outrider", withDestinationPath: House.program.path)
    let run = try await house.outrider("install", "claude", "--yes", at: "\(place)/outrider")
    #expect(run.status == 0, "\(run.errors)")
    let quoted = #"'\#(house.path)/it'\\''s here/outrider'"#
    #expect(
      house.text(".claude/settings.json") == before.replacing("\(house.path)/bin/outrider", with: quoted))
    try await house.outrider("uninstall", "claude", "--yes")
    #expect(house.text(".claude/settings.json") == mine)
  }

  @Test("when others have written since, only our entries go")
  func changedSince() async throws {
    let house = try House()
    try house.write("{\"a\": 1}\n", to: ".claude/settings.json")
    try await house.outrider("install", "claude", "--status-line", "--yes")
    let there = try #require(house.text(".claude/settings.json"))
    try house.write(there.replacing("\"a\": 1", with: "\"a\": 2,\n  \"b\": [3]"), to: ".claude/settings.json")
    try await house.outrider("uninstall", "claude", "--yes")
    #expect(house.text(".claude/settings.json") == "{\"a\": 2,\n  \"b\": [3]}\n")

    try house.write("model = \"x\" # mine\n", to: ".codex/config.toml")
    try await house.outrider("install", "codex", "--status-line", "--yes")
    let configuration = try #require(house.text(".codex/config.toml"))
    try house.write(configuration + "\n[hooks.state]\n", to: ".codex/config.toml")
    try await house.outrider("uninstall", "codex", "--yes")
    #expect(house.text(".codex/config.toml") == "model = \"x\" # mine\n\n[hooks.state]\n")
    #expect(!house.exists(".codex/hooks.json"))
  }

  @Test("shows the change and writes nothing without --yes when nobody can be asked, or with --dry-run")
  func shown() async throws {
    let house = try House()
    try house.write(
      "{\n\t\"a\": \"\u{1B}]0;title\u{7}\"\n}\n".replacing("\u{1B}", with: "\\u001b").replacing(
        "\u{7}", with: "\u{9B}"), to: ".claude/settings.json")
    let before = house.text(".claude/settings.json")
    let asked = try await house.outrider("install", "claude", "--status-line")
    #expect(asked.status == 2)
    #expect(
      asked.errors.contains("nothing was written; to write this: outrider install claude --status-line --yes")
    )
    let dry = try await house.outrider("install", "claude", "--status-line", "--dry-run")
    #expect(dry.status == 0)
    #expect(dry.output == asked.output)
    #expect(dry.output.contains("@@ -1,3 +1,"))
    #expect(!dry.output.unicodeScalars.contains("\u{9B}"), "a control character reached the terminal")
    #expect(house.text(".claude/settings.json") == before)
    try await house.outrider("install", "codex", "--project", "--yes")
    let uninstall = try await house.outrider("uninstall", "codex", "--project")
    #expect(uninstall.status == 2)
    #expect(uninstall.errors.contains("outrider uninstall codex --project --yes"))
  }

  @Test("edits what a link leads to and keeps the link, also when it leads nowhere yet")
  func links() async throws {
    let house = try House()
    try house.write("{\"a\": 1}", to: "dots/settings.json")
    for folder in [".claude", ".codex"] {
      try FileManager.default.createDirectory(
        atPath: "\(house.path)/\(folder)", withIntermediateDirectories: true)
    }
    let links = [
      ".claude/settings.json": "../dots/settings.json", ".codex/hooks.json": "../dots/more/hooks.json",
    ]
    for (link, target) in links {
      try FileManager.default.createSymbolicLink(
        atPath: "\(house.path)/\(link)", withDestinationPath: target)
    }
    for agent in ["claude", "codex"] {
      #expect(try await house.outrider("install", agent, "--yes").status == 0)
    }
    #expect(house.text("dots/settings.json")?.contains("outrider hook") == true)
    #expect(house.text("dots/more/hooks.json")?.contains("outrider hook") == true)
    for agent in ["claude", "codex"] {
      #expect(try await house.outrider("uninstall", agent, "--yes").status == 0)
    }
    #expect(house.text("dots/settings.json") == "{\"a\": 1}")
    #expect(!house.exists("dots/more"))
    for (link, target) in links {
      #expect(try FileManager.default.destinationOfSymbolicLink(atPath: "\(house.path)/\(link)") == target)
    }
  }

  @Test("a file that is broken is refused with its place, and stays as it is")
  func malformed() async throws {
    let house = try House()
    try house.write("{\n  \"a\": 1, // why\n}\n", to: ".claude/settings.json")
    try house.write("\u{FEFF}{}", to: ".codex/hooks.json")
    let claude = try await house.outrider("install", "claude", "--yes")
    #expect(claude.status == 2)
    #expect(
      claude.errors
        == "\(house.path)/.claude/settings.json:2:11: JSON has no comments; take this one out; nothing was changed\n"
    )
    #expect(house.text(".claude/settings.json") == "{\n  \"a\": 1, // why\n}\n")
    let codex = try await house.outrider("install", "codex", "--yes")
    #expect(codex.status == 2)
    #expect(codex.errors.contains("Codex reads no file that begins with a byte order mark"))
    try house.write("[tui]\nstatus_line = \"x\n", to: ".codex/config.toml")
    try house.write("{}", to: ".codex/hooks.json")
    let toml = try await house.outrider("install", "codex", "--status-line", "--yes")
    #expect(toml.status == 2)
    #expect(toml.errors.contains("config.toml:2:15: this string has no end"))
    #expect(house.text(".codex/hooks.json") == "{}", "nothing is written when one of two cannot be")
    #expect(!house.exists(".local"))
  }

  @Test("what cannot be read or written is one sentence")
  func unwritable() async throws {
    let house = try House()
    try house.write("x", to: ".claude")
    let inFile = try await house.outrider("install", "claude", "--yes")
    #expect(inFile.status == 69)
    #expect(
      inFile.errors.contains("\(house.path)/.claude/settings.json: cannot be read (Not a directory); a part"))
    try FileManager.default.createDirectory(
      atPath: "\(house.path)/.codex/hooks.json", withIntermediateDirectories: true)
    let folder = try await house.outrider("install", "codex", "--yes")
    #expect(folder.status == 69)
    #expect(folder.errors.contains("this is no regular file; move it away"))
    house.set("CLAUDE_CONFIG_DIR", "/proc/none")
    let proc = try await house.outrider("install", "claude", "--yes")
    #expect(proc.status == 69)
    #expect(proc.errors.contains("/proc/none: cannot be made"))
    try FileManager.default.createSymbolicLink(atPath: "\(house.path)/loop", withDestinationPath: "loop")
    house.set("CLAUDE_CONFIG_DIR", "\(house.path)/loop")
    #expect(try await house.outrider("install", "claude", "--yes").errors.contains("symbolic links"))
  }

  @Test("goes where the agent is told to look, and into the repository that one stands in")
  func places() async throws {
    let house = try House()
    house.set("CLAUDE_CONFIG_DIR", "\(house.path)/c")
    house.set("CODEX_HOME", "\(house.path)/x")
    for agent in ["claude", "codex"] {
      #expect(try await house.outrider("install", agent, "--yes").status == 0)
      #expect(try await house.outrider("install", agent, "--project", "--yes", in: "shop/.git").status == 0)
    }
    for file in ["c/settings.json", "x/hooks.json", "shop/.claude/settings.json", "shop/.codex/hooks.json"] {
      #expect(house.exists(file), "\(file)")
    }
    let outside = try await house.outrider("install", "codex", "--project", "--yes", in: "bin")
    #expect(outside.status == 2)
    #expect(outside.errors.contains("there is no git repository here or above"))
    let line = try await house.outrider("install", "claude", "--project", "--status-line")
    #expect(line.status == 2)
    #expect(line.errors.contains("The status line is the user's own"))
  }

  @Test("says how Codex is told to trust hooks, and what switches hooks off")
  func notes() async throws {
    let house = try House()
    try house.write("[features]\nhooks = false\n", to: ".codex/config.toml")
    let codex = try await house.outrider("install", "codex", "--yes")
    #expect(codex.output.contains("choose \"Trust all and continue\""))
    #expect(codex.output.contains("WARNING: 'hooks' is false under [features]"))
    try house.write("{\"disableAllHooks\": true}", to: ".claude/settings.json")
    #expect(
      try await house.outrider("install", "claude", "--yes").output.contains(
        "WARNING: 'disableAllHooks' is true"))
  }

  private func mode(_ house: House, _ file: String) throws -> Int? {
    try FileManager.default.attributesOfItem(atPath: "\(house.path)/\(file)")[.posixPermissions] as? Int
  }
}
