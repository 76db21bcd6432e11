import Processes
import Rulebook
import Testing

@testable import Hands

/// A pane and an agent's process on a clock of their own.
private struct Scene {
  var now = Instant.zero
  var pane = Observation(state: .working, box: "")
  var life = Restart.Life.running
  var restart: Restart
  var effects: [Restart.Effect] = []

  init(
    handoff: Bool = true, isReplaced: Bool = false, exit: String? = "/exit", memoir: Memoir = Memoir(),
    queued: [String] = []
  ) {
    restart = Restart(
      wantsHandoff: handoff, isReplaced: isReplaced, exit: exit,
      briefing: Briefing(
        why: "the context is spent", policy: ["Git only."], project: "Read issue #711.", queued: queued),
      memoir: memoir)
  }

  var request: String { restart.briefing.request }

  @discardableResult
  mutating func step(after seconds: Double = 0.05) -> [Restart.Effect] {
    now = now + .milliseconds(Int(seconds * 1000))
    let new = restart.advance(pane, life, at: now)
    effects += new
    return new
  }

  /// The pane shows what is typed, and sends it.
  mutating func send(_ text: String, then state: AgentState = .working) {
    pane.box = text
    #expect(step() == [.submit])
    pane.box = ""
    pane.prompts.append(text)
    pane.state = state
    step()
  }

  /// Up to the moment at which the agent is asked to end.
  mutating func untilHandedOff(_ words: String = "Web is done; the tests of api are open.") {
    pane.state = .idle
    #expect(step() == [.paste(request)])
    send(request)
    restart.hear(words)
    pane.state = .idle
    step()
    step(after: 1)
  }

  mutating func untilStarted() {
    untilHandedOff()
    #expect(effects.last == .paste("/exit"))
    pane.box = "/exit"
    #expect(step() == [.submit])
    life = .gone
    pane.state = .exited
    #expect(step() == [])
    life = .atShell
    #expect(step() == [.start])
    pane = Observation(state: .starting, box: nil)
    life = .gone
    #expect(step() == [])
  }

  var results: [String] { restart.steps.map { "\($0.name.rawValue): \($0.result)" } }
}

@Suite("A restart")
struct RestartTests {
  @Test("lets the turn end, asks, ends, starts and tells, each with its proof")
  func wholeWay() throws {
    var scene = Scene(queued: ["Merge the dependabot pull requests."])
    #expect(scene.step() == [])
    scene.untilStarted()
    scene.life = .running
    scene.pane = Observation(state: .idle, box: "")
    #expect(scene.step() == [])
    guard case .paste(let text)? = scene.step(after: 1).first else {
      return #expect(Bool(false), "nothing is told")
    }
    #expect(
      text == "Outrider: this is a new session; the one before was ended, since the context is spent. "
        + "What holds here: Git only. Hand-off of the session before: Web is done; the tests of api are open. "
        + "Read issue #711. What was asked for next: Merge the dependabot pull requests.")
    scene.send(text)
    #expect(scene.restart.isDone)
    #expect(
      scene.results == [
        "finish: the turn was over", "hand-off: by the agent, 39 characters", "end: by /exit", "start: done",
        "tell: delivered",
      ])
    #expect(!scene.effects.contains(.interrupt))
  }

  @Test("interrupts a turn that does not end")
  func interrupts() {
    var scene = Scene()
    #expect(scene.step() == [])
    #expect(scene.restart.deadline == scene.now + .seconds(120))
    #expect(scene.step(after: 120) == [.interrupt])
    scene.pane.state = .interrupted
    #expect(scene.step() == [])
    #expect(scene.step(after: 1.5) == [.paste(scene.request)])
    #expect(scene.results == ["finish: interrupt confirmed"])
  }

  @Test("interrupts what was sent from the agent's queue when its turn was interrupted")
  func queued() {
    var scene = Scene()
    scene.step()
    #expect(scene.step(after: 120) == [.interrupt])
    scene.pane.state = .interrupted
    #expect(scene.step() == [])
    scene.pane.state = .working
    #expect(scene.step(after: 1.5) == [.interrupt])
    scene.pane.state = .interrupted
    #expect(scene.step() == [])
    #expect(scene.step(after: 1.5) == [.paste(scene.request)])
  }

  @Test("takes its own words out of the box that an interrupt gave back")
  func givenBack() {
    var scene = Scene()
    scene.pane = Observation(state: .idle, box: "Outrider: go on.", isBoxOwn: true)
    #expect(scene.step() == [.clear])
    #expect(scene.step() == [])
    scene.pane = Observation(state: .idle, box: "")
    #expect(scene.step(after: 0.3) == [.paste(scene.request)])
  }

  @Test("writes the hand-off itself when none comes in time")
  func ownHandoff() {
    var memoir = Memoir()
    func note(_ kind: Fact.Kind, _ text: String, _ fields: [String: Value] = [:]) {
      memoir.note(Fact(time: .zero, agent: "%1", kind: kind, text: text, fields: fields, source: .pane))
    }
    note(.prompt, "Fix the cart", ["by": .string("human")])
    note(.prompt, "Outrider: stop it", ["by": .string("outrider")])
    note(.edit, "src/cart.py", ["phase": .string("ran")])
    note(.command, "make test", ["phase": .string("ran"), "exit": .number(2)])
    note(.command, "git status", ["phase": .string("ran"), "exit": .number(0)])
    var scene = Scene(memoir: memoir)
    scene.pane.state = .idle
    scene.step()
    scene.send(scene.request)
    #expect(scene.step(after: 89) == [])
    #expect(scene.step(after: 1) == [.end(isForced: false)])
    #expect(scene.restart.handoff?.author == .outrider)
    #expect(
      scene.restart.handoff?.text == "Asked for, the last last: \"Fix the cart\". Files edited: src/cart.py. "
        + "Commands that failed last: \"make test (exit 2)\". Look at git status and git log before you go on."
    )
    #expect(scene.results.last == "hand-off: by Outrider, since none came in time")
  }

  @Test("takes the words of a hook, which has them exactly, over those of the pane")
  func exactWords() {
    var scene = Scene()
    scene.pane.state = .idle
    scene.step()
    scene.send(scene.request)
    scene.restart.hear("**Web** is")
    scene.restart.hear(last: "`Web` is done.\nNext: api.")
    scene.restart.hear("done. Next: api.")
    scene.pane.state = .idle
    scene.step()
    scene.step(after: 1)
    #expect(scene.restart.handoff == Handoff(by: .agent, "`Web` is done. Next: api."))
  }

  @Test("takes a paragraph that is told again when it has grown for one")
  func grown() {
    var scene = Scene()
    scene.pane.state = .idle
    scene.step()
    scene.send(scene.request)
    for said in ["Web is done.\nNext:", "Web is done. Next: api.", "Then the docs."] {
      scene.restart.hear(said)
    }
    scene.pane.state = .idle
    scene.step()
    scene.step(after: 1)
    #expect(scene.restart.handoff == Handoff(by: .agent, "Web is done. Next: api. Then the docs."))
  }

  @Test("ends an agent that does not hear with SIGTERM, then with SIGKILL, then gives up")
  func signals() {
    var scene = Scene(handoff: false, exit: nil)
    scene.pane.state = .idle
    #expect(scene.step() == [.end(isForced: false)])
    #expect(scene.step(after: 5) == [.end(isForced: true)])
    #expect(scene.step(after: 5) == [])
    #expect(scene.results.last == "end: it could not be ended")
    #expect(scene.restart.isFinished && !scene.restart.isDone)
  }

  @Test("starts nothing when the shell does not wait for a command")
  func noShell() {
    var scene = Scene(handoff: false, exit: nil)
    scene.pane.state = .idle
    scene.step()
    scene.life = .gone
    #expect(scene.step() == [])
    #expect(scene.step(after: 10) == [])
    #expect(
      scene.results.last == "start: not started: the shell that it was started from waits for no command")
    #expect(!scene.effects.contains(.start))
  }

  @Test("leaves a dialog of the new agent to the human, and goes on when he has answered it")
  func dialogAtStart() {
    var scene = Scene()
    scene.untilStarted()
    scene.life = .running
    scene.pane = Observation(state: .asking, box: nil)
    #expect(scene.step() == [])
    let call = scene.step(after: 2)
    guard case .call(let why)? = call.first else { return #expect(Bool(false), "nobody is called") }
    #expect(why.contains("answer it"))
    #expect(scene.step(after: 300) == [])
    scene.pane = Observation(state: .idle, box: "")
    #expect(scene.step() == [])
    guard case .paste? = scene.step(after: 1).first else { return #expect(Bool(false), "nothing is told") }
  }

  @Test("gives up when the new agent ends at once, or never shows its prompt box")
  func badStart() {
    var scene = Scene()
    scene.untilStarted()
    scene.life = .running
    scene.step()
    scene.life = .atShell
    scene.step()
    #expect(scene.results.last == "start: the agent ended as soon as it was started")
    var other = Scene()
    other.untilStarted()
    #expect(other.step(after: 120) == [])
    #expect(other.results.last == "start: no prompt box of the new agent came")
  }

  @Test("makes an end of an agent that outlives being replaced, and never of the new one")
  func lingering() {
    var scene = Scene(handoff: false, isReplaced: true)
    scene.pane.state = .idle
    #expect(scene.step() == [.start])
    scene.pane = Observation(state: .starting, box: nil)
    scene.life = .lingering
    #expect(scene.step() == [])
    #expect(scene.step(after: 5) == [.end(isForced: true)])
    scene.life = .running
    #expect(scene.step() == [])
    #expect(scene.results.last == "end: by SIGKILL")
  }

  @Test(
    "withholds everything before the end while something stands in the way",
    arguments: [
      (Observation(isInMode: true, state: .idle, box: ""), "the pane is in copy mode"),
      (Observation(state: .asking, box: nil), "a dialog is open"),
      (Observation(state: .idle, box: "", isHumanTyping: true), "a human is at the keyboard"),
      (Observation(state: .idle, box: "wait"), "somebody's words stand in the prompt box"),
    ])
  func hindered(_ pane: Observation, _ why: String) {
    var scene = Scene()
    scene.pane = pane
    #expect(scene.step() == [])
    #expect(scene.step(after: 119) == [])
    #expect(scene.step(after: 1) == [])
    #expect(scene.results == ["restart: withheld: \(why)"])
    #expect(scene.effects == [])
  }

  @Test("leaves an agent alone that ended by itself")
  func ended() {
    var scene = Scene()
    scene.step()
    scene.life = .atShell
    scene.step()
    #expect(scene.results == ["restart: withheld: the agent ended by itself"])
  }

  @Test(
    "types and ends nothing in a dialog, in copy mode or over a human's words, whatever comes",
    arguments: 0..<400)
  func random(_ seed: UInt64) {
    var dice = Dice(state: seed)
    var scene = Scene(
      handoff: dice.roll(4) > 0, isReplaced: dice.roll(2) == 0, exit: dice.roll(3) > 0 ? "/exit" : nil)
    let states: [AgentState] = [.working, .idle, .asking, .interrupted, .starting, .compacting]
    let lives: [Restart.Life] = [.running, .running, .running, .running, .gone, .atShell, .lingering]
    var typed: String?
    var starts = 0
    for _ in 0..<400 where !scene.restart.isFinished {
      if dice.roll(3) == 0 { scene.pane.state = states[dice.roll(states.count)] }
      scene.pane.isInMode = dice.roll(8) == 0
      scene.pane.isHumanTyping = dice.roll(8) == 0
      scene.pane.box = [typed ?? "", "", "somebody's", nil][dice.roll(4)]
      scene.pane.isBoxOwn = typed != nil && scene.pane.box == typed
      if dice.roll(6) == 0 { scene.life = lives[dice.roll(lives.count)] }
      if dice.roll(4) == 0 { scene.restart.hear("said") }
      let pane = scene.pane
      let wasPastReturn = scene.restart.isPastReturn
      for effect in scene.step(after: Double(dice.roll(300)) / 10) {
        switch effect {
        case .paste(let text):
          typed = text
          #expect(!pane.isInMode && pane.state != .asking && pane.box == "")
        case .submit: #expect(!pane.isInMode && pane.state != .asking && typed != nil && pane.box == typed)
        case .interrupt: #expect(!pane.isInMode && pane.state != .asking)
        case .end, .start:
          if case .start = effect { starts += 1 }
          if !wasPastReturn {
            #expect(!pane.isInMode && pane.state != .asking && !pane.isHumanTyping)
            #expect(pane.box != "somebody's")
          }
        case .clear: #expect(!pane.isInMode && pane.state != .asking && pane.isBoxOwn)
        case .call: break
        }
      }
    }
    #expect(starts <= 1)
    #expect(
      !scene.restart.isDone
        || scene.restart.steps.allSatisfy { $0.isProved || $0.name == .finish || $0.name == .handoff })
  }

  /// A generator of its own, so that a seed means the same everywhere.
  private struct Dice {
    var state: UInt64

    mutating func roll(_ sides: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(sides))
    }
  }
}

@Suite("A relaunch")
struct RelaunchTests {
  private static let claude = Dialect.Restart(
    exit: "/exit", drop: ["-c", "--continue"], dropWithValue: ["-r", "--resume"], values: ["--model"],
    lists: ["--add-dir"])

  private func relaunch(
    _ words: [String], pane: Int32 = 10, agent: Int32 = 20, shell: [String] = ["-bash"],
    at directory: String = "/shop"
  ) throws(Relaunch.Impossible) -> Relaunch {
    try Relaunch(
      Relaunch.Surroundings(
        agent: ProcessIdentity(id: agent, start: 1), words: words, directory: directory, pane: pane,
        parent: ProcessIdentity(id: 10, start: 0), parentWords: shell, parentDirectory: "/shop"),
      Self.claude
    ) { $0.hasSuffix("claude") }
  }

  @Test(
    "leaves out what goes on with an old session, and an old prompt",
    arguments: [
      ("claude", "claude"),
      ("claude --continue --model opus", "claude --model opus"),
      ("claude -r 8aa5 --verbose", "claude --verbose"),
      ("claude --resume --verbose", "claude --verbose"),
      ("claude --resume=8aa5 --model=opus", "claude --model=opus"),
      ("claude --add-dir ../a ../b --model opus fix", "claude --add-dir ../a ../b --model opus"),
      ("node /usr/bin/claude --verbose -- --continue", "node /usr/bin/claude --verbose"),
    ])
  func fresh(_ line: String, _ expected: String) throws {
    let relaunch = try relaunch(line.split(separator: " ").map(String.init))
    #expect(relaunch.words.joined(separator: " ") == expected)
    #expect(relaunch.isUnchanged == (line == expected))
  }

  @Test("quotes each word for the shell, and goes to the agent's folder where the shell stands elsewhere")
  func quoted() throws {
    let words = ["claude", "--model", "it's $(x); `y`", "--verbose"]
    #expect(try relaunch(words).shellLine == "claude --model 'it'\\''s $(x); `y`' --verbose")
    #expect(
      try relaunch(["claude"], at: "/shop/k 8").shellLine == "env -C '/shop/k 8' claude")
  }

  @Test("goes by tmux for the pane's own program")
  func own() throws {
    let relaunch = try relaunch(["claude", "--continue"], agent: 10)
    #expect(relaunch.way == .pane)
    #expect(relaunch.tmuxWords == ["exec claude"])
  }

  @Test(
    "is not possible below what is no shell at its prompt",
    arguments: [
      "bash -c x", "bash run-agent.sh", "python3", "/bin/sh /usr/bin/npx claude", "sh -ec x",
    ])
  func impossible(_ parent: String) {
    #expect(throws: Relaunch.Impossible.self) {
      try relaunch(["claude"], shell: parent.split(separator: " ").map(String.init))
    }
  }

  @Test(
    "is possible below a shell that reads from its terminal",
    arguments: [
      "bash", "-zsh", "/usr/bin/fish", "bash --norc -i", "bash -l", "bash --rcfile /tmp/x", "zsh -i",
    ])
  func possible(_ parent: String) throws {
    let relaunch = try relaunch(["claude"], shell: parent.split(separator: " ").map(String.init))
    #expect(relaunch.way == .shell(ProcessIdentity(id: 10, start: 0)))
  }

  @Test("is not possible without the words of the command line")
  func noWords() {
    #expect(throws: Relaunch.Impossible.self) { try relaunch([]) }
    #expect(throws: Relaunch.Impossible.self) { try relaunch(["vim", "notes"]) }
  }
}

@Suite("A text that is typed into a prompt box")
struct SameWordsTests {
  private static let text = (0..<200).map { "word\($0)" }.joined(separator: " ")
  private static let words = SameWords(text)

  @Test("is known again by its end when the box is full")
  func tail() {
    let end = String(Self.text.suffix(600))
    #expect(Self.words.isTyped(in: Self.text) && Self.words.isShown(in: Self.text))
    #expect(Self.words.isTyped(in: "↑ " + end) && Self.words.isShown(in: end))
    #expect(!Self.words.isTyped(in: String(Self.text.prefix(600))))
    #expect(!Self.words.isTyped(in: "word199") && !Self.words.isShown(in: "word199"))
    #expect(!Self.words.isTyped(in: "my own words " + end))
  }

  @Test(
    "is not it any more with a sign that somebody puts to it",
    arguments: ["!", "?", "#", "@", "/", ".", ")", "…", "？", "👎"])
  func signs(_ sign: String) {
    for text in ["then merge the `dependabot` PRs", Self.text] {
      let words = SameWords(text)
      #expect(words.isTyped(in: text.replacing(" ", with: "\n")))
      #expect(
        !words.isTyped(in: text + sign) && !words.isTyped(in: sign + text)
          && !words.isTyped(in: text + " " + sign))
      // A transcript may leave signs out.
      #expect(words.isShown(in: text.replacing("`", with: "")) && words.isShown(in: text + sign))
    }
  }

  @Test("is not an empty box, nor another sign, where it has no letter")
  func onlySigns() {
    for text in ["👍", "→", "?!"] {
      #expect(SameWords(text).isTyped(in: text))
      #expect(!SameWords(text).isTyped(in: "") && !SameWords(text).isTyped(in: "👎"))
    }
    #expect(!SameWords("").isTyped(in: ""))
  }

  @Test("is not known by an end that is short, where no mark says that more stands above it")
  func halfArrived() {
    let end = String(Self.text.suffix(120))
    #expect(!Self.words.isTyped(in: end) && Self.words.isTyped(in: "↑ " + end))
    #expect(Self.words.isTyped(in: end.replacing(" word19", with: " ↑\nword19", maxReplacements: 1)))
  }

  @Test("is cut off where it stops, and not where something else follows")
  func cutOff() {
    #expect(Self.words.isCutOff(in: String(Self.text.prefix(600))))
    #expect(!Self.words.isCutOff(in: Self.text) && !Self.words.isCutOff(in: "word0"))
    #expect(!Self.words.isCutOff(in: Self.text.prefix(600) + " no"))
  }
}
