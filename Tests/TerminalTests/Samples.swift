import Foundation

@testable import Terminal

/// What a frame says is news, one string a line: "+text" for new, "*text" for revised.
func newsOf(_ frame: borrowing Frame) -> [String] {
  frame.news.map { ($0.isNew ? "+" : "*") + $0.text }
}

extension Screen {
  /// Feeds text, settles, and gives the news of all frames.
  mutating func show(_ text: String, settles: Bool = true) -> [String] {
    var news: [String] = []
    feed(Array(text.utf8)) { news += newsOf($0) }
    if settles { settle { news += newsOf($0) } }
    return news
  }

  /// The lines of the screen that are not blank, as of the last frame.
  mutating func lines() -> [Line] {
    var lines: [Line] = []
    // An announcement asks for a frame, also when nothing else has changed.
    feed(Array("\u{1B}]7501;look\u{7}".utf8)) { lines = $0.lines.filter { !$0.isBlank } }
    settle(force: true) { lines = $0.lines.filter { !$0.isBlank } }
    return lines
  }

  func allText() -> [String] { (0..<rows).map { text(ofRow: $0) } }
}

/// Paints rows from the top of the screen on, each cleared first, as full-screen programs do.
func painted(_ rows: [String]) -> String {
  "\u{1B}[H"
    + rows.enumerated().map { "\u{1B}[\($0 + 1);1H\u{1B}[2K\($1)" }.joined()
}

/// An asciicast recording, as far as the tests need it.
struct Cast {
  let rows: Int
  let columns: Int
  let events: [[UInt8]]

  static let folder = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("fixtures/recordings")

  static let names: [String] = {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return files.filter { $0.hasSuffix(".cast") }.sorted()
  }()

  init(_ name: String) throws {
    let text = try String(contentsOf: Self.folder.appendingPathComponent(name), encoding: .utf8)
    var lines = text.split(separator: "\n")
    let header = try JSONSerialization.jsonObject(with: Data(lines.removeFirst().utf8)) as? [String: Any]
    rows = header?["height"] as? Int ?? 24
    columns = header?["width"] as? Int ?? 80
    events = try lines.compactMap { line in
      let fields = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [Any]
      guard fields?[1] as? String == "o", let text = fields?[2] as? String else { return nil }
      return Array(text.utf8)
    }
  }

  var bytes: [UInt8] { Array(events.joined()) }
}
