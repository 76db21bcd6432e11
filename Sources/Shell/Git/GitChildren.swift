/// What git prints that is known, and what it runs in turn.
extension Evaluator {
  mutating func gitChildren(_ args: [Field], _ call: Call) {
    let invocation = Invocation(args, program: "git", table: programs)
    guard let index = invocation.words.first, args[index].isKnown else {
      writeUnknown()
      return
    }
    let rest = Array(args[(index + 1)...])
    let subcommand = args[index].text
    if sink != nil {
      if let output = output(subcommand, rest, args, invocation) {
        write(output + "\n")
      } else {
        writeUnknown()
      }
    }
    switch subcommand {
    case "rebase":
      for (position, field) in rest.enumerated() {
        if field.text == "-x" || field.text == "--exec", position + 1 < rest.count {
          runChild(rest[position + 1], args, call)
        } else if field.text.hasPrefix("--exec=") {
          runChild(Field(String(field.text.dropFirst(7))), args, call)
        }
      }
    case "bisect" where rest.first?.text == "run":
      guard descend() else { return }
      execute(Array(rest.dropFirst()), child(call))
      ascend()
    case "submodule" where rest.contains { $0.text == "foreach" }:
      let words = rest.drop { $0.text != "foreach" }.dropFirst().drop { $0.text.utf8.first == Byte.dash }
      if !words.isEmpty { runChild(joined(words), args, call) }
    default:
      if !Self.commands.contains(subcommand) { alias(subcommand, rest, args, invocation, call) }
    }
  }

  private func child(_ call: Call) -> Call {
    var inner = call
    inner.wrappers.append("git")
    inner.isDirect = false
    return inner
  }

  private mutating func runChild(_ text: Field, _ args: [Field], _ call: Call) {
    guard descend() else { return }
    defer { ascend() }
    let scope = enterScope()
    runText(text, outer: args, child(call))
    leave(scope)
  }

  private mutating func output(
    _ subcommand: String, _ rest: [Field], _ args: [Field], _ invocation: Invocation
  ) -> String? {
    let words = rest.map(\.text)
    let asksBranch =
      subcommand == "branch" && words == ["--show-current"]
      || subcommand == "rev-parse" && words.contains("--abbrev-ref") && words.last == "HEAD"
      || subcommand == "symbolic-ref" && words.contains("--short") && words.last == "HEAD"
    guard asksBranch, let directory = gitContext(args, invocation).directory else { return nil }
    return currentBranch(in: directory)
  }

  /// A git alias, from `-c`, an earlier `git config` or the configuration files.
  private mutating func alias(
    _ name: String, _ rest: [Field], _ args: [Field], _ invocation: Invocation, _ call: Call
  ) {
    let context = gitContext(args, invocation)
    guard let value = setting("alias." + name.lowercased(), context) else { return }
    var text = ""
    if value.hasPrefix("!") {
      text = String(value.dropFirst())
    } else {
      text = "git"
      for index in invocation.globals { text += " " + Self.shellQuoted(args[index]) }
      text += " " + value
    }
    for field in rest { text += " " + Self.shellQuoted(field) }
    guard descend() else { return }
    let outer = outerWrappers
    outerWrappers += call.wrappers
    run(text, from: .gitAlias(name), key: "alias " + name)
    outerWrappers = outer
    ascend()
  }

  /// Commands of git itself, which no alias can change.
  private static let commands: Set<String> = [
    "add", "am", "apply", "archive", "bisect", "blame", "branch", "bundle", "checkout", "cherry",
    "cherry-pick",
    "clean", "clone", "commit", "config", "describe", "diff", "fetch", "filter-branch", "format-patch",
    "fsck",
    "gc", "grep", "init", "log", "ls-files", "ls-remote", "ls-tree", "merge", "merge-base", "mv", "notes",
    "pull", "push", "rebase", "reflog", "remote", "reset", "restore", "rev-list", "rev-parse", "revert", "rm",
    "send-pack", "shortlog", "show", "sparse-checkout", "stash", "status", "submodule", "subtree", "switch",
    "symbolic-ref", "tag", "update-index", "update-ref", "version", "worktree", "cat-file", "hash-object",
  ]
}
