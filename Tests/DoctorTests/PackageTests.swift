import Foundation
import Testing

/// `make install`, into a folder of the test's own.
@Suite("make install", .serialized)
struct PackageTests {
  /// Runs a program of the machine's, with its environment and more.
  private func run(_ words: [String], in house: House, _ environment: [String: String] = [:]) async throws
    -> House.Run
  {
    try await house.run(
      "/usr/bin/env", words, in: House.root,
      ProcessInfo.processInfo.environment.merging(environment) { $1 })
  }

  private func make(_ target: String, in house: House) async throws -> House.Run {
    try await run(
      ["make", "--no-print-directory", target, "PREFIX=/usr", "DESTDIR=\(house.path)/a stage"], in: house,
      ["PROGRAM": House.program.path])
  }

  /// Below the stage.
  private func files(_ house: House) -> Set<String> {
    let all = FileManager.default.enumerator(atPath: "\(house.path)/a stage")?.allObjects as? [String] ?? []
    return Set(all)
  }

  @Test("puts everything in its place, finds its rules there, and takes it all out again, but nothing else")
  func roundTrip() async throws {
    let house = try House()
    try house.write("mine", to: "a stage/usr/share/man/man1/other.1")
    let before = files(house)
    let install = try await make("install", in: house)
    #expect(install.status == 0, "\(install.errors)")
    for file in [
      "bin/outrider", "share/outrider/rules/gitops.yaml", "share/outrider/rules/agents/codex.yaml",
      "share/man/man1/outrider.1", "share/bash-completion/completions/outrider",
      "share/zsh/site-functions/_outrider", "share/fish/vendor_completions.d/outrider.fish",
    ] {
      #expect(files(house).contains("usr/\(file)"), "\(file)")
    }
    let judged = try await run(
      ["-u", "OUTRIDER_RULES", "\(house.path)/a stage/usr/bin/outrider", "judge", "kubectl apply -f x"],
      in: house, ["HOME": house.path])
    #expect(judged.status == 1)
    #expect(judged.output.contains("a stage/usr/share/outrider/rules/gitops.yaml"), "\(judged.output)")

    // A rule file of an older version is in force no more.
    let stale = "a stage/usr/share/outrider/rules/stale.yaml"
    try house.write("rules: []", to: stale)
    let list = "a stage/usr/share/outrider/installed"
    try house.write(try #require(house.text(list)) + "share/outrider/rules/stale.yaml\n", to: list)
    #expect(try await make("install", in: house).status == 0)
    #expect(!house.exists(stale))

    #expect(try await make("uninstall", in: house).status == 0)
    // A folder that belongs to everybody stays, also when it is empty.
    #expect(files(house) == before.union(["usr/bin"]))
    let again = try await make("uninstall", in: house)
    #expect(again.status != 0 && again.errors.contains("nothing is installed below"))
  }

  @Test("never removes what lies outside, whatever its list says")
  func outside() async throws {
    let house = try House()
    try house.write("precious", to: "a stage/precious")
    try house.write("share/../../precious\n", to: "a stage/usr/share/outrider/installed")
    let run = try await make("uninstall", in: house)
    #expect(run.status != 0 && run.errors.contains("which is outside"))
    #expect(house.exists("a stage/precious"))
  }

  /// Every command of the program with those below it, as people write them.
  private func commands(_ house: House) async throws -> [String] {
    struct Dump: Decodable {
      struct Command: Decodable {
        let commandName: String
        let shouldDisplay: Bool
        let subcommands: [Command]?
      }
      let command: Command
    }
    func names(_ command: Dump.Command, _ above: String) -> [String] {
      (command.subcommands ?? []).filter { $0.shouldDisplay && $0.commandName != "help" }.flatMap {
        ["\(above)\($0.commandName)"] + names($0, "\(above)\($0.commandName) ")
      }
    }
    let dump = try await run([House.program.path, "--experimental-dump-help"], in: house)
    return names(try JSONDecoder().decode(Dump.self, from: Data(dump.output.utf8)).command, "")
  }

  @Test("makes a man page in which every command stands with its options, and that man can show")
  func manual() async throws {
    let house = try House()
    let page = try await run(["scripts/manual", House.program.path], in: house)
    #expect(page.status == 0, "\(page.errors)")
    let names = try await commands(house)
    #expect(names.count > 20 && names.contains("rules check") && names.contains("watch"))
    for name in names {
      #expect(page.output.contains(".Ss \"\(name.replacing("-", with: "\\-"))\"\n"), "\(name)")
    }
    for name in names where !["rules", "log"].contains(name) {
      #expect(page.output.contains(".Ic \"\(name.replacing("-", with: "\\-"))\"\n"), "\(name)")
    }
    #expect(page.output.contains(#".It Fl "\-observe"#))
    #expect(!page.output.split(separator: "\n").contains { $0.hasPrefix("'") })
    guard try await run(["man", "--version"], in: house).status == 0 else {
      print("man is not installed: that it can show the page is not tried")
      return
    }
    try house.write(page.output, to: "outrider.1")
    let shown = try await run(
      ["man", "-l", "--warnings", "\(house.path)/outrider.1"], in: house,
      ["MANWIDTH": "100", "LC_ALL": "C.UTF-8"])
    #expect(shown.status == 0 && shown.errors.isEmpty, "\(shown.errors)")
    #expect(shown.output.contains("outrider watch") && shown.output.contains("EXIT STATUS"))
  }

  @Test("makes completions by which bash completes a command, one below it, and an option")
  func completion() async throws {
    let house = try House()
    let script = try await run([House.program.path, "--generate-completion-script", "bash"], in: house)
    try house.write(script.output, to: "completion")
    func completed(_ words: String...) async throws -> [String] {
      let line = words.joined(separator: " ")
      let answer = try await run(
        [
          "bash", "-c",
          #"""
          . "$1"; shift
          function=$(complete -p outrider | sed 's/.*-F \([^ ]*\) .*/\1/')
          COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}
          "$function" outrider "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
          printf '%s\n' "${COMPREPLY[@]}"
          """#, "bash", "\(house.path)/completion",
        ] + words, in: house)
      #expect(answer.errors.isEmpty, "\(line): \(answer.errors)")
      return answer.output.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }.sorted()
    }
    #expect(try await completed("outrider", "que") == ["queue"])
    #expect(try await completed("outrider", "st") == ["status", "stop"])
    #expect(try await completed("outrider", "rules", "ch") == ["check"])
    #expect(try await completed("outrider", "watch", "--take") == ["--take-over"])
  }
}
