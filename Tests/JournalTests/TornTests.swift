import Foundation
import Testing

@testable import Journal

/// What kills leave behind, each state built by hand.
@Suite struct TornTests {
  private static let torn = #"{"actions":[],"agent":{"name":"cl"#

  @Test("A line cut off at the end of a full file is explained in that file, before it is put aside")
  func explainedFirst() throws {
    let scratch = try Scratch()
    let rotation = Rotation(limit: 4000, kept: 2)
    try filled(scratch, 1)
    while try scratch.bytes().count < 3900 { try filled(scratch, 1) }
    try scratch.append(Self.torn)
    try filled(scratch, 1, rotation: rotation)
    #expect(!FileManager.default.fileExists(atPath: scratch.log + ".1"))
    #expect(try AlertLog.verify(scratch.log).kinds == [.cutLine])
    // Nor does it matter when that file has fallen out.
    try filled(scratch, 60, rotation: rotation)
    #expect(try AlertLog.verify(scratch.log).findings.isEmpty)
  }

  @Test(
    "A whole line that lacks only its end gets it before its file is put aside, and every reader finds it")
  func unended() throws {
    let scratch = try Scratch()
    try filled(scratch, 3)
    try scratch.write(try scratch.bytes().dropLast())
    let log = AlertFile(scratch.log, rotation: Rotation(limit: 100, kept: 3))
    try log.append(sample(4))
    #expect(try scratch.bytes().count { $0 == UInt8(ascii: "\n") } == 4)
    try log.append(sample(5))
    let found = try AlertLog.verify(scratch.log)
    #expect(found.isIntact && found.lines == 5 && found.findings.isEmpty)
  }

  @Test("Two lines cut off one after the other, before and after a rotation, are both explained")
  func twice() throws {
    let scratch = try Scratch()
    try filled(scratch, 5)
    try scratch.append(Self.torn)
    let log = AlertFile(scratch.log, rotation: Rotation(limit: 100, kept: 3))
    try log.append(sample(6))
    try log.append(sample(7))
    try scratch.append(Self.torn)
    try scratch.append("\n" + Self.torn)
    try log.append(sample(8))
    let found = try AlertLog.verify(scratch.log)
    #expect(found.isIntact && found.last == 8 && found.kinds == [.cutLine, .cutLine])
  }

  @Test("The first line of a file is cut off while the note is a line behind: no number comes twice")
  func lateNote() throws {
    let scratch = try Scratch()
    let log = AlertFile(scratch.log)
    try log.append(sample(1))
    let note = try scratch.bytes(scratch.log + ".head")
    try log.append(sample(2))
    try scratch.write(note, to: scratch.log + ".head")
    try FileManager.default.moveItem(atPath: scratch.log, toPath: scratch.log + ".1")
    try scratch.write(Self.torn.utf8)
    #expect(try AlertFile(scratch.log).append(sample(3)).seq == 3)
    let found = try AlertLog.verify(scratch.log)
    #expect(found.isIntact && found.lines == 3)
  }

  @Test("A file that was put aside with a line cut off, and nothing after it yet, is explained by the next")
  func putAside() throws {
    let scratch = try Scratch()
    try filled(scratch, 3)
    try scratch.append(Self.torn)
    try FileManager.default.moveItem(atPath: scratch.log, toPath: scratch.log + ".1")
    #expect(try AlertFile(scratch.log).append(sample(4)).seq == 4)
    #expect(try AlertLog.verify(scratch.log).kinds == [.cutLine])
  }

  @Test("A log that begins with the line that tells of a cut one in a file that has fallen out is whole")
  func fallenOut() throws {
    let scratch = try Scratch()
    try filled(scratch, 3)
    try scratch.append(Self.torn)
    try FileManager.default.moveItem(atPath: scratch.log, toPath: scratch.log + ".1")
    try filled(scratch, 3)
    try FileManager.default.removeItem(atPath: scratch.log + ".1")
    #expect(try AlertLog.verify(scratch.log).findings.isEmpty)
  }
}
