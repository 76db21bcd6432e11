import Hands
import Rulebook
import Testing

/// A pane on a clock of its own.
private struct Stage {
  var now = Instant.zero
  var pane = Observation(state: .working, box: "")
  var intervention: Intervention

  init(interrupt: Bool = true, correction: String = "Stop it.") {
    intervention = Intervention(interrupt: interrupt, correction: correction)
  }

  mutating func step(after seconds: Double = 0.01) -> [Intervention.Effect] {
    now = now + .milliseconds(Int(seconds * 1000))
    return intervention.advance(pane, at: now)
  }

  /// Up to the moment at which the correction is typed.
  mutating func untilTyped() {
    #expect(step() == [.interrupt])
    pane.state = .interrupted
    #expect(step() == [.paste(intervention.correction)])
  }

  var results: [String] { intervention.outcomes.map { "\($0.action.rawValue): \($0.result)" } }
}

@Suite("An intervention")
struct InterventionTests {
  @Test("interrupts, types when the agent says so, sends, and proves each")
  func wholeWay() {
    var stage = Stage()
    stage.untilTyped()
    stage.pane.box = "Stop\nit."
    #expect(stage.step() == [.submit])
    stage.pane.box = ""
    stage.pane.prompts = ["Stop it."]
    #expect(stage.step() == [])
    #expect(stage.intervention.isFinished)
    #expect(stage.results == ["interrupt: confirmed", "prompt: delivered"])
    #expect(stage.intervention.outcomes.allSatisfy { $0.isProved })
  }

  @Test("tries the key a second time when no banner comes, then says that the agent goes on")
  func noBanner() {
    var stage = Stage()
    #expect(stage.step() == [.interrupt])
    #expect(stage.step() == [])
    #expect(stage.step(after: 2) == [.interrupt])
    #expect(stage.step(after: 2) == [])
    #expect(stage.results == ["interrupt: unconfirmed: the agent goes on"])
    #expect(stage.intervention.outcomes.first?.isProved == false)
  }

  @Test("presses nothing while a dialog may open, and leaves it alone when it does")
  func dialogToCome() {
    var stage = Stage()
    stage.pane.dialogWithin = .milliseconds(250)
    #expect(stage.step() == [])
    #expect(stage.intervention.deadline == stage.now + .milliseconds(250))
    #expect(stage.step(after: 0.1) == [])
    stage.pane.state = .asking
    #expect(stage.step() == [])
    #expect(stage.results == ["interrupt: withheld: a dialog is open"])
    stage.pane.state = .interrupted
    #expect(stage.step() == [.paste("Stop it.")])
  }

  @Test("interrupts once no dialog can open any more")
  func noDialogCame() {
    var stage = Stage()
    stage.pane.dialogWithin = .milliseconds(250)
    #expect(stage.step() == [])
    stage.pane.dialogWithin = .zero
    #expect(stage.step(after: 0.1) == [])
    #expect(stage.step(after: 0.15) == [.interrupt])
  }

  @Test("does not touch a dialog, and types once it has been answered")
  func dialog() {
    var stage = Stage()
    stage.pane.state = .asking
    stage.pane.box = nil
    #expect(stage.step() == [])
    #expect(stage.step(after: 30) == [])
    stage.pane.state = .idle
    stage.pane.box = ""
    #expect(stage.step() == [.paste("Stop it.")])
    #expect(stage.results == ["interrupt: withheld: a dialog is open"])
  }

  @Test("gives up with a reason when a dialog stays open for a minute")
  func dialogForEver() {
    var stage = Stage()
    stage.pane.state = .asking
    _ = stage.step()
    #expect(stage.step(after: 61) == [])
    #expect(stage.intervention.isFinished)
    #expect(stage.results.last == "prompt: undelivered: a dialog is open")
  }

  @Test("sends no key into copy mode")
  func copyMode() {
    var stage = Stage()
    stage.pane.isInMode = true
    #expect(stage.step() == [])
    #expect(stage.step(after: 61) == [])
    #expect(
      stage.results == [
        "interrupt: withheld: the pane is in copy mode", "prompt: undelivered: the pane is in copy mode",
      ])
  }

  @Test("waits while somebody's words stand in the prompt box, and never types over them")
  func humanWords() {
    var stage = Stage()
    #expect(stage.step() == [.interrupt])
    stage.pane.state = .interrupted
    stage.pane.box = "wait, I want"
    #expect(stage.step() == [])
    #expect(stage.step(after: 61) == [])
    #expect(stage.results.last == "prompt: undelivered: somebody's words stand in the prompt box")
  }

  @Test("waits while somebody types, looks again each second, and says so when that takes a minute")
  func humanTypes() {
    var stage = Stage()
    stage.untilTyped()
    for _ in 0..<57 {
      stage.intervention.refuse(.typing, at: stage.now)
      #expect(stage.intervention.deadline == stage.now + .seconds(1))
      #expect(stage.step(after: 0.5) == [])
      #expect(stage.step(after: 0.51) == [.paste("Stop it.")])
    }
    stage.intervention.refuse(.typing, at: stage.now)
    #expect(stage.step(after: 0.9) == [])
    stage.pane.state = .working
    #expect(stage.step(after: 2) == [])
    #expect(stage.intervention.isFinished)
    #expect(stage.results.last == "prompt: undelivered: somebody is typing")
  }

  @Test("does not press Enter on what somebody has typed into, and tells")
  func humanTypesBeforeEnter() {
    var stage = Stage()
    stage.untilTyped()
    stage.pane.box = "Stop it."
    #expect(stage.step() == [.submit])
    stage.intervention.refuse(.typing, at: stage.now)
    #expect(stage.results.last == "prompt: undelivered: somebody typed into the prompt box")
  }

  @Test("ends when another program runs in the pane than the agent")
  func stranger() {
    var stage = Stage()
    #expect(stage.step() == [.interrupt])
    stage.intervention.refuse(.stranger, at: stage.now)
    #expect(stage.intervention.isFinished)
    #expect(stage.results.allSatisfy { $0.hasSuffix("undelivered: another program runs in the pane") })
  }

  @Test("types once more what did not arrive, and then gives up")
  func onceMore() {
    var stage = Stage()
    stage.untilTyped()
    #expect(stage.step(after: 4) == [.paste("Stop it.")])
    #expect(stage.step(after: 4) == [])
    #expect(stage.results.last == "prompt: undelivered: what was typed did not arrive")
  }

  @Test("presses Enter once more when it had no effect, and then gives up")
  func enterOnceMore() {
    var stage = Stage()
    stage.untilTyped()
    stage.pane.box = "Stop it."
    #expect(stage.step() == [.submit])
    #expect(stage.step(after: 6) == [.submit])
    #expect(stage.step(after: 6) == [])
    #expect(stage.results.last == "prompt: undelivered: Enter had no effect")
  }

  @Test("sends off its own words when the agent has put them back into the box")
  func ownWords() {
    var stage = Stage()
    #expect(stage.step() == [.interrupt])
    stage.pane.state = .interrupted
    stage.pane.box = "Stop it."
    #expect(stage.step() == [.submit])
  }

  @Test("types nothing while all typing is on hold, however long, and goes on after")
  func onHold() {
    var stage = Stage()
    #expect(stage.step() == [.interrupt])
    stage.pane.state = .interrupted
    stage.pane.isOnHold = true
    for _ in 0..<10 { #expect(stage.step(after: 50) == []) }
    stage.pane.isOnHold = false
    #expect(stage.step() == [.paste("Stop it.")])
    stage.pane.box = "Stop it."
    stage.pane.isOnHold = true
    #expect(stage.step() == [])
    stage.pane.isOnHold = false
    #expect(stage.step() == [.submit])
  }

  @Test("does not press Enter when something else stands in the box than was typed")
  func otherWords() {
    var stage = Stage()
    stage.untilTyped()
    stage.pane.box = "xStop it."
    #expect(stage.step() == [])
    #expect(stage.step(after: 4) == [])
    #expect(stage.results.last == "prompt: undelivered: what stands in the prompt box is not what was typed")
  }

  @Test("takes out what arrived in part and types it once more, and only once")
  func partial() {
    let text = "Stop it, and say in a few words why you went on."
    var stage = Stage(correction: text)
    stage.untilTyped()
    stage.pane.box = "Stop it, and say in a"
    #expect(stage.step() == [])
    #expect(stage.step(after: 4) == [.clear])
    stage.pane.box = ""
    #expect(stage.step(after: 1) == [.paste(text)])
    stage.pane.box = "Stop it, and"
    #expect(stage.step() == [])
    #expect(stage.step(after: 4) == [])
    #expect(stage.results.last == "prompt: undelivered: what stands in the prompt box is not what was typed")
  }

  @Test("leaves what arrived in part alone when somebody has gone on writing")
  func partialAndHuman() {
    let text = "Stop it, and say in a few words why you went on."
    var stage = Stage(correction: text)
    stage.untilTyped()
    stage.pane.box = "Stop it, and say in a b"
    #expect(stage.step(after: 4) == [])
    #expect(stage.intervention.isFinished)
  }

  @Test("does not press Enter when a dialog opened after typing")
  func dialogAfterTyping() {
    var stage = Stage()
    stage.untilTyped()
    stage.pane.state = .asking
    stage.pane.box = "Stop it."
    #expect(stage.step() == [])
    #expect(stage.intervention.isFinished)
  }

  @Test("ends at once when the pane dies, whatever it was doing", arguments: 0...3)
  func paneDies(after steps: Int) {
    var stage = Stage()
    if steps > 0 { _ = stage.step() }
    if steps > 1 {
      stage.pane.state = .interrupted
      _ = stage.step()
    }
    if steps > 2 {
      stage.pane.box = "Stop it."
      _ = stage.step()
    }
    stage.pane.isAlive = false
    #expect(stage.step() == [])
    #expect(stage.intervention.isFinished)
    #expect(stage.results.last == "prompt: the pane is gone")
  }

  @Test("has nothing to interrupt when the turn is over")
  func turnIsOver() {
    var stage = Stage()
    stage.pane.state = .idle
    #expect(stage.step() == [.paste("Stop it.")])
    #expect(stage.results == ["interrupt: not needed: the turn is over"])
  }

  @Test("takes more reasons until it has typed")
  func moreReasons() {
    var stage = Stage()
    #expect(stage.step() == [.interrupt])
    let isInTime = stage.intervention.extend("And that.")
    #expect(isInTime)
    stage.pane.state = .interrupted
    #expect(stage.step() == [.paste("Stop it. And that.")])
    let isTooLate = !stage.intervention.extend("Too late.")
    #expect(isTooLate)
  }
}
