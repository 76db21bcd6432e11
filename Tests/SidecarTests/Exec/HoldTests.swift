import Foundation
import Processes
import Rulebook
import Senses
import Sidecar
import Support
import Testing

extension Live {
  @Suite("What is executed below an agent")
  struct Executions {
    /// Ten kinds and more in which agents come to run a forbidden program; `$1` is the program and its words.
    static let kinds: [(name: String, script: String)] = [
      ("plain", "kubectl apply -f web.yaml"),
      ("variable", "K=kubectl; V=apply; $K $V -f web.yaml"),
      ("alias", "shopt -s expand_aliases; alias k=kubectl\nk apply -f web.yaml"),
      ("function", "deploy() { kubectl \"$@\"; }; deploy apply -f web.yaml"),
      ("eval", "eval 'kube''ctl' apply -f web.yaml"),
      ("base64", "echo \(Data("kubectl apply -f web.yaml".utf8).base64EncodedString()) | base64 -d | sh"),
      ("script", "printf '#!/bin/sh\\nkubectl apply -f web.yaml\\n' > d.sh; chmod +x d.sh; ./d.sh"),
      ("Makefile", "printf 'deploy:\\n\\tkubectl apply -f web.yaml\\n' > Makefile; make -s deploy"),
      (
        "python",
        "/usr/bin/python3 -c 'import subprocess; subprocess.run([\"kubectl\", \"apply\", \"-f\", \"x\"])'"
      ),
      ("nohup", "nohup kubectl apply -f web.yaml & wait"),
      ("setsid", "setsid --wait kubectl apply -f web.yaml"),
      (
        "double fork",
        """
        /usr/bin/python3 -c '
        import os, time
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                time.sleep(0.2)
                os.execvp("kubectl", ["kubectl", "apply", "-f", "x"])
            os._exit(0)
        os.wait()
        '; sleep 0.6
        """
      ),
      ("xargs", "printf 'apply -f web.yaml' | xargs kubectl"),
      ("env", "env -i PATH=\"$PATH\" MARKS=\"$MARKS\" bash $(command -v kubectl) apply -f web.yaml"),
      ("another name", "(exec -a innocent helm upgrade web)"),
      ("a link", "ln -s $(command -v helm) tool; ./tool upgrade web"),
      ("Perl", "perl -e 'exec qw(kubectl apply -f x)'"),
      ("exec", "(exec kubectl apply -f web.yaml)"),
      (
        "npm",
        "printf '{\"scripts\":{\"deploy\":\"kubectl apply -f web.yaml\"}}' > package.json; npm run -s deploy"
      ),
      ("busybox", "busybox sh -c 'true; kubectl apply -f web.yaml'"),
      ("busybox and its xargs", "echo apply | busybox xargs kubectl"),
    ].filter { kind in
      !["npm", "busybox"].contains { kind.script.contains($0) && access("/usr/bin/\($0)", X_OK) != 0 }
    }

    @Test("counts as the agent's own only when its shell has started it: its housekeeping is apart")
    func inner() async throws {
      try await ExecStage.with { stage in
        try await stage.run("sleep 0.01; printf 'all:\\n\\tsleep 0.02\\n' | make -sf -")
        func isInner(_ text: String) -> Bool? {
          stage.facts.first { $0.text.contains(text) }.map { $0.fields["inner"] == .flag(true) }
        }
        try await eventually("all is told") { isInner("sleep 0.02") != nil }
        // The stand-in starts a shell's file as an agent starts git for itself.
        #expect(isInner("order") == true)
        #expect(isInner("sleep 0.01") == false)
        #expect(isInner("sleep 0.02") == true)
      }
    }

    @Test("is frozen and killed before its first line when a rule holds it", arguments: kinds.indices)
    func isKilled(index: Int) async throws {
      let (name, script) = Self.kinds[index]
      try await ExecStage.with { stage in
        for round in 1...3 {
          try await stage.run(script)
          #expect(stage.marks == [], "\(name)")
          #expect(
            !FileManager.default.fileExists(atPath: stage.folder.appending(path: "upgrade").path), "\(name)")
          try await eventually("\(name) is told as held, time \(round)") { stage.holds.count == round }
          let hold = try #require(stage.holds.last)
          #expect(hold.result == .killed)
          #expect(["kubectl-apply", "helm-deploy"].contains(hold.verdicts.first?.rule.id))
          #expect(hold.delay.map { $0 < .milliseconds(500) } ?? false)
          try? FileManager.default.removeItem(at: stage.folder.appending(path: "tool"))
        }
      }
    }

    @Test("runs undisturbed when it is harmless, beside what is held")
    func harmless() async throws {
      try await ExecStage.with { stage in
        for _ in 1...20 {
          let run = try await stage.run(
            "kubectl get pods && kubectl apply --dry-run=client -f x && git --version")
          #expect(run.status == 0)
          #expect(run.output.hasPrefix("did get pods\ndid apply --dry-run=client -f x\ngit version"))
          #expect(try await stage.run("kubectl apply -f x").status == 137, "\(stage.findings.suffix(20))")
        }
        #expect(stage.marks.count == 40)
        // The shell has seen its program's end before the watch has told of it.
        try await eventually("all are told") { stage.holds.count >= 20 }
        #expect(stage.holds.count == 20)
      }
    }

    @Test("becomes a fact when it starts, and another with its exit code when it has ended")
    func facts() async throws {
      try await ExecStage.with { stage in
        try await stage.run("kubectl -n shop get pods; sh -c 'exit 7'; /bin/false; sleep 0.2")
        try await eventually("all have ended") {
          stage.facts.contains { $0.phase == .ran && $0.text == "sleep 0.2" }
        }
        let gets = stage.facts.filter { $0.text == "kubectl get pods" }
        #expect(gets.map(\.phase) == [.running, .ran])
        #expect(gets.last?.fields["exit"] == .number(0))
        let codes = stage.facts.filter { $0.phase == .ran }.map {
          "\($0.text) \($0.fields["exit"]?.text ?? "?")"
        }
        #expect(codes.contains("sh -c 'exit 7' 7"))
        #expect(codes.contains("false 1"))
        let sleep = try #require(stage.facts.last { $0.text == "sleep 0.2" })
        guard case .number(let took)? = sleep.fields["took"] else {
          Issue.record("it does not say how long it took")
          return
        }
        #expect(took > 0.15 && took < 5)
        #expect(sleep.fields["cwd"] == .string(stage.folder.path))
      }
    }

    @Test("is seen through env and an interpreter: one program, told once")
    func chain() async throws {
      try await ExecStage.with { stage in
        try await stage.run("/usr/bin/env bash \(stage.folder.path)/bin/kubectl get nodes")
        try await eventually("it is told") {
          stage.facts.contains { $0.phase == .ran && $0.text == "kubectl get nodes" }
        }
        #expect(stage.facts.filter { $0.phase == .running && $0.text == "kubectl get nodes" }.count == 1)
      }
    }

    @Test("is only told of, not frozen, when the watch observes")
    func observing() async throws {
      var settings = ExecWatch.Settings()
      settings.isObserving = true
      try await ExecStage.with(Fixtures.library.rulebook, settings) { stage in
        #expect(try await stage.run("kubectl apply -f x").status == 0)
        try await eventually("it is told") { !stage.holds.isEmpty }
        #expect(stage.holds.map(\.result) == [.observed])
        #expect(stage.marks == ["kubectl apply -f x"])
      }
    }

    @Test("is the human's own affair when the human typed it into the agent")
    func own() async throws {
      try await ExecStage.with { stage in
        stage.watch.expect(own: ["kubectl apply -f mine.yaml"], agent: "%1")
        #expect(try await stage.run("bash -c 'kubectl apply -f mine.yaml; true'").status == 0)
        #expect(stage.marks == ["kubectl apply -f mine.yaml"])
        #expect(try await stage.run("kubectl apply -f other.yaml").status == 137)
        try await eventually("both are told") { stage.holds.count == 2 }
        #expect(stage.holds.map(\.result) == [.human, .killed])
      }
    }

    @Test("is nobody's affair outside of the tree")
    func outside() async throws {
      try await ExecStage.with { stage in
        let human = Process()
        human.executableURL = URL(filePath: stage.folder.path + "/bin/kubectl")
        human.arguments = ["apply", "-f", "x"]
        human.environment = ["MARKS": stage.folder.appending(path: "marks").path, "PATH": "/usr/bin:/bin"]
        human.standardOutput = FileHandle.nullDevice
        try human.start()
        human.waitUntilExit()
        #expect(human.terminationStatus == 0)
        #expect(try await stage.run("kubectl apply -f y").status == 137)
        #expect(stage.marks == ["kubectl apply -f x"])
      }
    }

    @Test("is held by a rule about what a shell writes, too")
    func redirection() async throws {
      try await ExecStage.with { stage in
        try await stage.run(
          """
          mkdir -p .git/hooks; bash -c 'echo a > b'; cp b c
          bash -c 'echo exit 0 > .git/hooks/pre-commit'
          cp b .git/hooks/pre-push
          """)
        func isThere(_ name: String) -> Bool {
          FileManager.default.fileExists(atPath: stage.folder.appending(path: name).path)
        }
        #expect(isThere("b") && isThere("c"))
        #expect(!isThere(".git/hooks/pre-commit") && !isThere(".git/hooks/pre-push"))
        try await eventually("both are told") { stage.holds.count == 2 }
        #expect(stage.holds.allSatisfy { $0.verdicts.map(\.rule.id) == ["hook-overwritten"] })
      }
    }

    @Test("is known by its file when it was copied under another name")
    func copied() async throws {
      try await ExecStage.with { stage in
        try await stage.run(
          "cp $(command -v kubectl) tool; ./tool apply -f x; cp $(command -v helm) t2; ./t2 upgrade")
        #expect(stage.marks.isEmpty)
        #expect(!FileManager.default.fileExists(atPath: stage.folder.appending(path: "upgrade").path))
        try await eventually("both are told") { stage.holds.count == 2 }
      }
    }

    @Test("is judged by what was exported before, and not by a secret beside it")
    func exported() async throws {
      try await ExecStage.with { stage in
        let script = "git init -q r && cd r && export SECRET=hunter2 HUSKY=0 && git commit --allow-empty -m x"
        #expect(try await stage.run(script).status == 137)
        try await eventually("it is told") { stage.holds.count == 1 }
        #expect(stage.holds.first?.verdicts.map(\.rule.id) == ["hook-bypass-setting"])
        #expect(!"\(stage.facts)".contains("hunter2"))
      }
    }

    @Test("runs undisturbed when an installer of hooks does it")
    func installer() async throws {
      try await ExecStage.with { stage in
        let script =
          "git init -q r && cd r && sh -c 'git config core.hooksPath .husky/_' && git config core.hooksPath"
        let run = try await stage.run(script)
        #expect(run.status == 0 && run.output == ".husky/_\n")
        #expect(stage.holds.isEmpty)
      }
    }
  }
}
