import Foundation
import Processes
import Testing

@testable import Journal

@Suite struct RotationTests {
  private func names(_ scratch: Scratch) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: scratch.directory + "/state").sorted()
  }

  @Test("What was put aside is compressed but for the newest, and the chain is whole over all of it")
  func compressed() throws {
    let scratch = try Scratch()
    let rotation = Rotation(limit: 4000, kept: 5)
    try filled(scratch, 40, rotation: rotation)
    let log = AlertFile(scratch.log, rotation: rotation)
    try log.tidy()
    let names = try names(scratch).filter {
      $0.hasPrefix("alerts.jsonl.") && $0.last != "e" && $0.last != "d"
    }
    #expect(names == ["alerts.jsonl.1"] + (2...5).map { "alerts.jsonl.\($0).gz" })
    let before = try AlertLog.verify(scratch.log)
    #expect(before.findings.isEmpty && before.last == 40 && before.files.count == 6)
    for index in 41...80 { try log.append(sample(index), durable: false) }
    try log.tidy()
    let after = try AlertLog.verify(scratch.log)
    #expect(after.findings.isEmpty && after.last == 80 && after.files.count == 6)
    let tested = Process()
    tested.executableURL = URL(filePath: "/bin/sh")
    tested.arguments = ["-c", "gzip -t \(scratch.log).*.gz"]
    try tested.start()
    tested.waitUntilExit()
    #expect(tested.terminationStatus == 0)
  }

  @Test("A changed byte in a compressed file is found")
  func damaged() throws {
    let scratch = try Scratch()
    try filled(scratch, 40, rotation: Rotation(limit: 4000, kept: 5))
    let file = scratch.log + ".3"
    let text = String(decoding: try scratch.bytes(file), as: UTF8.self)
    try scratch.write(text.replacing("shop", with: "shoq").utf8, to: file)
    try AlertFile(scratch.log).tidy()
    #expect(FileManager.default.fileExists(atPath: file + ".gz"))
    #expect(try AlertLog.verify(scratch.log).kinds.contains(.changed))
    try scratch.write("no gzip".utf8, to: file + ".gz")
    #expect(throws: JournalError.self) { try AlertLog.verify(scratch.log) }
  }

  @Test("A file whose first line is old enough is put aside, at the next line")
  func age() throws {
    let scratch = try Scratch()
    let log = AlertFile(scratch.log, rotation: Rotation(age: .seconds(3600), kept: 3))
    for hour in [0, 1, 59, 60, 61, 121] {
      var alert = sample(hour)
      alert.time = WallTime(milliseconds: noon.milliseconds + Int64(hour) * 60_000)
      try log.append(alert)
    }
    let found = try AlertLog.verify(scratch.log)
    #expect(found.findings.isEmpty && found.files.count == 3)
    #expect(try scratch.lines(scratch.log + ".2").count == 3)
    #expect(try scratch.lines(scratch.log + ".1").count == 2)
    // Another process asks the file itself.
    var late = sample()
    late.time = WallTime(milliseconds: noon.milliseconds + 182 * 60_000)
    try AlertFile(scratch.log, rotation: log.rotation).append(late)
    #expect(try AlertLog.verify(scratch.log).files.count == 4)
  }

  @Test("A reader begins in compressed files, and follows one that is compressed while it reads")
  func followed() throws {
    let scratch = try Scratch()
    let rotation = Rotation(limit: 4000, kept: 20)
    let log = AlertFile(scratch.log, rotation: rotation)
    for index in 1...40 { try log.append(sample(index), durable: false) }
    try log.tidy()
    var reader = AlertReader(scratch.log, from: .oldest)
    var seen = try ids(&reader)
    #expect(seen == (1...40).map { "alert-\($0)" })
    for index in 41...90 { try log.append(sample(index), durable: false) }
    try log.tidy()
    seen += try ids(&reader)
    for index in 91...100 { try log.append(sample(index), durable: false) }
    seen += try ids(&reader)
    #expect(seen == (1...100).map { "alert-\($0)" })
  }

  private func ids(_ reader: inout AlertReader) throws -> [String] {
    try reader.poll().map { if case .alert(let alert) = $0 { alert.id } else { "\($0)" } }
  }

  @Test("Who is killed between two steps of compressing leaves the log whole", arguments: [1, 2])
  func killedWhileCompressing(step: Int) throws {
    let scratch = try Scratch()
    let rotation = Rotation(limit: 4000, kept: 5)
    try filled(scratch, 40, rotation: rotation)
    let plain = try scratch.bytes(scratch.log + ".3")
    let log = AlertFile(scratch.log, rotation: rotation)
    try log.tidy()
    // Both names are there, or only half of the new file.
    try scratch.write(plain, to: scratch.log + ".3")
    if step == 1 { try scratch.write([0x1F, 0x8B], to: scratch.log + ".packing") }
    #expect(try AlertLog.verify(scratch.log).findings.isEmpty)
    for index in 41...90 { try log.append(sample(index), durable: false) }
    #expect(try AlertLog.verify(scratch.log).findings.isEmpty)
    try log.tidy()
    let found = try AlertLog.verify(scratch.log)
    #expect(found.findings.isEmpty && found.last == 90)
    #expect(try !names(scratch).contains("alerts.jsonl.packing"))
  }

  @Test("Fewer files are kept when that is wished from now on")
  func fewer() throws {
    let scratch = try Scratch()
    try filled(scratch, 60, rotation: Rotation(limit: 4000, kept: 9))
    let log = AlertFile(scratch.log, rotation: Rotation(limit: 4000, kept: 2))
    try log.tidy()
    let found = try AlertLog.verify(scratch.log)
    #expect(found.files.count == 3 && found.findings.isEmpty)
  }
}
