import Rulebook

/// Troubles, each with when it must have been told. One that cannot be told now is left out.
extension NightShift {
  mutating func beTroubled() {
    let deeds: [(inout NightShift) -> Void] = [
      { $0.stall() }, { $0.stall() }, { $0.crash() }, { $0.waitForNobody() }, { $0.loopOnHook() },
      { $0.loopOnCommand() }, { $0.loopOnError() }, { $0.fillDisk() }, { $0.runIntoSandbox() },
      { $0.hitLimit() }, { $0.loseLogin() }, { $0.loseService() }, { $0.leaveConflict() },
      { $0.leaveReview() }, { $0.beReviewed() }, { $0.passOverReview() }, { $0.runOutOfContext() },
    ]
    one(of: deeds)(&self)
    pass(1200...2400)
  }

  /// The model answers no more; timer and spinner go on.
  private mutating func stall() {
    guard isRested("frozen") else { return }
    prompt("Go on with the cart")
    for _ in 0..<number(2...8) {
      pass(2...60)
      spend()
      run("pytest -q tests/test_\(number(1...60)).py", prints: ["3 passed"])
    }
    let length = Double.random(in: 320...3000, using: &chance)
    let began = lastMove
    let end = began + length
    now = began
    expect("frozen", after: 300, until: end)
    while now + 20 < end {
      pass(5...20)
      showElapsed()
    }
    now = end
    turn(.interrupted)
    pass(1...5)
    turn(.idle)
  }

  private mutating func crash() {
    guard isRested("agent-exited") else { return }
    prompt("Go on")
    pass(5...200)
    spend()
    expect("agent-exited", after: 0.75)
    turn(.exited)
    pass(100...2000)
    turn(.idle)
  }

  private mutating func waitForNobody() {
    guard isRested("approval-waiting") else { return }
    prompt("Deploy")
    pass(2...60)
    spend()
    turn(.asking)
    expect("approval-waiting", after: 300)
    pass(305...4000)
    turn(.idle)
  }

  private mutating func loopOnHook() {
    guard isRested("hook-loop") else { return }
    prompt("Commit it")
    let isNamed = happens(0.5)
    let line =
      isNamed
      ? "OpenAPI lint.............................................................Failed"
      : "openapi.yaml:1: bad"
    for attempt in 1...number(3...5) {
      pass(5...150)
      spend()
      run(
        "echo '# \(attempt)' >> openapi.yaml; git add -A && git commit -m 'feat: x'", exit: 1, prints: [line])
      if attempt == 3 {
        let isTold = isNamed && kind.tellsOutput
        expect("hook-loop", from: isTold ? printed : ended, after: isTold ? 0 : 0.25)
      }
    }
    turn(.idle)
  }

  private mutating func loopOnCommand() {
    guard isRested("repeat-loop") else { return }
    prompt("Run the migration")
    for attempt in 1...number(4...6) {
      pass(5...120)
      spend()
      run("rails db:migrate", exit: 1, prints: ["PG::ConnectionBad after \(attempt) tries"])
      if attempt == 4 { expect("repeat-loop", from: ended) }
    }
    turn(.idle)
  }

  private mutating func loopOnError() {
    guard kind.tellsOutput, isRested("repeat-loop-error") else { return }
    prompt("Build it")
    for attempt in 1...5 {
      pass(5...100)
      spend()
      run("make target-\(attempt)", exit: 2, prints: ["src/a.c:3: fatal error: cart.h: No such file"])
      if attempt == 5 { expect("repeat-loop-error", from: printed) }
    }
    turn(.idle)
  }

  private mutating func fillDisk() {
    guard isRested("disk-full") else { return }
    prompt("Install it")
    pass(1...30)
    if kind.tellsOutput {
      run(
        "npm ci", exit: 228,
        prints: ["npm ERR! code ENOSPC", "npm ERR! nospc ENOSPC: no space left on device"])
      expect("disk-full", from: printed)
    } else {
      expect("disk-full")
      show(
        .probe, "/tmp",
        [
          "measure": .string("disk"), "path": .string("/tmp"), "mib_left": .number(90_000),
          "inodes_left": .number(3),
        ], from: .probe)
    }
    turn(.idle)
  }

  private mutating func runIntoSandbox() {
    guard kind.tellsOutput, isRested("sandbox-wall") else { return }
    prompt("Fetch the schema")
    // A prompt of the human's begins the counting anew.
    for attempt in 1...number(2...5) {
      pass(5...100)
      run(
        "curl -sS -m \(attempt) https://x.example/", exit: 6,
        prints: ["curl: (6) Could not resolve host: x.example"])
      if attempt == 2 || attempt == 3 { expect("sandbox-wall", from: printed) }
    }
    turn(.idle)
  }

  private mutating func hitLimit() {
    guard isRested("rate-limited") else { return }
    prompt("Go on")
    pass(5...100)
    expect("rate-limited")
    show(.notice, "You've hit your session limit · resets 3am (Europe/Berlin)")
    turn(.limited)
    pass(1000...6000)
    turn(.idle)
  }

  private mutating func loseLogin() {
    guard isRested("login-expired") else { return }
    prompt("Go on")
    pass(5...100)
    expect("login-expired")
    show(.notice, "API Error: 401 Invalid API key · Please run /login")
    turn(.idle)
  }

  private mutating func loseService() {
    guard isRested("api-error", "api-error-lasting") else { return }
    prompt("Go on")
    pass(5...100)
    expect("api-error", until: now + 900)
    for attempt in 1...10 {
      if attempt == 5 { expect("api-error-lasting", until: now + 900) }
      show(.notice, "API error, attempt \(attempt)", ["attempt": .string("\(attempt)")])
      pass(1...24)
    }
    turn(.idle)
  }

  private mutating func leaveConflict() {
    guard isRested("merge-conflict", "merge-unsettled") else { return }
    prompt("Merge main")
    pass(1...9)
    mergeIntoConflict()
    expect("merge-unsettled", from: printed, after: kind.tellsOutput ? 900 : 900.25)
    for _ in 0..<3 {
      pass(5...60)
      run("pytest -q tests/test_\(number(1...60)).py", prints: ["3 passed"])
    }
    turn(.idle)
  }

  private mutating func leaveReview() {
    guard isRested("review-unread") else { return }
    prompt("Open the pull request")
    pass(2...20)
    run("gh pr create --fill", prints: ["https://example.com/pull/8"])
    expect("review-unread", from: ended, after: 1200)
    turn(.idle)
  }

  /// What the probe of reviews tells of one matter.
  private mutating func tellReview(_ what: String) {
    show(
      .probe, "#8 \(what)",
      [
        "measure": .string("review"), "what": .string(what), "pull_request": .number(8),
        "place": .string("src/cart.py:42"), "author": .string("ada"), "words": .string("Why a float?"),
        "check": .string("build"), "url": .string("https://example.com/pull/8"),
      ], from: .probe)
  }

  /// It is told of what was found, and takes it up.
  private mutating func beReviewed() {
    turn(.idle)
    for what in ["thread", "changes", "check"] {
      pass(5...20)
      expect("review-\(what)")
      tellReview(what)
      turn(.working)
      pass(20...280)
      run("git commit -m 'mend \(what)'", prints: ["[fix/x 3f2a91c] mend"])
      pass(1...5)
      turn(.idle)
    }
    pass(5...20)
    tellReview("quiet")
  }

  /// It is told, and goes on with something else.
  private mutating func passOverReview() {
    guard isRested("review-unanswered", "review-thread") else { return }
    turn(.idle)
    pass(5...20)
    expect("review-thread")
    expect("review-unanswered", after: 1800)
    tellReview("thread")
    turn(.working)
    for _ in 0..<number(1...6) {
      pass(5...60)
      run("pytest -q tests/test_\(number(1...60)).py", prints: ["3 passed"])
    }
    turn(.idle)
    pass(1801...2000)
    tellReview("quiet")
  }

  private mutating func runOutOfContext() {
    guard kind == .showsOutput, isRested("context-low", "context-warning") else { return }
    prompt("Review every file")
    var hasWarned = false
    while context.rounded(.down) > 14 {
      pass(5...60)
      context -= 3
      if context.rounded(.down) <= 25, !hasWarned {
        expect("context-warning")
        hasWarned = true
      }
      if context.rounded(.down) <= 14 { expect("context-low") }
      showContext()
    }
    turn(.idle)
    pass(60...300)
    context = 97
    showContext()
  }
}
