import Testing

@testable import Shell

/// A line and what its last push would change, as short text.
private struct PushCase: Sendable, CustomTestStringConvertible {
  let line: String
  let targets: String
  var branch: String? = "main"
  var config: String?

  var testDescription: String { line }
}

private func shown(_ push: Push?) -> String {
  guard let push else { return "none" }
  let targets = push.targets.map { target in
    var text = target.isForced ? "+" : ""
    if target.isDeleted { text += "-" }
    switch target.reference {
    case .branch(let name): text += name
    case .tag(let name): text += "tag:" + (name ?? "*")
    case .other(let name): text += name
    case .allBranches: text += "all"
    case .mirror: text += "mirror"
    case .matching: text += "matching"
    case .unknown: text += "?"
    }
    return (target.remote.map { $0 + "/" } ?? "") + text
  }
  return targets.joined(separator: " ") + (push.isDryRun ? " dry" : "")
    + (push.isForcedWithLease ? " lease" : "")
}

private let refspecs: [PushCase] = [
  PushCase(line: "git push", targets: "origin/main"),
  PushCase(line: "git push", targets: "origin/?", branch: nil),
  PushCase(line: "git push origin", targets: "origin/main"),
  PushCase(line: "git push origin main", targets: "origin/main", branch: nil),
  PushCase(line: "git push origin HEAD", targets: "origin/main"),
  PushCase(line: "git push origin @", targets: "origin/fix", branch: "fix"),
  PushCase(line: "git push origin HEAD", targets: "origin/?", branch: nil),
  PushCase(line: "git push origin HEAD:main", targets: "origin/main", branch: nil),
  PushCase(line: "git push origin +main", targets: "origin/+main"),
  PushCase(line: "git push origin :main", targets: "origin/-main"),
  PushCase(line: "git push origin refs/heads/main", targets: "origin/main"),
  PushCase(line: "git push origin heads/main", targets: "origin/main"),
  PushCase(line: "git push origin main:main", targets: "origin/main"),
  PushCase(line: "git push origin main:feature", targets: "origin/feature"),
  PushCase(line: "git push origin feature:main", targets: "origin/main"),
  PushCase(line: "git push origin main~2:main", targets: "origin/main"),
  PushCase(line: "git push origin +HEAD:refs/heads/main", targets: "origin/+main"),
  PushCase(line: "git push origin feature", targets: "origin/feature"),
  PushCase(line: "git push -u origin fix/main-heading", targets: "origin/fix/main-heading"),
  PushCase(line: "git push --all", targets: "origin/all"),
  PushCase(line: "git push --branches origin", targets: "origin/all"),
  PushCase(line: "git push --mirror x", targets: "x/+mirror"),
  PushCase(line: "git push --delete origin main", targets: "origin/-main"),
  PushCase(line: "git push origin --delete fix/main-heading", targets: "origin/-fix/main-heading"),
  PushCase(line: "git push -d origin main a", targets: "origin/-main origin/-a"),
  PushCase(line: "git push origin --tags", targets: "origin/tag:*"),
  PushCase(line: "git push --follow-tags", targets: "origin/main"),
  PushCase(line: "git push origin refs/tags/v1", targets: "origin/tag:v1"),
  PushCase(line: "git push origin tag v1", targets: "origin/tag:v1"),
  PushCase(line: "git push origin :refs/tags/v1", targets: "origin/-tag:v1"),
  PushCase(line: "git push origin HEAD:refs/for/main", targets: "origin/refs/for/main"),
  PushCase(line: "git push origin 'refs/heads/*:refs/heads/*'", targets: "origin/all"),
  PushCase(line: "git push origin :", targets: "origin/matching"),
  PushCase(line: "git push origin a main b", targets: "origin/a origin/main origin/b"),
  PushCase(line: "git push -f origin main", targets: "origin/+main"),
  PushCase(line: "git push -fu origin main", targets: "origin/+main"),
  PushCase(line: "git push --force-with-lease origin main", targets: "origin/+main lease"),
  PushCase(line: "git push --force-with-lease=main:abc origin main", targets: "origin/+main lease"),
  PushCase(line: "git push -n origin main", targets: "origin/main dry"),
  PushCase(line: "git push --dry-run origin main", targets: "origin/main dry"),
  PushCase(line: "git push --dry origin main", targets: "origin/main dry"),
  PushCase(line: "git push --repo=x main", targets: "main/main"),
  PushCase(line: "git push -o ci.skip origin main", targets: "origin/main"),
  PushCase(line: "git push --push-option ci.skip origin main", targets: "origin/main"),
  PushCase(line: "git push https://h/r.git main", targets: "https://h/r.git/main"),
  PushCase(line: "git push origin $B", targets: "origin/?"),
  PushCase(line: "git push origin $B:main", targets: "origin/main"),
  PushCase(line: "git push origin HEAD:$B", targets: "origin/?"),
  PushCase(line: "git push $R main", targets: "main"),
  PushCase(line: "B=main; git push origin HEAD:$B", targets: "origin/main"),
  PushCase(line: "git push origin $(git branch --show-current)", targets: "origin/main"),
  PushCase(line: "git push origin \"HEAD:$(git rev-parse --abbrev-ref HEAD)\"", targets: "origin/main"),
  PushCase(line: "git subtree push --prefix x origin main", targets: "origin/main"),
  PushCase(line: "git log", targets: "none"),
]

private let switches: [PushCase] = [
  PushCase(line: "git switch main && git merge -q fix && git push", targets: "origin/main", branch: "fix"),
  PushCase(line: "git switch -c fix && git push", targets: "origin/fix"),
  PushCase(line: "git checkout -b fix && git push", targets: "origin/fix"),
  PushCase(line: "git checkout -B fix origin/main && git push", targets: "origin/fix"),
  PushCase(line: "git checkout --orphan fix && git push", targets: "origin/fix"),
  PushCase(line: "git checkout -t origin/fix && git push", targets: "origin/fix"),
  PushCase(line: "git checkout fix && git push", targets: "origin/fix"),
  PushCase(line: "git checkout -- file && git push", targets: "origin/main"),
  PushCase(line: "git checkout fix -- file && git push", targets: "origin/main"),
  PushCase(line: "git checkout README.md && git push", targets: "origin/main"),
  PushCase(line: "git checkout . && git push", targets: "origin/main"),
  PushCase(line: "git checkout fix a b && git push", targets: "origin/main"),
  PushCase(line: "git switch - && git push", targets: "origin/?"),
  PushCase(line: "git checkout abc1234 && git push", targets: "origin/?"),
  PushCase(line: "git switch --detach && git push", targets: "origin/?"),
  PushCase(line: "git checkout $B && git push", targets: "origin/?"),
  PushCase(line: "git branch -m main && git push", targets: "origin/main", branch: "fix"),
  PushCase(line: "git worktree add ../w -b fix && cd ../w && git push", targets: "origin/fix"),
  PushCase(line: "git worktree add ../w main && git -C ../w push", targets: "origin/main", branch: "fix"),
  PushCase(line: "cd sub && git push", targets: "origin/main"),
  PushCase(line: "cd ../other && git push", targets: "origin/?"),
  PushCase(line: "cd $X && git push", targets: "origin/?"),
  PushCase(line: "git -C /elsewhere push", targets: "origin/?"),
  PushCase(line: "git --git-dir=/x/.git push", targets: "origin/?"),
  PushCase(line: "git --git-dir .git push", targets: "origin/main"),
  PushCase(line: "GIT_DIR=/x git push", targets: "origin/?"),
  PushCase(line: "git -C . push", targets: "origin/main"),
  PushCase(line: "(cd ../other); git push", targets: "origin/main"),
]

private let configured: [PushCase] = [
  PushCase(line: "git push", targets: "origin/main", config: "[push]\n\tdefault = current"),
  PushCase(
    line: "git push", targets: "origin/main", branch: "fix",
    config: "[push]\ndefault = upstream\n[branch \"fix\"]\n\tremote = origin\n\tmerge = refs/heads/main"),
  PushCase(
    line: "git push", targets: "origin/fix origin/main", branch: "fix",
    config: "[branch \"fix\"]\n\tremote = origin\n\tmerge = refs/heads/main"),
  PushCase(
    line: "git push origin HEAD", targets: "origin/main", branch: "fix",
    config: "[push]\ndefault = upstream\n[branch \"fix\"]\n\tremote = origin\n\tmerge = refs/heads/main"),
  PushCase(
    line: "git push", targets: "origin/fix", branch: "fix",
    config: "[push]\ndefault = simple\n[branch \"fix\"]\n\tmerge = refs/heads/main"),
  PushCase(line: "git push", targets: "fork/main", config: "[remote]\n\tpushDefault = fork"),
  PushCase(line: "git push", targets: "mine/main", config: "[branch \"main\"]\npushRemote = mine ; note"),
  PushCase(line: "git push", targets: "origin/matching", config: "[push]\ndefault = matching"),
  PushCase(line: "git push", targets: "", config: "[push]\ndefault = nothing"),
  PushCase(
    line: "git push", targets: "origin/main", branch: "fix", config: "[remote \"origin\"]\npush = HEAD:main"),
  PushCase(line: "git push", targets: "origin/+mirror", config: "[remote \"origin\"]\nmirror = true"),
  PushCase(line: "git -c push.default=matching push", targets: "origin/matching", config: ""),
  PushCase(line: "git config push.default matching; git push", targets: "origin/matching", config: ""),
  PushCase(
    line: "git config alias.p 'push origin main'; git p", targets: "origin/main", branch: "fix", config: ""),
  PushCase(line: "git p", targets: "origin/main", branch: "fix", config: "[alias]\n\tp = push origin main"),
]

private let servers: [PushCase] = [
  PushCase(line: "gh pr merge 5 --admin", targets: "?"),
  PushCase(line: "gh pr view 5", targets: "none"),
  PushCase(line: "gh api -X PUT repos/o/r/pulls/1/merge", targets: "?"),
  PushCase(line: "gh api repos/o/r/merges -f base=main -f head=x", targets: "main"),
  PushCase(line: "gh api --method POST /repos/o/r/merges -fbase=main", targets: "main"),
  PushCase(line: "gh api -XPATCH repos/o/r/git/refs/heads/main -f sha=a -F force=true", targets: "+main"),
  PushCase(line: "gh api -X DELETE repos/o/r/git/refs/heads/main", targets: "-main"),
  PushCase(line: "gh api repos/o/r/pulls", targets: "none"),
  PushCase(line: "gh api repos/o/r/pulls/1/merge", targets: "none"),
  PushCase(line: "gh api graphql -f query='mutation { mergePullRequest(input: {}) }'", targets: "?"),
]

@Suite("Pushes")
struct PushTests {
  private func push(_ example: PushCase, files: Files = .none) -> String {
    var session = Session(
      cwd: "/home/dev/app", branch: files.read("/home/dev/app/.git/HEAD") == nil ? example.branch : nil)
    let analysis = analyze(example.line, session: &session, programs: shippedPrograms, files: files)
    return shown(analysis.commands.last { $0.push != nil }?.push)
  }

  @Test("Targets come from the refspecs", arguments: refspecs)
  private func refspec(_ example: PushCase) { #expect(push(example) == example.targets) }

  @Test("The branch follows what the line switches to", arguments: switches)
  private func switched(_ example: PushCase) { #expect(push(example) == example.targets) }

  @Test("The repository's configuration decides what is left out", arguments: configured)
  private func configuration(_ example: PushCase) {
    let files = memory([
      "/home/dev/app/.git/HEAD": "ref: refs/heads/\(example.branch ?? "main")\n",
      "/home/dev/app/.git/config": example.config ?? "",
    ])
    #expect(push(example, files: files) == example.targets)
  }

  @Test("Merges on a server belong to the family", arguments: servers)
  private func server(_ example: PushCase) { #expect(push(example) == example.targets) }

  @Test("A linked worktree has its own HEAD and the shared configuration")
  func worktree() {
    let files = memory([
      "/w/.git": "gitdir: /home/dev/app/.git/worktrees/w\n",
      "/home/dev/app/.git/worktrees/w/HEAD": "ref: refs/heads/main\n",
      "/home/dev/app/.git/worktrees/w/commondir": "../..\n",
      "/home/dev/app/.git/config": "[remote]\npushdefault = fork\n",
    ])
    var session = Session(cwd: "/w/sub")
    let push = analyze("git push", session: &session, programs: shippedPrograms, files: files).commands[0]
      .push
    #expect(shown(push) == "fork/main")
  }

  @Test("A switch in one line holds for the next line")
  func carried() {
    var session = Session(cwd: "/r", branch: "main")
    _ = analyze("git switch -c fix", session: &session, programs: shippedPrograms)
    let command = analyze("git push", session: &session, programs: shippedPrograms).commands[0]
    #expect(shown(command.push) == "origin/fix")
    #expect(command.branch == "fix")
  }

  @Test("What the repository says counts more than an earlier line's switch")
  func repositoryCounts() {
    var session = Session(cwd: "/r")
    _ = analyze("git switch fix", session: &session, programs: shippedPrograms)
    let files = memory(["/r/.git/HEAD": "ref: refs/heads/main"])
    let command = analyze("git push", session: &session, programs: shippedPrograms, files: files).commands[0]
    #expect(command.branch == "main")
  }

  @Test("Flags of a push are told apart")
  func flags() {
    var session = Session(branch: "main")
    let command = analyze(
      "git push --no-verify --forc origin x", session: &session, programs: shippedPrograms)
    #expect(command.commands[0].push?.skipsHooks == true)
    let admin = analyze("gh pr merge 5 --admin", session: &session, programs: shippedPrograms).commands[0]
      .push
    #expect(admin?.isAdmin == true)
    #expect(admin?.kind == .pullRequestMerge)
    #expect(admin?.isResolved == false)
  }
}
