import Foundation
import Testing

@testable import Journal

@Suite struct AlertFileTests {
  @Test("The directory and the files are for their owner only")
  func permissions() throws {
    let scratch = try Scratch()
    let path = scratch.directory + "/a/b/alerts.jsonl"
    try AlertFile(path).append(sample())
    func mode(_ path: String) throws -> Int? {
      try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }
    #expect(try mode(scratch.directory + "/a") == 0o700)
    #expect(try mode(scratch.directory + "/a/b") == 0o700)
    #expect(try mode(path) == 0o600)
    #expect(try mode(path + ".head") == 0o600)
  }

  @Test("Rotated files carry the chain on, and the oldest fall out")
  func rotation() throws {
    let scratch = try Scratch()
    try filled(scratch, 40, rotation: Rotation(limit: 4000, kept: 3))
    let found = try AlertLog.verify(scratch.log)
    #expect(found.files.count == 4 && found.files.last == scratch.log)
    #expect(found.findings.isEmpty)
    #expect(found.first! > 1 && found.last == 40)
    for file in found.files { #expect(try scratch.bytes(file).count <= 4000) }
    let first = try #require(try scratch.lines().first)
    #expect(String(decoding: first, as: UTF8.self).contains(#""chain":"continued""#))
  }

  @Test("A rotated file that was removed from among the others is found")
  func removedFile() throws {
    let scratch = try Scratch()
    try filled(scratch, 40, rotation: Rotation(limit: 4000, kept: 9))
    try FileManager.default.removeItem(atPath: scratch.log + ".2")
    #expect(try AlertLog.verify(scratch.log).kinds == [.removed])
  }

  @Test("A hole in the numbers, as a kill between two renames leaves it, keeps the order")
  func hole() throws {
    let scratch = try Scratch()
    let rotation = Rotation(limit: 4000, kept: 5)
    try filled(scratch, 30, rotation: rotation)
    for number in [5, 4, 3] {
      try? FileManager.default.removeItem(atPath: scratch.log + ".\(number)")
    }
    try FileManager.default.moveItem(atPath: scratch.log + ".2", toPath: scratch.log + ".3")
    try FileManager.default.moveItem(atPath: scratch.log + ".1", toPath: scratch.log + ".2")
    try FileManager.default.moveItem(atPath: scratch.log, toPath: scratch.log + ".1")
    #expect(try AlertFile(scratch.log, rotation: rotation).append(sample()).seq == 31)
    try filled(scratch, 10, rotation: rotation)
    let found = try AlertLog.verify(scratch.log)
    #expect(found.findings.isEmpty && found.last == 41)
  }

  @Test("A file moved or removed under a running log is made anew")
  func moved() throws {
    let scratch = try Scratch()
    let log = AlertFile(scratch.log)
    try log.append(sample())
    try FileManager.default.moveItem(atPath: scratch.log, toPath: scratch.log + ".1")
    #expect(try log.append(sample()) == .init(seq: 2, notices: []))
    #expect(try AlertLog.verify(scratch.log).findings.isEmpty)
    try FileManager.default.removeItem(atPath: scratch.directory + "/state")
    #expect(try log.append(sample()).seq == 1)
  }

  @Test("Text of any kind makes one line that is whole and safe to show")
  func hostileText() throws {
    let scratch = try Scratch()
    let log = AlertFile(scratch.log)
    let texts = [
      "\u{1B}]52;c;cm0gLXJm\u{07}\u{1B}[2J", "one\ntwo\r\nthree", "nul\u{0}byte", "\u{202E}drowssap",
      "\u{9B}2J\u{85}\u{2028}", String(repeating: "a", count: 1 << 20),
      String(repeating: "\n", count: 100_000),
      String(decoding: [0xED, 0xA0, 0x80, 0xFF, 0xC0, 0x80] as [UInt8], as: UTF8.self), "\u{FFFF}\u{10FFFF}",
      "",
    ]
    for text in texts {
      var alert = sample(text: text)
      alert.rule = text
      alert.agent = .init(name: text, pane: text, session: text, cwd: text)
      alert.evidence = [text, text]
      alert.actions = [.init(text, result: text, ms: .nan)]
      alert.outcome.rawValue = text
      try log.append(alert, durable: false)
    }
    let lines = try scratch.lines()
    #expect(lines.count == texts.count)
    for line in lines {
      #expect(line.allSatisfy { $0 >= 0x20 && $0 != 0x7F })
      let text = String(decoding: line, as: UTF8.self)
      #expect(!text.contains("\\u"))
      #expect(!text.unicodeScalars.contains { (0x80..<0xA0).contains($0.value) || $0.value == 0x202E })
    }
    var reader = AlertReader(scratch.log)
    #expect(try reader.poll().count == texts.count)
    #expect(try AlertLog.verify(scratch.log).findings.isEmpty)
  }

  @Test("Two logs of one process share a file, each from its own thread")
  func threads() throws {
    let scratch = try Scratch()
    let path = scratch.log
    DispatchQueue.concurrentPerform(iterations: 2) { name in
      let log = AlertFile(path, rotation: Rotation(limit: 60_000, kept: 20), patience: 20_000)
      for index in 0..<500 { _ = try? log.append(sample(index, agent: "t\(name)"), durable: false) }
    }
    let found = try AlertLog.verify(path)
    #expect(found.lines == 1000 && found.findings.isEmpty && found.files.count > 5)
  }

  @Test("The actor takes alerts from many tasks and loses none")
  func tasks() async throws {
    let scratch = try Scratch()
    let log = AlertLog(scratch.log)
    try await withThrowingTaskGroup { group in
      for index in 0..<100 { group.addTask { try await log.append(sample(index), durable: false) } }
      try await group.waitForAll()
    }
    #expect(try AlertLog.verify(scratch.log).lines == 100)
  }

  @Test("The default path follows XDG, then the home directory")
  func defaultPath() {
    #expect(
      AlertLog.defaultPath(environment: ["HOME": "/home/ada", "XDG_STATE_HOME": "/var/s"])
        == "/var/s/outrider/alerts.jsonl")
    #expect(
      AlertLog.defaultPath(environment: ["HOME": "/home/ada", "XDG_STATE_HOME": "s"])
        == "/home/ada/.local/state/outrider/alerts.jsonl")
    #expect(AlertLog.defaultPath(environment: [:]) == nil)
  }
}
