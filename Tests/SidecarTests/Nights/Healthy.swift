import Rulebook

/// What a healthy agent does, much of it like trouble at first sight. None of it may raise a false alarm.
extension NightShift {
  mutating func beHealthy() {
    let deeds: [(inout NightShift) -> Void] = [
      { $0.work() }, { $0.work() }, { $0.work() }, { $0.think() }, { $0.build() }, { $0.compact() },
      { $0.ask() }, { $0.rest() }, { $0.flicker() }, { $0.testAndEdit() }, { $0.commitThroughFixingHook() },
      { $0.poll() }, { $0.readAboutTrouble() }, { $0.stumbleAtTheService() }, { $0.leaveByHand() },
      { $0.stream() }, { $0.commitAtTheThirdTry() }, { $0.settleConflict() }, { $0.openAndReview() },
      { $0.printTheSameErrorOften() }, { $0.beRefusedOnce() }, { $0.humanTypes() },
      { $0.findNothingToCommit() }, { $0.beMeasured() },
    ]
    one(of: deeds)(&self)
    if context < 40 { compact() }
    pass(5...120)
  }

  mutating func work() {
    prompt("Fix issue \(number(1...999))")
    for _ in 0..<number(4...25) {
      pass(2...80)
      spend()
      switch number(0...4) {
      case 0: run("rg -n discount src", exit: number(0...1), prints: ["src/cart.py:3: discount"])
      case 1: run("pytest -q tests/test_\(number(1...60)).py", prints: ["12 passed"])
      case 2: show(.edit, "src/cart.py", ["path": .string("src/cart.py")])
      case 3: run("sed -n 1,80p src/cart.py", prints: ["def total():"])
      default: show(.said, "The totals are next.")
      }
    }
    turn(.idle)
  }

  /// What probes find when all is well: file systems with room, some of which are small or count no inodes, and a
  /// pull request about which nothing is open.
  mutating func beMeasured() {
    for (path, left, share, inodes) in [
      ("/work", 90_000, 40, 500_000), ("/run/user/1000", 60, 96, 900), ("/btrfs", 4000, 12, nil),
    ] as [(String, Int, Int, Int?)] {
      var fields: [String: Value] = [
        "measure": .string("disk"), "path": .string(path), "mib_left": .number(Double(left)),
        "percent_left": .number(Double(share)),
      ]
      if let inodes {
        fields["inodes_left"] = .number(Double(inodes))
        fields["inodes_percent_left"] = .number(Double(share))
      }
      show(.probe, "\(path) has \(left) MiB left", fields, from: .probe)
      pass(1...60)
    }
    show(.probe, "#8 quiet", ["measure": .string("review"), "what": .string("quiet")], from: .probe)
    show(.probe, "3 changed files", ["measure": .string("changed"), "paths": .list(["a.py"])], from: .probe)
  }

  /// Twenty minutes in which only now and then something moves.
  mutating func think() {
    prompt("Plan the refactoring")
    let end = now + 1200
    while now < end {
      for _ in 0..<number(1...4) {
        pass(20...70)
        showElapsed()
      }
      switch (kind, number(0...2)) {
      case (.hidesOutput, 0...1), (.hasHooks, 0...1): showTokens()
      case (.showsOutput, 0):
        context -= 1
        showContext()
      case (_, 1): tick(.lines)
      default: tick(.children)
      }
    }
    show(.said, "The plan stands.")
    turn(.idle)
  }

  mutating func build() {
    prompt("Build the image")
    pass(1...9)
    run("docker build -t web .", prints: ["naming to web"], ticks: number(3...9))
    spend()
    turn(.idle)
  }

  mutating func compact() {
    prompt("Go on")
    pass(3...60)
    spend()
    pass(1...10)
    turn(.compacting)
    if happens(0.5) { pass(15...400) }
    context = 90
    expect("policy-restate", after: 0.75)
    turn(.working)
    pass(4...30)
    spend()
    turn(.idle)
  }

  mutating func ask() {
    prompt("Deploy to staging")
    for _ in 0..<number(1...4) {
      pass(1...20)
      spend()
      turn(.asking)
      pass(2...285)
      turn(.working)
      pass(0.1...4)
    }
    turn(.idle)
  }

  mutating func rest() { pass(600...5400) }

  mutating func flicker() {
    for _ in 0..<number(2...6) {
      turn(.working)
      pass(0.003...0.5)
      turn(.idle)
      pass(2...30)
    }
  }

  /// The same test fails again and again, and each time something was changed.
  mutating func testAndEdit() {
    prompt("Make the tests pass")
    for round in 0..<number(3...9) {
      pass(5...60)
      spend()
      run(
        "pytest -q", exit: 1,
        prints: ["E   ImportError: cannot import name 'discount'", "1 failed, \(round) passed"])
      pass(5...60)
      if happens(0.7) {
        show(.edit, "src/cart.py", ["path": .string("src/cart.py")])
      } else {
        run("sed -i s/a/b/ src/cart.py")
      }
    }
    run("pytest -q", prints: ["12 passed"])
    turn(.idle)
  }

  private static let failed =
    "ruff-format..............................................................Failed"

  mutating func commitThroughFixingHook() {
    prompt("Commit each file by itself")
    for _ in 0..<number(2...6) {
      pass(5...40)
      run(
        "git add -A && git commit -m 'feat: x'", exit: 1,
        prints: [Self.failed, "- files were modified by this hook"])
      pass(2...20)
      run("git add -A && git commit -m 'feat: x'", prints: ["[feature 3f2a91c] feat: x"])
    }
    spend()
    turn(.idle)
  }

  mutating func commitAtTheThirdTry() {
    prompt("Commit it")
    for _ in 0..<2 {
      pass(5...40)
      run("git commit -m 'fix: y'", exit: 1, prints: ["openapi.yaml:1: missing required field info"])
      show(.edit, "openapi.yaml", ["path": .string("openapi.yaml")])
    }
    pass(5...40)
    run("git commit -m 'fix: y'", prints: ["[feature 3f2a91d] fix: y"])
    turn(.idle)
  }

  mutating func poll() {
    prompt("Wait for CI")
    for _ in 0..<number(4...14) {
      run("sleep 30; gh pr checks 7", exit: 8, prints: ["build  pending"], seconds: 30...33)
      pass(3...15)
    }
    run("gh pr checks 7", prints: ["build  pass"])
    turn(.idle)
  }

  mutating func readAboutTrouble() {
    prompt("What do the logs say?")
    for _ in 0..<3 {
      pass(2...20)
      run(
        "cat build.log",
        prints: [
          "npm ERR! code ENOSPC", "CONFLICT (content): Merge conflict in a.txt", Self.failed,
          "error: cannot find module './cart'", "curl: (6) Could not resolve host: pypi.org",
        ])
      run("grep -rn 'limit reached' docs", prints: ["docs/x.md: You've hit your usage limit"])
      show(.said, "The disk is full, the merge conflicts, and the rate limit was reached; please run /login.")
    }
    turn(.idle)
  }

  mutating func stumbleAtTheService() {
    guard isRested("api-error") else { return work() }
    prompt("Go on")
    pass(1...5)
    expect("api-error", until: now + 60)
    for attempt in 1...number(1...3) {
      show(.notice, "API error, attempt \(attempt)", ["attempt": .string("\(attempt)")])
      pass(1...4)
    }
    spend()
    turn(.idle)
  }

  mutating func leaveByHand() {
    pass(5...60)
    turn(.exited)
    pass(1...900)
    turn(.idle)
  }

  /// Ten minutes of prose, a line at a time.
  mutating func stream() {
    prompt("Explain the design")
    for _ in 0..<number(10...40) {
      pass(3...40)
      tick(.lines)
    }
    show(.said, "That is the design.")
    turn(.idle)
  }

  mutating func settleConflict() {
    guard isRested("merge-conflict") else { return work() }
    prompt("Merge main")
    pass(1...9)
    mergeIntoConflict()
    for _ in 0..<number(1...5) {
      pass(10...120)
      show(.edit, "a.txt", ["path": .string("a.txt")])
    }
    run("git add a.txt && git commit --no-edit", prints: ["[feature 3f2a91e] Merge main"])
    turn(.idle)
  }

  mutating func mergeIntoConflict() {
    run(
      "git merge main", exit: 1,
      prints: ["Auto-merging a.txt", "CONFLICT (content): Merge conflict in a.txt"])
    expect("merge-conflict", from: printed, after: kind.tellsOutput ? 0 : 0.25)
  }

  mutating func openAndReview() {
    prompt("Open the pull request")
    pass(2...20)
    run("git push -u origin fix/x && gh pr create --fill", prints: ["https://example.com/pull/7"])
    turn(.idle)
    pass(30...1100)
    prompt("Any review?")
    pass(1...20)
    run("gh pr view 7 --comments")
    turn(.idle)
  }

  mutating func printTheSameErrorOften() {
    prompt("Run the linter")
    pass(1...9)
    run(
      "npm run lint", exit: 1, prints: Array(repeating: "error: 'x' is not defined in this scope", count: 40))
    show(.edit, "src/x.ts", ["path": .string("src/x.ts")])
    turn(.idle)
  }

  mutating func beRefusedOnce() {
    prompt("Fetch it")
    pass(1...9)
    run("curl -sS https://a.example/", exit: 6, prints: ["curl: (6) Could not resolve host: a.example"])
    run("curl -sS https://b.example/", exit: 6, prints: ["curl: (6) Could not resolve host: b.example"])
    turn(.idle)
  }

  private mutating func findNothingToCommit() {
    guard kind.tellsOutput else { return work() }
    prompt("Commit what is left")
    for _ in 0..<4 {
      pass(5...60)
      run(
        "git add -A && git commit -m 'chore: rest'", exit: 1,
        prints: ["nothing to commit, working tree clean"])
    }
    turn(.idle)
  }

  /// A human writes a long prompt while the agent waits for its model.
  mutating func humanTypes() {
    prompt("Go on")
    for _ in 0..<number(3...8) {
      pass(20...250)
      tick(.typing)
    }
    show(.said, "Done.")
    turn(.idle)
  }
}
