import Foundation
import Rulebook
import Testing

@testable import Journal

@Suite struct ReaderTests {
  private func ids(_ events: [AlertReader.Event]) -> [String] {
    events.map { event in
      switch event {
      case .alert(let alert): alert.id
      case .unreadable(_, let line, _): "bad \(line)"
      case .truncated: "truncated"
      case .missed: "missed"
      }
    }
  }

  @Test("A reader waits for the file, then gives each alert once")
  func follow() throws {
    let scratch = try Scratch()
    var reader = AlertReader(scratch.log)
    #expect(try reader.poll().isEmpty)
    let log = AlertFile(scratch.log)
    try log.append(sample(1))
    #expect(ids(try reader.poll()) == ["alert-1"])
    #expect(try reader.poll().isEmpty)
    try log.append(sample(2))
    try log.append(sample(3))
    #expect(ids(try reader.poll()) == ["alert-2", "alert-3"])
  }

  @Test("A line is given when it is finished, in whatever pieces it came")
  func pieces() throws {
    let scratch = try Scratch()
    try filled(scratch, 2)
    let bytes = try scratch.bytes()
    try scratch.write([])
    var reader = AlertReader(scratch.log)
    var seen: [String] = []
    for piece in stride(from: 0, to: bytes.count, by: 61) {
      try scratch.append(String(decoding: bytes[piece..<min(piece + 61, bytes.count)], as: UTF8.self))
      seen += ids(try reader.poll())
    }
    #expect(seen == ["alert-1", "alert-2"])
  }

  @Test("A reader follows over rotation, also over several at once")
  func rotation() throws {
    let scratch = try Scratch()
    let log = AlertFile(scratch.log, rotation: Rotation(limit: 2500, kept: 9))
    var reader = AlertReader(scratch.log)
    var seen: [String] = []
    for index in 1...40 {
      try log.append(sample(index), durable: false)
      if index == 3 || index == 9 || index > 25 { seen += ids(try reader.poll()) }
    }
    #expect(seen == (1...40).map { "alert-\($0)" })
  }

  @Test("A reader that fell too far behind says that it missed something")
  func missed() throws {
    let scratch = try Scratch()
    let log = AlertFile(scratch.log, rotation: Rotation(limit: 1500, kept: 1))
    try log.append(sample(1))
    var reader = AlertReader(scratch.log)
    #expect(ids(try reader.poll()) == ["alert-1"])
    for index in 2...20 { try log.append(sample(index), durable: false) }
    let seen = ids(try reader.poll())
    #expect(seen.contains("missed") && !seen.contains("alert-10") && seen.last == "alert-20")
  }

  @Test("From the oldest file, from the current one, or only what comes")
  func starts() throws {
    let scratch = try Scratch()
    let rotation = Rotation(limit: 2500, kept: 9)
    try filled(scratch, 10, rotation: rotation)
    var oldest = AlertReader(scratch.log, from: .oldest)
    var current = AlertReader(scratch.log)
    var end = AlertReader(scratch.log, from: .end)
    #expect(ids(try oldest.poll()).count == 10)
    #expect((1...5).contains(ids(try current.poll()).count))
    #expect(try end.poll().isEmpty)
    try AlertFile(scratch.log, rotation: rotation).append(sample(11))
    for seen in [try oldest.poll(), try current.poll(), try end.poll()] { #expect(ids(seen) == ["alert-11"]) }
  }

  @Test("A truncated file is read from its beginning, and said to be")
  func truncated() throws {
    let scratch = try Scratch()
    try filled(scratch, 5)
    var reader = AlertReader(scratch.log)
    _ = try reader.poll()
    try scratch.write(lines: [try scratch.lines()[4]])
    #expect(ids(try reader.poll()) == ["truncated", "alert-5"])
  }

  @Test(
    "A bad line is told once with its number and its fault, and skipped",
    arguments: [
      ("all is well", "it is no JSON"), ("[]", "it is no JSON object"), ("{}", "it has no 'time'"),
      (#"{"time":"yesterday"}"#, "its 'time' has a value that is unknown"),
      (#"{"time":7}"#, "its 'time' is of another kind"), ("", "it is no JSON"),
      (#"{"time":"2026-11-23T13:02:11Z","id":"\ud800"}"#, "it is no JSON"),
      (
        #"{"time":"2026-11-23T13:02:11Z","id":"x","rule":"r","severity":"fatal"}"#,
        "its 'severity' has a value that is unknown"
      ),
    ])
  func badLine(line: String, reason: String) throws {
    let scratch = try Scratch()
    try filled(scratch, 2)
    try scratch.append(line + "\n")
    try filled(scratch, 1)
    var reader = AlertReader(scratch.log)
    let events = try reader.poll()
    #expect(ids(events) == ["alert-1", "alert-2", "bad 3", "alert-1"])
    #expect(events[2] == .unreadable(file: scratch.log, line: 3, reason: reason))
    #expect(Rendering().note(events[2]) == "\(scratch.log):3: skipped: \(reason)")
    #expect(try reader.poll().isEmpty)
  }

  @Test("A line without end takes no memory and is told once")
  func endless() throws {
    let scratch = try Scratch()
    try filled(scratch, 1)
    var reader = AlertReader(scratch.log)
    _ = try reader.poll()
    var seen: [String] = []
    for _ in 0..<40 {
      try scratch.append(String(repeating: "x", count: 50_000))
      seen += ids(try reader.poll())
    }
    try scratch.append("\n" + sample(2).json + "\n")
    seen += ids(try reader.poll())
    #expect(seen == ["bad 2", "alert-2"])
  }

  @Test("A long log comes in portions, and the reader says when there is more")
  func portions() throws {
    let scratch = try Scratch()
    try AlertFile(scratch.log).check()
    let line = Array((sample().json + "\n").utf8)
    let count = (5 << 20) / line.count
    try scratch.write((0..<count).flatMap { _ in line })
    var reader = AlertReader(scratch.log)
    var seen = try reader.poll().count
    #expect(reader.isBehind && seen < count)
    seen += try reader.poll().count
    #expect(!reader.isBehind && seen == count)
  }

  @Test("Filters by rule, agent, pane, severity and time")
  func filters() {
    var alert = sample()
    #expect(AlertFilter().admits(alert))
    #expect(AlertFilter(rules: ["push-main", "kubectl-apply"]).admits(alert))
    #expect(!AlertFilter(rules: ["push-main"]).admits(alert))
    for agent in ["claude", "%3", "claude:%3"] { #expect(AlertFilter(agents: [agent]).admits(alert)) }
    #expect(!AlertFilter(agents: ["codex", "%4"]).admits(alert))
    #expect(AlertFilter(since: noon).admits(alert))
    let later = WallTime(milliseconds: noon.milliseconds + 1)
    #expect(!AlertFilter(since: later).admits(alert))
    alert.updated = later
    #expect(AlertFilter(since: later).admits(alert))
    alert.severity = .warning
    #expect(!AlertFilter(leastSeverity: .critical).admits(alert))
    #expect(AlertFilter(leastSeverity: .warning).admits(alert))
  }

  @Test("What somebody else wrote into the log is cleaned when it is read")
  func foreignControl() throws {
    let scratch = try Scratch()
    try filled(scratch, 1)
    let line = sample().json.replacing("web.yaml\",\"time", with: "\\u001b[2J\\u0000\u{9B}\",\"time")
    try scratch.append(line + "\n")
    var reader = AlertReader(scratch.log)
    guard case .alert(let alert)? = try reader.poll().last else {
      Issue.record("the line was not read")
      return
    }
    #expect(alert.text == "kubectl apply -f ␛[2J␀<U+009B>")
  }
}
