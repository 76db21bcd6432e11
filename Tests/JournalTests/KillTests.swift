import Foundation
import Testing

@testable import Journal

@Suite(.serialized) struct KillTests {
  @Test("Two processes write five hundred alerts each, and the chain is whole")
  func twoProcesses() throws {
    let scratch = try Scratch()
    let words = ["500", "--rotate", "800000", "--quick"]
    let first = try Writer([scratch.log, words[0], "one"] + words.dropFirst())
    let second = try Writer([scratch.log, words[0], "two"] + words.dropFirst())
    let ends = [first.finish(), second.finish()]
    #expect(ends.map(\.errors) == ["", ""])
    #expect(Set(ends.flatMap(\.printed)) == Set(1...1000))
    let found = try AlertLog.verify(scratch.log)
    #expect(found.lines == 1000 && found.findings.isEmpty && found.files.count > 4)
  }

  /// Each round kills two writers; what they had promised is there, and the next ones go on.
  @Test("Writers killed at random, a hundred times, lose no line that they had promised and break no chain")
  func killed() throws {
    let scratch = try Scratch()
    var generator = SystemRandomNumberGenerator()
    var promises = 0
    for round in 0..<50 {
      let writers = try ["a", "b"].map {
        try Writer([scratch.log, "100000", "\($0)\(round)", "--rotate", "100000", "--tidy", "--quick"])
      }
      var promised: [Int] = []
      for (index, writer) in writers.enumerated() {
        var data = writer.read()
        let enough = Int.random(in: 1...(6 + index * 20), using: &generator)
        while numbers(data).count < enough, case let more = writer.read(), !more.isEmpty { data += more }
        // Some time later, up to a tenth of a line, so that it is anywhere in an append.
        let spins = Int.random(in: 0..<20000, using: &generator)
        for _ in 0..<spins where kill(writer.process.processIdentifier, 0) != 0 { break }
        kill(writer.process.processIdentifier, SIGKILL)
        promised += numbers(data + writer.rest())
      }
      let found = try AlertLog.verify(scratch.log)
      if !found.isIntact { scratch.keep(as: "outrider-broken-chain") }
      #expect(found.isIntact, "\(found.findings.map(\.description))")
      let first = try #require(found.first)
      let present = try presentNumbers(found.files)
      #expect(promised.allSatisfy { $0 < first || present.contains($0) })
      promises += promised.count
    }
    #expect(promises > 100)
  }

  private func presentNumbers(_ files: [String]) throws -> Set<Int> {
    var numbers: Set<Int> = []
    for file in files {
      let content = try #require(try OpenFile.reading(file))
      for line in try content.read(at: 0, count: content.status().size).split(separator: 10) {
        if let link = Link.read(line) { numbers.insert(link.seq) }
      }
    }
    return numbers
  }
}

extension Writer {
  /// What is left of its output after it was killed.
  func rest() -> Data {
    var data = Data()
    while case let more = read(), !more.isEmpty { data += more }
    process.waitUntilExit()
    return data
  }
}
