import Rulebook
import Testing

@testable import Hands

private let text = "then merge the dependabot PRs"

/// An agent's pane and a disk, on a clock of their own.
private struct Stage {
  var now = Instant.zero
  var pane = QueueView(state: .idle, box: "")
  var delivery = QueueDelivery(text)

  mutating func step(after seconds: Double = 0.01) -> [QueueDelivery.Effect] {
    now = now + .milliseconds(Int(seconds * 1000))
    return delivery.advance(pane, at: now)
  }

  mutating func noted(_ isNoted: Bool = true) -> [QueueDelivery.Effect] {
    now = now + .milliseconds(5)
    return delivery.noted(isNoted, pane, at: now)
  }

  mutating func untilTyped() {
    #expect(step() == [.note(.typing)])
    #expect(noted() == [.paste(text)])
    pane.box = text
  }

  mutating func untilSent() {
    untilTyped()
    #expect(step() == [.note(.sending)])
    #expect(noted() == [.send(again: false)])
  }
}

@Suite("The delivery of a queued text")
struct QueueDeliveryTests {
  @Test("writes down, types, reads back, writes down, sends, and sees it in the transcript")
  func wholeWay() {
    var stage = Stage()
    stage.untilSent()
    stage.pane.box = ""
    stage.pane.state = .working
    #expect(stage.step() == [] && stage.delivery.end == nil)
    stage.pane.prompts = ["then merge the\ndependabot PRs"]
    #expect(stage.step() == [])
    #expect(stage.delivery.end == .delivered("seen in the transcript"))
  }

  @Test("is read back by its last rows where the box has no room for all of it")
  func tallText() {
    let long = SameWords(
      "say what was done and why, and then say in so many words what is left to be done and by whom")
    #expect(long.isTyped(in: "↑ then say in so many words what is left to\nbe done and by whom"))
    #expect(!long.isTyped(in: "so many words what is left to be done and by whom, please"))
    #expect(!long.isTyped(in: "by whom") && !long.isTyped(in: ""))
  }

  @Test("is seen on the screen, where another sense has told of the prompt first")
  func seenOnScreen() {
    var stage = Stage()
    stage.pane.shown = [text]
    stage.untilSent()
    stage.pane.box = ""
    #expect(stage.step() == [] && stage.delivery.end == nil, "it had been sent once before")
    stage.pane.shown = [text, text]
    #expect(stage.step() == [])
    #expect(stage.delivery.end == .delivered("seen in the transcript"))
  }

  @Test("types nothing that could not be written down, nor where the turn has begun anew meanwhile")
  func notReady() {
    var stage = Stage()
    #expect(stage.step() == [.note(.typing)])
    #expect(stage.noted(false) == [])
    #expect(stage.delivery.end == .returned("it could not be written down"))
    for (change, why) in [
      ({ $0.state = .working }, "the agent is working"),
      ({ $0.box = "my words" }, "somebody's words stand in the prompt box"),
      ({ $0.isInMode = true }, "the pane is in copy mode"), ({ $0.state = .asking }, "a dialog is open"),
      ({ $0.state = .interrupted }, "the agent was interrupted and waits for a word"),
    ] as [((inout QueueView) -> Void, String)] {
      var stage = Stage()
      #expect(stage.step() == [.note(.typing)])
      change(&stage.pane)
      #expect(stage.noted() == [])
      #expect(stage.delivery.end == .returned(why))
    }
  }

  @Test("presses no key into a dialog or copy mode that has opened meanwhile, and goes on when it has gone")
  func dialog() {
    var stage = Stage()
    stage.untilTyped()
    #expect(stage.step() == [.note(.sending)])
    stage.pane.state = .asking
    #expect(stage.noted() == [])
    #expect(stage.step(after: 60) == [])
    stage.pane.state = .idle
    stage.pane.isInMode = true
    #expect(stage.step() == [])
    stage.pane.isInMode = false
    #expect(stage.step() == [.note(.sending)])
    #expect(stage.noted() == [.send(again: false)])
  }

  @Test("leaves it to the human when his words stand beside it, whether he sends it or takes it out")
  func mixed() {
    var stage = Stage()
    stage.untilTyped()
    stage.pane.box = text + " and the others"
    #expect(stage.step(after: 60) == [])
    var sent = stage
    sent.pane.box = ""
    sent.pane.prompts = [text + " and the others"]
    #expect(sent.step() == [])
    #expect(sent.delivery.end == .delivered("sent by hand"))
    stage.pane.box = ""
    #expect(stage.step() == [])
    guard case .returned = stage.delivery.end else { return #expect(Bool(false), "\(stage.delivery)") }
  }

  @Test("is seen in the agent's own queue, of which the end may be folded away")
  func handed() {
    var stage = Stage()
    stage.untilTyped()
    stage.pane.queues = true
    stage.pane.state = .working
    #expect(stage.step() == [.note(.sending)])
    #expect(stage.noted() == [.send(again: false)])
    stage.pane.box = ""
    stage.pane.queued = ["then merge the depen…"]
    #expect(stage.step() == [])
    #expect(stage.delivery.end == .handed)
  }

  @Test("does not send into a turn that has begun, where the agent has no key that queues")
  func noQueueKey() {
    var stage = Stage()
    stage.untilTyped()
    stage.pane.state = .working
    #expect(stage.step(after: 20) == [])
    stage.pane.state = .idle
    #expect(stage.step() == [.note(.sending)])
  }

  @Test("presses a second time while the text still stands there, then tells that nobody knows")
  func noEffect() {
    var stage = Stage()
    stage.untilSent()
    #expect(stage.step(after: 5) == [.note(.sending)])
    #expect(stage.noted() == [.send(again: true)])
    #expect(stage.step(after: 5) == [])
    guard case .unknown = stage.delivery.end else { return #expect(Bool(false), "\(stage.delivery)") }
  }

  @Test("does not know what became of it when it left the box and shows nowhere")
  func vanished() {
    var stage = Stage()
    stage.untilSent()
    stage.pane.box = ""
    #expect(stage.step(after: 5) == [])
    guard case .unknown = stage.delivery.end else { return #expect(Bool(false), "\(stage.delivery)") }
  }

  @Test("is taken up behind a restart by what the pane shows, and never typed again")
  func resumed() {
    func resumed(_ mark: QueueDelivery.Mark, box: String?, shown: [String], before: Int = 0) -> (
      [QueueDelivery.Effect], QueueDelivery.End?
    ) {
      var stage = Stage()
      stage.delivery = QueueDelivery(resuming: text, mark, shownBefore: before, at: stage.now)
      stage.pane.box = box
      stage.pane.shown = shown
      let effects = stage.step()
      return (effects + stage.step(after: 4), stage.delivery.end)
    }
    #expect(
      resumed(.sending, box: "", shown: [text]).1 == .delivered("seen in the transcript after a restart"))
    #expect(resumed(.sending, box: text, shown: []).0 == [.note(.sending)])
    #expect(resumed(.typing, box: text, shown: []).0 == [.note(.sending)])
    guard case .unknown = resumed(.sending, box: "", shown: []).1 else { return #expect(Bool(false)) }
    // The same words were sent before, by whomever.
    guard case .unknown = resumed(.sending, box: "", shown: [text], before: 1).1 else {
      return #expect(Bool(false))
    }
    guard case .returned = resumed(.typing, box: "", shown: []).1 else { return #expect(Bool(false)) }
    #expect(resumed(.sending, box: nil, shown: []).1 == nil)
  }
}
