import Reenactment

/// Shows a command, waits for Escape, and again, to measure how fast somebody who watches reacts.
struct RoundsRun {
  let script: RoundsScript
  let pane: Pane
  let rounds: Int
  let gap: Duration
  let expectsPrompt: Bool
  /// Keystrokes that came in one read with the one that was listened for.
  private var unheard: [Arrival] = []

  /// How long a round waits for Escape, and then for the prompt.
  static let patience: Duration = .seconds(2)

  init(_ script: RoundsScript, in pane: Pane, rounds: Int, gap: Duration, expectsPrompt: Bool) {
    self.script = script
    self.pane = pane
    self.rounds = rounds
    self.gap = gap
    self.expectsPrompt = expectsPrompt
  }

  mutating func run() -> RoundsSummary {
    pane.perform([.write("\u{1B}[?1049h\u{1B}[?2004h\u{1B}[2J\u{1B}[H")])
    var escapes: [Double] = []
    var prompts: [Double] = []
    var played = 0
    for round in 1...rounds where pane.ending == nil {
      let now = monotonic()
      pane.perform(
        pane.session.stageTurn(script.transcript(round: round), footer: script.footer, at: now))
      _ = listen(until: now + gap) { _ in false }
      // A stray Escape during the gap has ended the turn; the command would not show as running.
      if pane.session.activity != .working {
        pane.perform(
          pane.session.stageTurn(script.transcript(round: round), footer: script.footer, at: monotonic()))
      }
      guard pane.ending == nil, let written = pane.perform(pane.session.say(script.tool(round: round)))
      else { break }
      played = round
      let escape = listen(until: written + Self.patience) { $0.keystroke == .key("Escape") }
      var fields: [(String, Record.Value)] = [
        ("round", .integer(Int64(round))), ("written", .integer(written.nanoseconds)),
      ]
      if let escape {
        let ms = (escape.at - written).milliseconds
        escapes.append(ms)
        fields.append(("ms", .decimal(ms)))
        if expectsPrompt, let ms = prompt(after: written) {
          prompts.append(ms)
          fields.append(("prompt_ms", .decimal(ms)))
        }
      } else {
        fields.append(("missing", .flag(true)))
      }
      pane.note(Record("round", at: monotonic(), fields))
    }
    return RoundsSummary(escapes: escapes, prompts: prompts, rounds: played, expectsPrompt: expectsPrompt)
  }

  /// Waits for a pasted prompt and its Enter, and for the answer to it.
  private mutating func prompt(after written: Duration) -> Double? {
    var pasted = false
    let enter = listen(until: monotonic() + Self.patience) { arrival in
      if case .paste = arrival.keystroke { pasted = true }
      return pasted && arrival.keystroke == .enter
    }
    guard let enter else { return nil }
    let end = monotonic() + Self.patience
    while pane.ending == nil, pane.session.answeredAt == nil, monotonic() < end { pane.wait(until: end) }
    return (enter.at - written).milliseconds
  }

  private mutating func listen(until end: Duration, for matches: (Arrival) -> Bool) -> Arrival? {
    repeat {
      while !unheard.isEmpty {
        let arrival = unheard.removeFirst()
        if matches(arrival) { return arrival }
      }
      guard pane.ending == nil, monotonic() < end else { return nil }
      unheard = pane.wait(until: end)
    } while true
  }
}
