import Hands
import Rulebook
import Testing

@Suite("Actions beside a human")
struct InterleavingTests {
  @Test(
    "interrupt and correct without a key into a dialog or a human's line, however keys, dialogs, copy mode and actions fall together",
    arguments: [false, true])
  func interventions(answersStall: Bool) {
    var (delivered, interrupted) = (0, 0)
    for seed in 1...1500 {
      var world = World(seed: UInt64(seed), haste: seed % 2 == 0 ? 100 : 1000)
      for _ in 0..<Int.random(in: 1...40, using: &world.random) { world.pass(20) }
      var intervention = Intervention(
        interrupt: seed % 3 != 0, correction: "Stop it.", answersStall: answersStall)
      var again = seed % 5 == 0 ? 3 : 0
      for _ in 0..<6000 where !intervention.isFinished {
        for effect in intervention.advance(world.observation(), at: world.now) {
          // It takes a moment to arrive.
          world.pass(Int.random(in: 0...1, using: &world.random))
          if let refusal = world.deliver(World.Key(effect)) { intervention.refuse(refusal, at: world.now) }
        }
        if again > 0, Int.random(in: 0..<50, using: &world.random) == 0 {
          again -= 1
          for effect in intervention.interruptAgain(world.observation(), at: world.now) {
            if let refusal = world.deliver(World.Key(effect)) { intervention.refuse(refusal, at: world.now) }
          }
        }
        world.pass(Int.random(in: 1...40, using: &world.random))
      }
      #expect(intervention.isFinished, "seed \(seed)")
      #expect(world.harm.isEmpty, "seed \(seed)")
      func isDone(_ action: Action) -> Bool {
        intervention.outcomes.contains { $0.action == action && $0.isProved }
      }
      if isDone(.prompt) { delivered += 1 }
      if isDone(.interrupt) { interrupted += 1 }
    }
    // Far from all: this human hardly ever rests.
    #expect(delivered > 300 && interrupted > 300, "\(delivered) and \(interrupted)")
  }

  @Test("bring what is queued without a key into a dialog or a human's line", arguments: [false, true])
  func queue(hasKey: Bool) {
    var (delivered, unknown) = (0, 0)
    for seed in 1...400 {
      var world = World(seed: UInt64(seed), haste: seed % 2 == 0 ? 100 : 1000)
      for _ in 0..<Int.random(in: 1...400, using: &world.random) { world.pass(20) }
      var delivery = QueueDelivery("then merge it")
      var before = world.prompts.count
      func view(_ pane: Observation) -> QueueView {
        var view = QueueView(state: pane.state, box: pane.box)
        (view.isInMode, view.queues) = (pane.isInMode, hasKey)
        view.prompts = Array(pane.prompts.dropFirst(before))
        return view
      }
      for _ in 0..<6000 where !view(world.observation()).isReady { world.pass(20) }
      var waits: Int?
      var attempts = 1
      for _ in 0..<6000 where !Self.isOver(delivery) {
        if delivery.end != nil {
          guard attempts < 10 else { break }
          // It is tried again later, as the watch does.
          for _ in 0..<50 { world.pass(20) }
          (delivery, before, waits) = (QueueDelivery("then merge it"), world.prompts.count, nil)
          attempts += 1
        }
        var effects = delivery.advance(view(world.observation()), at: world.now)
        if waits == 0 {
          effects += delivery.noted(seed % 50 != 0, view(world.observation()), at: world.now)
        }
        waits = waits.flatMap { $0 > 0 ? $0 - 1 : nil }
        for effect in effects {
          let key: World.Key
          switch effect {
          case .note:
            waits = Int.random(in: 0...5, using: &world.random)
            continue
          case .paste(let text): key = .paste(text)
          case .send(let again): key = hasKey && !again ? .queue : .submit
          }
          world.pass(Int.random(in: 0...1, using: &world.random))
          if let refusal = world.deliver(key) { delivery.refuse(refusal, at: world.now) }
        }
        // The list of prompts is cut at its beginning.
        before = min(before, world.prompts.count == 16 ? 15 : world.prompts.count)
        world.pass(Int.random(in: 1...40, using: &world.random))
      }
      #expect(world.harm.isEmpty, "seed \(seed)")
      switch delivery.end {
      case .delivered, .handed: delivered += 1
      case .unknown: unknown += 1
      default: break
      }
    }
    #expect(delivered > 40 && unknown < delivered, "\(delivered) and \(unknown)")
  }

  private static func isOver(_ delivery: QueueDelivery) -> Bool {
    switch delivery.end {
    case nil, .returned: false
    case .delivered, .handed, .unknown: true
    }
  }

  @Test("restart without a key into a dialog, a human's line or a shell")
  func restarts() {
    var done = 0
    for seed in 1...700 {
      var world = World(seed: UInt64(seed), haste: seed % 2 == 0 ? 100 : 2000)
      var limits = Restart.Deadlines()
      (limits.turn, limits.handoff, limits.clear) = (.seconds(4), .seconds(8), .seconds(20))
      (limits.end, limits.shell, limits.grace, limits.dialog) = (
        .seconds(2), .seconds(2), .seconds(20), .seconds(30)
      )
      var restart = Restart(
        wantsHandoff: seed % 4 != 0, isReplaced: seed % 3 == 0, exit: seed % 5 == 0 ? nil : "/exit",
        briefing: Briefing(why: "the context is spent"), memoir: Memoir(), deadlines: limits)
      var hasStarted = false
      for _ in 0..<12_000 where !restart.isFinished {
        let life: Restart.Life = world.turn != .gone ? .running : hasStarted ? .gone : .atShell
        for effect in restart.advance(world.observation(), life, at: world.now) {
          world.pass(Int.random(in: 0...1, using: &world.random))
          switch effect {
          case .interrupt: Self.deliver(.interrupt, to: &world, &restart)
          case .paste(let text): Self.deliver(.paste(text), to: &world, &restart)
          case .submit: Self.deliver(.submit, to: &world, &restart)
          case .clear: Self.deliver(.clear, to: &world, &restart)
          case .end: (world.turn, world.box) = (.gone, "")
          case .start:
            hasStarted = true
            world.restart()
          case .call: break
          }
        }
        if world.turn == .idle, Int.random(in: 0..<20, using: &world.random) == 0 {
          restart.hear("All is done.")
        }
        world.pass(Int.random(in: 1...40, using: &world.random))
      }
      #expect(restart.isFinished, "seed \(seed): \(restart.progress)")
      #expect(world.harm.isEmpty, "seed \(seed): \(restart.steps)")
      if restart.isDone { done += 1 }
    }
    #expect(done > 100, "\(done)")
  }

  private static func deliver(_ key: World.Key, to world: inout World, _ restart: inout Restart) {
    if let refusal = world.deliver(key) { restart.refuse(refusal, at: world.now) }
  }
}

extension World.Key {
  init(_ effect: Intervention.Effect) {
    switch effect {
    case .interrupt: self = .interrupt
    case .paste(let text): self = .paste(text)
    case .clear: self = .clear
    case .submit: self = .submit
    }
  }
}
