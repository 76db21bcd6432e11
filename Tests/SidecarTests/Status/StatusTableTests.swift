import Foundation
import Journal
import Rulebook
import Testing

@testable import Sidecar

@Suite("The table of a fleet")
struct StatusTableTests {
  private static let now = WallTime(milliseconds: 1_795_000_000_000)

  private static func agent(
    _ name: String = "codex", _ pane: String = "%4", _ state: AgentState, seconds: Int? = 192
  )
    -> AgentStatus
  {
    var agent = AgentStatus(name: name, pane: pane, place: "work:0.0", cwd: "/home/dev/shop", state: state)
    agent.repository = "/home/dev/shop"
    agent.branch = "fix/cart"
    agent.seconds = seconds
    return agent
  }

  private static func queued(_ text: String, _ state: String = "waiting", note: String? = nil) -> QueuedStatus
  {
    var item = QueuedStatus(
      QueueItem(
        id: "q7k2m", text: text, target: QueueStoreTests.target(), queued: now, expires: now, by: "human"))
    item.state = state
    item.note = note
    return item
  }

  private static func lines(_ agents: [AgentStatus], width: Int? = 80, colours: Bool = false) -> [String] {
    StatusTable(width: width, colours: colours).lines([FleetStatus(time: now, server: "s", agents: agents)])
  }

  @Test("shows who needs you first, then a row for each agent, and below it what waits")
  func whole() {
    var working = Self.agent("claude-code", "%3", .working)
    working.context = 56
    working.queue = [Self.queued("then merge the dependabot PRs")]
    working.alert = AlertStatus(
      Alert(
        time: WallTime(milliseconds: Self.now.milliseconds - 300_000), id: "a", rule: "kubectl-apply",
        severity: .critical, agent: .init(name: "claude-code"), source: .pane,
        text: "kubectl apply -f web.yaml",
        outcome: .stopped))
    var asking = Self.agent("codex", "%4", .asking, seconds: 240)
    asking.asks = "kubectl apply -f k8s/web.yaml"
    asking.branch = "main"
    #expect(
      Self.lines([working, asking]) == [
        "1 of 2 needs you: codex:%4 asks for 4m: kubectl apply -f k8s/web.yaml",
        "AGENT           REPOSITORY, BRANCH   STATE           LEFT Q  LAST ALERT",
        "claude-code:%3  shop fix/cart        working 3m12s    56% 1  5m kubectl-apply",
        "  queued 'then merge the dependabot PRs' (q7k2m)",
        "codex:%4        shop main            asking 4m          -    -",
        "  waits for an answer: kubectl apply -f k8s/web.yaml",
      ])
  }

  @Test("says that nobody needs you, and how many do what")
  func nobody() {
    let lines = Self.lines([Self.agent("codex", "%4", .working), Self.agent("codex", "%5", .working)])
    #expect(lines[0] == "nobody needs you: 2 working")
    #expect(Self.lines([]) == ["no agent is seen in any pane"])
  }

  @Test(
    "puts the most urgent first: held, called, asking, unknown, stalled, ended, limited, interrupted, idle")
  func urgency() {
    var all = [
      Self.agent("codex", "%9", .idle), Self.agent("codex", "%8", .interrupted),
      Self.agent("codex", "%7", .limited),
      Self.agent("codex", "%6", .exited), Self.agent("codex", "%5", .working),
      Self.agent("codex", "%4", .working),
      Self.agent("codex", "%3", .asking), Self.agent("codex", "%2", .working),
      Self.agent("codex", "%1", .working),
      Self.agent("codex", "%0", .working),
    ]
    all[4].stalled = true
    all[4].still = 400
    all[5].queue = [Self.queued("then merge", "unknown")]
    all[7].escalations = [
      EscalationStatus(id: "e", rule: "hook-loop", text: "eslint failed", since: Self.now)
    ]
    all[8].held = [
      HeldStatus(id: "h1", text: "kubectl apply", rules: ["kubectl-apply"], left: 250, then: "kill")
    ]
    let needs = Need.all(of: all)
    #expect(
      needs.map(\.urgency) == [
        .held, .called, .asking, .unknown, .stalled, .exited, .limited, .interrupted, .idle,
      ])
    #expect(needs[0].text == "holds 'kubectl apply', kill in 4m10s: outrider allow|deny h1")
    #expect(needs[4].text == "has stood still for 6m40s")
    // One whose turn has just ended, and one that has something to do, are left in peace.
    #expect(Self.agent("codex", "%4", .idle, seconds: 3).need == nil)
    var busy = Self.agent("codex", "%4", .idle)
    busy.queue = [Self.queued("then merge")]
    #expect(busy.need == nil)
  }

  @Test("keeps to the terminal's width and lets nothing steer it, whatever names, paths and texts hold")
  func hostile() {
    let words = [
      "\u{1B}[2J\u{1B}[H", "\r\nfake row", "日本語の長い名前のリポジトリ", "👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦", "\u{202E}evil", "e\u{301}\u{302}\u{303}",
      String(repeating: "x", count: 5000), "\u{0}\u{7F}\u{9B}31m", "", "\t\t", "\u{200B}\u{FEFF}",
    ]
    var generator = SystemRandomNumberGenerator()
    func word() -> String {
      words.randomElement(using: &generator)! + words.randomElement(using: &generator)!
    }
    for round in 0..<300 {
      var agent = Self.agent(word(), word(), AgentState.allCases.randomElement(using: &generator)!)
      agent.repository = Bool.random(using: &generator) ? "/" + word() : nil
      agent.branch = word()
      agent.cwd = word()
      agent.evidence = word()
      agent.asks = Bool.random(using: &generator) ? word() : nil
      agent.seconds = [nil, -5, 0, 3, 90_061, Int.max].randomElement(using: &generator)!
      agent.context = [nil, 0, 100, -7, 1e300, .nan, .infinity].randomElement(using: &generator)!
      agent.queue = (0..<Int.random(in: 0...5, using: &generator)).map { _ in
        Self.queued(word(), note: word())
      }
      agent.held =
        Bool.random(using: &generator)
        ? [HeldStatus(id: word(), text: word(), rules: [], left: -1, then: "kill")] : []
      agent.clocks = [word()]
      agent.stalled = Bool.random(using: &generator)
      let width = [nil, 10, 60, 80, 81, 132, 300].randomElement(using: &generator)!
      let lines = Self.lines([agent, agent], width: width)
      for line in lines {
        #expect(
          TerminalText.columns(line) <= max(60, width ?? 80), "round \(round): \(line.debugDescription)")
        #expect(
          !line.unicodeScalars.contains {
            $0.value < 0x20 || (0x7F..<0xA0).contains($0.value) || $0.value == 0x202E
          })
      }
    }
  }

  @Test("has colours only where they are wanted")
  func colours() {
    let agents = [Self.agent("codex", "%4", .asking)]
    #expect(Self.lines(agents, colours: true).joined().contains("\u{1B}[1;31m"))
    #expect(!Self.lines(agents).joined().contains("\u{1B}"))
  }

  @Test("goes through JSON whole")
  func json() throws {
    var agent = Self.agent("codex", "%4", .working)
    agent.queue = [Self.queued("then \"merge\"\n😀")]
    agent.held = [HeldStatus(id: "h1", text: "x", rules: ["r"], left: 3, then: "kill")]
    agent.reviews = ["#12: green"]
    let fleet = FleetStatus(time: Self.now, server: "s", agents: [agent], stranded: agent.queue)
    #expect(try JSONDecoder().decode(FleetStatus.self, from: JSONEncoder().encode(fleet)) == fleet)
  }
}

@Suite("Repainting in place")
struct RepaintingTests {
  @Test("writes only what changed, and nothing when nothing did")
  func changes() {
    var painting = Repainting()
    #expect(painting.paint(["a", "b", "c"], width: 80, height: 24) == "a\r\nb\r\nc\r\n")
    #expect(painting.paint(["a", "b", "c"], width: 80, height: 24) == "")
    #expect(
      painting.paint(["a", "B", "c"], width: 80, height: 24)
        == "\u{1B}[?2026h\u{1B}[3A\r\n\rB\u{1B}[K\r\n\r\n\u{1B}[?2026l")
    #expect(painting.paint(["a"], width: 80, height: 24).contains("\u{1B}[J"))
    #expect(painting.paint(["a"], width: 60, height: 24) == "\u{1B}[H\u{1B}[2Ja\r\n")
  }

  @Test("leaves out what the terminal has no rows for, so that it never scrolls")
  func height() {
    var painting = Repainting()
    let text = painting.paint((0..<50).map { "line \($0)" }, width: 80, height: 10)
    #expect(text.split(separator: "\r\n").count == 9)
    #expect(text.contains("… 42 more lines"))
  }
}
