extension Session {
  /// What a keystroke does while an approval is open.
  mutating func decide(
    _ keystroke: Keystroke, on command: String, at now: Duration, into effects: inout [Effect]
  ) {
    switch keystroke {
    case .enter: approve(command, by: "enter", at: now, into: &effects)
    case .text(let text) where face.approves(text): approve(command, by: text, at: now, into: &effects)
    case .key("Escape"), .key("C-c"): interrupt(at: now, into: &effects)
    default: break
    }
  }

  private func approve(_ command: String, by: String, at now: Duration, into effects: inout [Effect]) {
    effects.append(
      .log(Record("approved", at: now, [("command", .text(command)), ("by", .text(String(by.prefix(80))))])))
  }

  /// What a keystroke does at the prompt.
  mutating func edit(_ keystroke: Keystroke, at now: Duration, into effects: inout [Effect]) {
    switch keystroke {
    case .report: return
    case .key("Escape"), .key("C-c"):
      if activity == .working { return interrupt(at: now, into: &effects) }
      if keystroke == .key("C-c") || face is ClaudeFace { stage.box.clear() }
    case .text(let text), .paste(let text, _): stage.box.insert(text)
    case .enter: return submit(asFollowUp: false, at: now, into: &effects)
    case .key("Tab"):
      guard activity == .working, face is CodexFace else { return }
      return submit(asFollowUp: true, at: now, into: &effects)
    case .key("C-j"): stage.box.insert("\n")
    case .key("Backspace"): stage.box.erase()
    case .key("C-u"): stage.box.clearLine()
    case .key("C-w"): stage.box.eraseWord()
    case .key("C-d"):
      if activity == .idle, stage.box.isEmpty { effects.append(.leave) }
      return
    case .key: return
    }
    refresh(into: &effects)
  }

  private mutating func refresh(into effects: inout [Effect]) {
    let painting = repair()
    if !painting.isEmpty { effects.append(.write(painting)) }
  }

  private mutating func submit(asFollowUp: Bool, at now: Duration, into effects: inout [Effect]) {
    let text = stage.box.text
    guard !text.isBlank else { return }
    if activity == .working {
      guard stage.queue.count < Self.queueLimit else { return }
      stage.box.clear()
      stage.queue.append(Stage.Queued(text: text, isFollowUp: asFollowUp))
      effects.append(.log(Record("queued", at: now, [("text", .text(text))])))
      refresh(into: &effects)
    } else {
      stage.box.clear()
      start(text, at: now, into: &effects)
    }
  }

  /// Sends what waits as one prompt.
  mutating func submitQueue(at now: Duration, into effects: inout [Effect]) {
    let text = stage.queue.map(\.text).joined(separator: "\n")
    stage.queue = []
    start(text, at: now, into: &effects)
  }

  private mutating func start(_ text: String, at now: Duration, into effects: inout [Effect]) {
    isFollowing = false
    if stalling != nil, Stalling.isFarewell(text) { return effects.append(.leave) }
    stage.say([""] + face.prompt(text, width: shown.width))
    answer = stalling.map { $0.answer(to: text) ?? "" } ?? Self.usualAnswer
    answerDue = answer.isEmpty ? nil : now + Self.answerTime
    effects.append(.log(Record("submitted", at: now, [("text", .text(text))])))
    enter(.working, at: now, into: &effects)
  }

  private mutating func interrupt(at now: Duration, into effects: inout [Effect]) {
    if deafFor > 0 {
      deafFor -= 1
      return effects.append(.log(Record("overlooked", at: now)))
    }
    var asked: String?
    if case .asking(let command) = activity { asked = command }
    (isFollowing, answerDue) = (false, nil)
    stage.transcript = face.interrupted(stage.transcript, asking: asked)
    effects.append(.log(Record("interrupted", at: now)))
    // Claude Code gives waiting prompts back to the box; Codex sends them at once.
    let waiting = stage.queue.map(\.text).joined(separator: "\n")
    stage.queue = []
    if face is ClaudeFace, !waiting.isEmpty {
      let typed = stage.box.text
      stage.box = PromptBox(typed.isEmpty ? waiting : waiting + "\n" + typed)
    }
    enter(.idle, at: now, into: &effects)
    if face is CodexFace, !waiting.isEmpty { start(waiting, at: now, into: &effects) }
  }
}
