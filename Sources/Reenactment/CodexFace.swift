/// The screen of Codex 0.163: transcript, working row or queue, prompt, status, hint.
struct CodexFace: Face {
  private static let placeholder = "Ask Codex to do anything"
  private static let interruptedRow = "■ Conversation interrupted - use /feedback if something went wrong"
  private static let question = "Would you like to run the following command?"

  func activity(of screen: Grid) -> Activity {
    let rows = screen.rows
    if rows.contains(where: { $0.contains("enter to confirm or esc to cancel") }),
      rows.contains(where: { $0.contains(Self.question) })
    {
      let command = rows.last { $0.hasPrefix("  $ ") }
      return .asking(command.map { String($0.dropFirst(4)) } ?? "")
    }
    // The working row goes away while an answer streams; the announced state stays.
    if let announced = screen.announced { return announced == "idle" ? .idle : .working }
    return rows.contains(where: isWorking) ? .working : .idle
  }

  func stage(of screen: Grid, before: Stage) -> Stage {
    var stage = Stage()
    let rows = screen.rows
    stage.footer = before.footer
    var end: Int
    if let question = rows.lastIndex(where: { $0.contains(Self.question) }) {
      end = question
    } else {
      end = rows.lastIndex { $0.hasPrefix("›") && !$0.hasPrefix("› 1.") } ?? rows.count
      if rows.count > 1 { stage.footer = rows[rows.count - 2] }
    }
    if let working = rows[max(0, end - 12)..<end].lastIndex(where: isWorking) {
      stage.activity = rows[working]
      end = working
    } else if activity(of: screen) == .working {
      stage.activity = ""
    }
    // The logo of the first screen leaves when the first prompt is typed.
    stage.transcript = rows[..<end].map { isLogo($0) ? "" : $0 }.withoutBlankEnd
    return stage
  }

  func picture(of stage: Stage, width: Int, height: Int) -> Picture {
    let typed = wrapped(stage.box.text, width: width - 3).suffix(max(1, height - 9))
    var box = typed.enumerated().map { ($0.offset == 0 ? "› " : "  ") + $0.element }
    if stage.box.isEmpty { box = ["› " + Self.placeholder] }
    let hint = stage.box.isEmpty ? "  ? for shortcuts" : stage.activity != nil ? "  tab to queue message" : ""
    let queue = queued(stage.queue)
    var middle: [String] = []
    if let activity = stage.activity { middle = [activity] }
    if !queue.isEmpty { middle += [""] + queue }
    if !middle.isEmpty { middle.insert("", at: 0) }
    let below = middle + ["", ""] + box + ["", stage.footer, hint]
    let room = max(0, height - below.count)
    var above = Array(stage.transcript.suffix(room))
    above += Array(repeating: "", count: room - above.count)
    let column = stage.box.isEmpty ? 2 : box.last?.columns ?? 2
    return Picture(
      rows: Array((above + below).suffix(height)), row: max(0, height - 4), column: min(column, width - 1))
  }

  func interrupted(_ transcript: [String], asking: String?) -> [String] {
    var rows = transcript
    if let asking {
      if rows.last?.contains("Running ") == true { rows.removeLast() }
      rows += [
        "✗ You canceled the request to run \(asking)", "", "• Failed (exit 1) \(asking)", "  └ (no output)",
      ]
    }
    return rows + ["", Self.interruptedRow]
  }

  func prompt(_ text: String, width: Int) -> [String] {
    [""] + wrapped(text, width: width - 3).enumerated().map { ($0.offset == 0 ? "› " : "  ") + $0.element }
      + [""]
  }

  func answer(_ text: String, width: Int, clock: TimeOfDay) -> [String] {
    let said = wrapped(text, width: width - 3).enumerated().map {
      ($0.offset == 0 ? "• " : "  ") + $0.element
    }
    let two = { (number: Int) in number < 10 ? "0\(number)" : "\(number)" }
    return said + ["", "  Worked for <1s • \(two(clock.hour)):\(two(clock.minute))"]
  }

  func activityRow(seconds: Int) -> String { "• Working (\(seconds)s • esc to interrupt)" }

  func announcement(of activity: Activity) -> String {
    let state = activity == .idle ? "idle" : "working"
    let title = activity == .idle ? "shop" : "⠋ shop"
    return "\u{1B}]0;\(title)\u{07}\u{1B}]7501;state=\(state):app=codex\u{1B}\\"
  }

  /// Every word is placed by its address, the frame is one synchronized update.
  func painted(_ rows: [(index: Int, text: String)]) -> String {
    let painting = rows.map { index, text in
      "\u{1B}[\(index + 1);1H\u{1B}[0m\u{1B}[49m\u{1B}[K"
        + words(of: text).map { "\u{1B}[\(index + 1);\($0.column + 1)H\($0.text)" }.joined()
    }
    return "\u{1B}[?2026h\u{1B}[?25l" + painting.joined() + "\u{1B}[?25h\u{1B}[?2026l"
  }

  func approves(_ text: String) -> Bool { text.first.map { "12yp".contains($0) } ?? false }

  private func queued(_ queue: [Stage.Queued]) -> [String] {
    let rows = { (queued: Stage.Queued) in
      wrapped(queued.text, width: 1000).enumerated().map { ($0.offset == 0 ? "  ↳ " : "    ") + $0.element }
    }
    let soon = queue.filter { !$0.isFollowUp }.flatMap(rows)
    let later = queue.filter(\.isFollowUp).flatMap(rows)
    var result: [String] = []
    if !soon.isEmpty {
      result = [
        "• Messages to be submitted after next tool call (press esc to interrupt and send immediately)"
      ]
      result += soon
    }
    if !later.isEmpty {
      result += ["• Queued follow-up inputs"] + later + ["    shift+← edit last queued message"]
    }
    return result
  }

  private func isWorking(_ row: String) -> Bool {
    row.hasPrefix("• Working (") || row.hasPrefix("◦ Working (")
  }

  private func isLogo(_ row: String) -> Bool {
    row.unicodeScalars.contains { (0x2801...0x28FF).contains($0.value) }
      && row.unicodeScalars.allSatisfy { $0 == " " || (0x2800...0x28FF).contains($0.value) }
  }
}
