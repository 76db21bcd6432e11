import Testing

@testable import Shell

@Suite("What is told of a command")
struct FieldTests {
  private func commands(_ line: String, _ session: Session = Session(), files: [String: String] = [:])
    -> [SimpleCommand]
  {
    var session = session
    return analyze(line, session: &session, programs: shippedPrograms, files: memory(files)).commands
  }

  @Test("Words, wrappers, assignments and redirections are kept apart")
  func parts() {
    let command = commands("A=1 sudo -E env B=2 /usr/bin/kubectl -n x apply -f 'a b' 2>err >>out")[0]
    #expect(command.words == ["/usr/bin/kubectl", "-n", "x", "apply", "-f", "a b"])
    #expect(command.program == "kubectl")
    #expect(command.line == "kubectl apply -f 'a␣b'")
    #expect(command.globalOptions == ["-n", "x"])
    #expect(command.assignments == ["A=1", "B=2"])
    #expect(command.wrappers == ["sudo", "env"])
    #expect(
      command.redirections == [
        Redirection(op: ">", descriptor: 2, target: "err"),
        Redirection(op: ">>", descriptor: 1, target: "out"),
      ])
  }

  @Test("A message cannot pose as an option or a subcommand")
  func posing() {
    let line = commands("git commit -m 'docs: use --no-verify now'")[0].line
    #expect(line == "git commit -m 'docs:␣use␣--no-verify␣now'")
    #expect(!line.contains(" --no-verify"))
  }

  @Test("Wrappers reach into the texts that they run")
  func outerWrappers() {
    #expect(commands("sudo bash -c 'kubectl apply'")[0].wrappers == ["sudo"])
    #expect(commands("HUSKY=0 bash -c 'git commit'")[0].assignments == ["HUSKY=0"])
    #expect(commands("export HUSKY=0; git commit").last?.exported == ["HUSKY=0"])
  }

  @Test("The host says where a command runs")
  func hosts() {
    #expect(commands("ssh me@h kubectl apply").last?.host == .remote("me@h"))
    #expect(commands("docker exec -it c kubectl apply").last?.host == .container("c"))
    #expect(commands("kubectl exec p -- kubectl apply").last?.host == .pod("p"))
    #expect(commands("ssh h ls; kubectl apply").last?.host == nil)
    #expect(commands("ssh h 'cd x; ls'", Session(cwd: "/a")).last?.cwd == nil)
  }

  @Test("The working directory follows cd, and subshells keep theirs")
  func directories() {
    #expect(commands("cd k8s && kubectl apply").last?.cwd == "k8s")
    #expect(commands("cd k8s && kubectl apply", Session(cwd: "/home/dev")).last?.cwd == "/home/dev/k8s")
    #expect(commands("(cd k8s; a); b", Session(cwd: "/d")).last?.cwd == "/d")
    #expect(commands("cd a; cd ..; cd -; b", Session(cwd: "/d")).last?.cwd == "/d/a")
    #expect(commands("cd \"$X\"; b", Session(cwd: "/d")).last?.cwd == nil)
    #expect(commands("cd; b").last?.cwd == "~")
    #expect(commands("pushd a; popd; b", Session(cwd: "/d")).last?.cwd == "/d")
  }

  @Test("A line that the pane cut is truncated, the last command with it")
  func cut() {
    var session = Session()
    let analysis = analyze("cd k8s && kubectl apply -f ov…", session: &session, programs: shippedPrograms)
    #expect(analysis.isTruncated)
    #expect(analysis.commands.map(\.isTruncated) == [false, true])
    #expect(analysis.commands[1].line == "kubectl apply -f ov")
    let inner = analyze("bash -c \"kubectl apply …", session: &session, programs: shippedPrograms)
    #expect(inner.commands.map(\.line) == ["kubectl apply"])
    #expect(inner.commands[0].isTruncated)
    #expect(!analyze("echo a… b", session: &session, programs: shippedPrograms).isTruncated)
  }

  @Test("What a script holds says which script")
  func sources() {
    let found = commands("echo 'kubectl apply' > /a.sh; sh /a.sh").last
    #expect(found?.source == .script("/a.sh"))
    #expect(commands("python -c 'os.system(\"a b\")'").last?.source == .code("python"))
    #expect(commands("git -c alias.x='!a' x").last?.source == .gitAlias("x"))
  }

  @Test("A session carries variables, aliases, functions, files and settings on")
  func session() {
    var session = Session(cwd: "/d")
    for line in [
      "K=kubectl", "alias k='kubectl apply'", "f() { kubectl delete $1; }", "echo 'kubectl scale' > s.sh",
    ] {
      _ = analyze(line, session: &session, programs: shippedPrograms)
    }
    for (line, expected) in [
      ("$K get", "kubectl get"), ("k", "kubectl apply"), ("f x", "kubectl delete x"),
      ("sh s.sh", "kubectl scale"),
    ] {
      #expect(analyze(line, session: &session, programs: shippedPrograms).commands.last?.line == expected)
    }
    session.forgetFile("s.sh")
    #expect(
      analyze("sh s.sh", session: &session, programs: shippedPrograms).commands.last?.opaqueReason
        == .unreadableScript)
  }

  @Test("A session stays bounded")
  func bounded() {
    var session = Session()
    for index in 0..<600 {
      _ = analyze(
        "v\(index)=a; alias a\(index)=b; f\(index)() { a; }; echo a > f\(index); cd deeper",
        session: &session, programs: shippedPrograms)
    }
    #expect(session.variables.count == Session.maximumVariables)
    #expect(session.aliases.count == Session.maximumAliases)
    #expect(session.functions.count == Session.maximumFunctions)
    #expect(session.files.count == Session.maximumFiles)
    #expect((session.cwd?.utf8.count ?? 0) <= Limits.pathLength)
  }

  @Test(
    "A command whose output a file, a variable, another command's words or a silent program takes is captured",
    arguments: [
      ("a > f", [true]), ("a 2> f", [false]), ("a >&2", [false]), ("a > /dev/null", [true]),
      ("x=$(a)", [true]), ("b \"$(a)\"", [true, false]), ("echo \"$(a)\"", [false, false]),
      ("x=$(a) echo y", [true, false]), ("a | grep x", [false, false]), ("a | b", [true, false]),
      ("a | grep x | b", [true, true, false]), ("a | tee f > /dev/null", [true, true]),
      ("a | while read x; do echo $x; done", [false, false, false]), ("bash -c 'a' | b", [true, false]),
    ])
  func captured(_ line: String, _ expected: [Bool]) {
    #expect(commands(line).map(\.isCaptured) == expected)
  }

  @Test(
    "The files that a command writes are told, from the working directory as well",
    arguments: [
      ("a > f", ["f"]), ("tee -a f g", ["f", "g"]), ("cp a b", ["b", "b/a"]),
      ("mv -t d x/a b", ["d/a", "d/b"]),
      ("sed -i s/a/b/ f", ["f"]), ("sed -Ei.bak -e s/a/b/ f", ["s/a/b/", "f"]), ("sed s/a/b/ f", []),
      ("dd if=a of=b", ["b"]), ("cd d; a > f", ["f", "d/f"]), ("cat a", []), ("cp a", []),
    ])
  func written(_ line: String, _ expected: [String]) {
    #expect(commands(line).last?.filesWritten == expected)
  }

  @Test("The keys of git's settings are spelled in one way")
  func settings() {
    #expect(
      commands("git -c CORE.HooksPath=X --config-env=Alias.A=B commit")[0].globalOptions
        == ["-c", "core.hookspath=X", "--config-env=alias.a=B"])
  }

  @Test("A line of redirections only is a command without words")
  func redirectionsOnly() {
    let command = commands("> .git/hooks/pre-commit")[0]
    #expect(command.words.isEmpty)
    #expect(command.redirections == [Redirection(op: ">", descriptor: 1, target: ".git/hooks/pre-commit")])
  }
}
