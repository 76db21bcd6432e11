import Foundation
import Support
import Testing

@testable import Journal

@Suite struct ChainTests {
  @Test("A chain of a thousand alerts is whole")
  func thousand() throws {
    let scratch = try Scratch()
    try filled(scratch, 1000)
    let found = try AlertLog.verify(scratch.log)
    #expect(found.lines == 1000)
    #expect(found.first == 1 && found.last == 1000)
    #expect(found.findings.isEmpty && found.isIntact && found.endIsKnown)
    #expect(found.description == "1000 lines, whole")
  }

  @Test("A log that does not exist has no lines and no findings")
  func nothing() throws {
    let scratch = try Scratch()
    let found = try AlertLog.verify(scratch.log)
    #expect(found.lines == 0 && found.isIntact)
  }

  @Test("A changed byte is found in its line", arguments: [1, 17, 49, 50])
  func changed(line: Int) throws {
    let scratch = try Scratch()
    try filled(scratch, 50)
    var lines = try scratch.lines()
    let text = String(decoding: lines[line - 1], as: UTF8.self)
    lines[line - 1] = Array(text.replacing("web.yaml", with: "wob.yaml").utf8)
    try scratch.write(lines: lines)
    let finding = Verification.Finding(kind: .changed, file: scratch.log, line: line, count: 1)
    #expect(try AlertLog.verify(scratch.log).findings == [finding])
    // It stays found when the log goes on.
    try AlertFile(scratch.log).append(sample())
    #expect(try AlertLog.verify(scratch.log).findings == [finding])
  }

  @Test("Any changed byte of a line is found", arguments: [3, 10])
  func anyByte(line: Int) throws {
    let scratch = try Scratch()
    try filled(scratch, 10)
    let lines = try scratch.lines()
    for index in lines[line - 1].indices {
      var damaged = lines
      damaged[line - 1][index] ^= 1
      try scratch.write(lines: damaged)
      #expect(!(try AlertLog.verify(scratch.log).isIntact), "byte \(index)")
    }
  }

  @Test("A file whose first line was cut by a kill is whole when the files before it have been rotated away")
  func cutAtTheStart() throws {
    let scratch = try Scratch()
    try filled(scratch, 10)
    try FileManager.default.moveItem(atPath: scratch.log, toPath: scratch.log + ".1")
    try scratch.write(Array("{\"v\":1,\"time\":\"2026".utf8))
    try AlertFile(scratch.log).append(sample(11))
    try AlertFile(scratch.log).append(sample(12))
    #expect(try AlertLog.verify(scratch.log).isIntact)
    try FileManager.default.removeItem(atPath: scratch.log + ".1")
    let found = try AlertLog.verify(scratch.log)
    #expect(found.isIntact && found.kinds == [.cutLine] && found.first == 11)
  }

  @Test("A removed line is found, and how many there were", arguments: [(1, 1), (5, 1), (20, 7)])
  func removed(from: Int, count: Int) throws {
    let scratch = try Scratch()
    try filled(scratch, 30)
    var lines = try scratch.lines()
    lines.removeSubrange((from - 1)..<(from - 1 + count))
    try scratch.write(lines: lines)
    let found = try AlertLog.verify(scratch.log)
    #expect(found.findings == [.init(kind: .removed, file: scratch.log, line: from, count: count)])
  }

  @Test("Two lines that changed places are found as moved, not as changed")
  func swapped() throws {
    let scratch = try Scratch()
    try filled(scratch, 30)
    var lines = try scratch.lines()
    lines.swapAt(9, 10)
    try scratch.write(lines: lines)
    let found = try AlertLog.verify(scratch.log)
    #expect(found.findings == [.init(kind: .moved, file: scratch.log, line: 11, count: 1)])
  }

  @Test("A line that was copied is found")
  func copied() throws {
    let scratch = try Scratch()
    try filled(scratch, 10)
    var lines = try scratch.lines()
    lines.insert(lines[3], at: 7)
    try scratch.write(lines: lines)
    #expect(
      try AlertLog.verify(scratch.log).findings
        == [.init(kind: .copied, file: scratch.log, line: 8, count: 1)])
  }

  @Test("A line that is not ours is found")
  func foreign() throws {
    let scratch = try Scratch()
    try filled(scratch, 10)
    var lines = try scratch.lines()
    lines.insert(Array("all is well".utf8), at: 4)
    try scratch.write(lines: lines)
    #expect(
      try AlertLog.verify(scratch.log).findings
        == [.init(kind: .foreign, file: scratch.log, line: 5, count: 1)])
  }

  @Test("A truncated end is found, also after the log went on")
  func truncated() throws {
    let scratch = try Scratch()
    try filled(scratch, 10)
    try scratch.write(lines: Array(try scratch.lines().prefix(7)))
    #expect(
      try AlertLog.verify(scratch.log).findings
        == [.init(kind: .truncated, file: scratch.log, line: 7, count: 3)])

    let receipt = try AlertFile(scratch.log).append(sample())
    #expect(receipt == .init(seq: 11, notices: [.linesMissing(path: scratch.log, count: 3)]))
    #expect(
      try AlertLog.verify(scratch.log).findings
        == [.init(kind: .removed, file: scratch.log, line: 8, count: 3)])
  }

  @Test("A log emptied by hand is found, and goes on")
  func emptied() throws {
    let scratch = try Scratch()
    try filled(scratch, 10)
    try scratch.write([])
    #expect(try AlertLog.verify(scratch.log).kinds == [.truncated])
    #expect(try AlertFile(scratch.log).append(sample()).seq == 11)
    #expect(try AlertLog.verify(scratch.log).kinds == [.removed])
  }

  @Test("A last line cut in the middle after it was whole is not taken for a crash")
  func cutAfterwards() throws {
    let scratch = try Scratch()
    try filled(scratch, 10)
    try scratch.write(try scratch.bytes().dropLast(100))
    #expect(
      try AlertLog.verify(scratch.log).findings
        == [.init(kind: .foreign, file: scratch.log, line: 10, count: 1)])
    try AlertFile(scratch.log).append(sample())
    #expect(!(try AlertLog.verify(scratch.log).isIntact))
  }

  @Test("A line cut off by a crash is set aside, told once and explained", arguments: [1, 60, 400])
  func cutLine(bytes: Int) throws {
    let scratch = try Scratch()
    try filled(scratch, 10)
    let last = try #require(try scratch.lines().last)
    try scratch.append(String(decoding: last.prefix(bytes), as: UTF8.self))
    let finding = Verification.Finding(kind: .cutLine, file: scratch.log, line: 11, count: bytes)
    #expect(try AlertLog.verify(scratch.log).findings == [finding])

    let log = AlertFile(scratch.log)
    let receipt = try log.append(sample())
    #expect(receipt == .init(seq: 11, notices: [.cutLine(path: scratch.log, bytes: bytes)]))
    #expect(try log.append(sample()).notices.isEmpty)
    let found = try AlertLog.verify(scratch.log)
    #expect(found.findings == [finding] && found.isIntact && found.lines == 12)
    // Tampering with the cut line is tampering.
    var lines = try scratch.lines()
    lines[10].append(UInt8(ascii: "!"))
    try scratch.write(lines: lines)
    #expect(!(try AlertLog.verify(scratch.log).isIntact))
    lines.remove(at: 10)
    try scratch.write(lines: lines)
    #expect(!(try AlertLog.verify(scratch.log).isIntact))
  }

  @Test("A cut line with zeros in it, as a power cut leaves it, is set aside, too")
  func zeros() throws {
    let scratch = try Scratch()
    try filled(scratch, 3)
    try scratch.write(try scratch.bytes() + [UInt8](repeating: 0, count: 5000))
    #expect(try AlertFile(scratch.log).append(sample()).seq == 4)
    #expect(try AlertLog.verify(scratch.log).kinds == [.cutLine])
  }

  @Test("A first line cut off, alone in the file, is set aside")
  func firstCut() throws {
    let scratch = try Scratch()
    try AlertFile(scratch.log).check()
    try scratch.append(#"{"actions":[{"do":"int"#)
    #expect(try AlertFile(scratch.log).append(sample()).seq == 1)
    let found = try AlertLog.verify(scratch.log)
    #expect(found.kinds == [.cutLine] && found.lines == 1)
  }

  @Test("A whole last line that lacks only its newline is completed")
  func newline() throws {
    let scratch = try Scratch()
    try filled(scratch, 3)
    try scratch.write(try scratch.bytes().dropLast())
    #expect(try AlertFile(scratch.log).append(sample()).notices.isEmpty)
    let found = try AlertLog.verify(scratch.log)
    #expect(found.lines == 4 && found.findings.isEmpty)
  }

  @Test("A writer killed between the line and the note loses nothing")
  func staleNote() throws {
    let scratch = try Scratch()
    try filled(scratch, 5)
    let note = try scratch.bytes(scratch.log + ".head")
    try filled(scratch, 1)
    try scratch.write(note, to: scratch.log + ".head")
    #expect(try AlertLog.verify(scratch.log).findings.isEmpty)
    #expect(try AlertFile(scratch.log).append(sample()).seq == 7)
    #expect(try AlertLog.verify(scratch.log).findings.isEmpty)
  }

  @Test(
    "Without the note the chain goes on, and verify says what it cannot tell", arguments: [nil, "", "junk\n"])
  func noNote(content: String?) throws {
    let scratch = try Scratch()
    try filled(scratch, 5)
    try FileManager.default.removeItem(atPath: scratch.log + ".head")
    if let content { try scratch.write(content.utf8, to: scratch.log + ".head") }
    let found = try AlertLog.verify(scratch.log)
    #expect(found.isIntact && !found.endIsKnown)
    #expect(found.description.contains("cannot be told"))
    #expect(try AlertFile(scratch.log).append(sample()).seq == 6)
    #expect(try AlertLog.verify(scratch.log).endIsKnown)
  }

  @Test(
    "Numbers out of all bounds in a line are no line and no trap",
    arguments: ["9223372036854775807", "-1", "1e400"])
  func hostileNumbers(number: String) throws {
    let scratch = try Scratch()
    try filled(scratch, 3)
    try scratch.append(#"{"seq":\#(number),"prev":"\#(Digest.none)"}"# + "\n")
    #expect(try AlertFile(scratch.log).append(sample()).seq == 4)
    #expect(try AlertLog.verify(scratch.log).lines == 4)
  }

  @Test("Random bytes in place of the log never trap, nor do random changes of one")
  func fuzz() throws {
    let scratch = try Scratch()
    var generator = Seeded(7)
    try filled(scratch, 6, rotation: Rotation(limit: 3000, kept: 3))
    let good = try scratch.bytes()
    for _ in 0..<300 {
      var bytes = good
      for _ in 0..<Int.random(in: 1...8, using: &generator) {
        let index = Int.random(in: bytes.indices, using: &generator)
        switch Int.random(in: 0..<3, using: &generator) {
        case 0: bytes[index] = UInt8.random(in: 0...255, using: &generator)
        case 1: bytes.removeSubrange(index..<min(bytes.count - 1, index + 40))
        default: bytes.insert(contentsOf: bytes.prefix(index).suffix(30), at: index)
        }
      }
      try scratch.write(bytes)
      _ = try AlertLog.verify(scratch.log).description
      var reader = AlertReader(scratch.log, from: .oldest)
      _ = try reader.poll()
      _ = try? AlertFile(scratch.log).check()
    }
  }
}
