/// The screen of Claude Code 2.1: transcript, spinner, hint, a ruled prompt box that grows upwards, footer.
struct ClaudeFace: Face {
  private static let interruptedRow = "  ⎿ \u{A0}Interrupted · What should Claude do instead?"
  private static let busyMark = " · esc to interrupt"

  func activity(of screen: Grid) -> Activity {
    let rows = screen.rows
    if rows.contains(where: { $0.contains("Do you want to ") }),
      rows.contains(where: { $0.contains("Esc to cancel") })
    {
      let marks = rows.indices.filter { rows[$0].hasPrefix("╌╌╌╌") }
      let body = marks.count > 1 ? rows[(marks[0] + 1)..<marks[1]] : []
      return .asking(body.map { $0.trimmingPrefix(while: { $0 == " " }) }.joined(separator: "\n"))
    }
    guard let top = frame(rows)?.top else { return .idle }
    let working =
      rows.last?.contains("esc to interrupt") == true
      || rows[max(0, top - 4)..<top].contains(where: isSpinner)
    return working ? .working : .idle
  }

  func stage(of screen: Grid, before: Stage) -> Stage {
    var stage = Stage()
    let rows = screen.rows
    guard let (top, bottom) = frame(rows) else {
      // A dialog stands in the box's place, below a rule of its own.
      stage.footer = before.footer
      let end = rows.firstIndex(where: isRule) ?? rows.count
      stage.transcript = Array(rows[..<end]).withoutBlankEnd
      return stage
    }
    stage.footer = bottom + 1 < rows.count ? rows[bottom + 1] : ""
    var end = top
    if end > 0, rows[end - 1].isBlank || rows[end - 1].hasPrefix("          ") {
      end -= 1
      stage.hint = rows[end]
    }
    if let spinner = rows[max(0, end - 3)..<end].lastIndex(where: isSpinner) {
      stage.activity = rows[spinner]
      end = spinner
    }
    let waiting = rows[..<end].lastIndex { $0.hasPrefix("  Waiting for permission") }
    stage.transcript = Array(rows[..<(waiting ?? end)]).withoutBlankEnd
    return stage
  }

  func picture(of stage: Stage, width: Int, height: Int) -> Picture {
    let typed = wrapped(stage.box.text, width: width - 3).suffix(max(1, height - 7))
    var box = typed.enumerated().map { ($0.offset == 0 ? "❯\u{A0}" : "  ") + $0.element }
    if stage.box.isEmpty, !stage.queue.isEmpty { box = ["❯\u{A0}Press up to edit queued messages"] }
    let rule = String(repeating: "─", count: width)
    let working = stage.activity != nil
    let below =
      [stage.activity ?? "", stage.hint, rule] + box + [rule, footer(stage.footer, working: working)]
    let room = max(0, height - below.count)
    var above = stage.transcript
    for queued in stage.queue {
      above += [""] + prompt(queued.text, width: width) + ["  ⎿ \u{A0}Queued · ctrl+x ctrl+s to send now"]
    }
    above = above.suffix(room)
    above += Array(repeating: "", count: room - above.count)
    let column = stage.box.isEmpty ? 2 : box.last?.columns ?? 2
    return Picture(
      rows: Array((above + below).suffix(height)), row: max(0, height - 3), column: min(column, width - 1))
  }

  func interrupted(_ transcript: [String], asking: String?) -> [String] {
    var rows = transcript
    if rows.last == "●" { rows = rows.dropLast().withoutBlankEnd }
    if let tool = rows.lastIndex(where: { $0.plain.hasPrefix("  ⎿  $ ") }),
      rows[(tool + 1)...].allSatisfy({ $0.plain.hasPrefix("     ") })
    {
      if asking != nil {
        if tool > 0 { rows[tool - 1] = "  Did not run 1 call" }
      } else {
        rows = Array(rows[..<max(0, tool - 1)]).withoutBlankEnd
      }
    }
    return rows + [Self.interruptedRow]
  }

  func prompt(_ text: String, width: Int) -> [String] {
    wrapped(text, width: width - 3).enumerated().map { ($0.offset == 0 ? "❯ " : "  ") + $0.element }
  }

  func answer(_ text: String, width: Int, clock: TimeOfDay) -> [String] {
    let said = wrapped(text, width: width - 3).enumerated().map {
      ($0.offset == 0 ? "● " : "  ") + $0.element
    }
    let hour = clock.hour % 12 == 0 ? 12 : clock.hour % 12
    let minute = clock.minute < 10 ? "0\(clock.minute)" : "\(clock.minute)"
    return said + ["", "✻ Pondered for 1s · done \(hour):\(minute) \(clock.hour < 12 ? "AM" : "PM")"]
  }

  func activityRow(seconds: Int) -> String { "✻ Pondering… (\(seconds)s · ↓ 1 tokens)" }

  func announcement(of activity: Activity) -> String { "" }

  /// The cursor goes home once a frame and down from row to row. Words are placed with cursor jumps; rows
  /// below a tool and ruled rows are painted in one go.
  func painted(_ rows: [(index: Int, text: String)]) -> String {
    var painting = "\u{1B}[H"
    var place = 0
    for (index, text) in rows {
      painting += "\r" + (index > place ? "\u{1B}[\(index - place)B" : "") + "\u{1B}[39m\u{1B}[K"
      place = index
      guard text.hasPrefix("●") || text.hasPrefix("❯") else {
        painting += text
        continue
      }
      painting += words(of: text).map { ($0.column > 0 ? "\u{1B}[\($0.column + 1)G" : "") + $0.text }.joined()
    }
    return painting
  }

  func approves(_ text: String) -> Bool { text.first.map { "123y".contains($0) } ?? false }

  private func footer(_ text: String, working: Bool) -> String {
    var text = text
    for mark in [Self.busyMark, " · ← for agents", " · ? for shortcuts"] {
      if let at = text.ranges(of: mark).first { text.removeSubrange(at) }
    }
    return working ? text + Self.busyMark : text
  }

  private func isSpinner(_ row: String) -> Bool {
    guard let first = row.first, "·✢✳✶✻✽*".contains(first), row.dropFirst().first == " " else { return false }
    return row.contains("…") || row.contains("retrying in")
  }

  private func isRule(_ row: String) -> Bool { row.count >= 10 && row.allSatisfy { $0 == "─" } }

  private func frame(_ rows: [String]) -> (top: Int, bottom: Int)? {
    guard let bottom = rows.lastIndex(where: isRule), bottom + 2 >= rows.count,
      let top = rows[..<bottom].lastIndex(where: isRule)
    else { return nil }
    return (top, bottom)
  }
}

/// The words of a row and the columns they begin at.
func words(of row: String) -> [(column: Int, text: String)] {
  var result: [(column: Int, text: String)] = []
  var column = 0
  var open = false
  for character in row {
    if character == " " {
      open = false
    } else if open {
      result[result.count - 1].text.append(character)
    } else {
      result.append((column, String(character)))
      open = true
    }
    column += character.columns
  }
  return result
}

extension String {
  fileprivate func trimmingPrefix(while matches: (Character) -> Bool) -> String {
    String(drop(while: matches))
  }
}
