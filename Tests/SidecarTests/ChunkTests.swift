import Foundation
import Rulebook
import Senses
import Sidecar
import Support
import Testing

@Suite("The facts of a recording")
struct ChunkTests {
  private func facts(_ recording: Recording) -> [String] {
    var facts: [String] = []
    ReplaySession(Fixtures.library).run(recording) { fact in
      // What rules make of it may hang on the time between two.
      guard fact.fields["rule"] == nil else { return }
      facts.append("\(fact.kind) \(fact.phase?.rawValue ?? "") \(fact.story ?? 0) \(fact.text)")
    } onVerdict: { _, _ in
    }
    return facts
  }

  @Test("are the same byte by byte and in random pieces", arguments: Fixtures.names)
  func pieces(_ name: String) throws {
    let recording = try Fixtures.recording(name).withInferredSizes()
    let whole = facts(recording)
    #expect(!whole.isEmpty)
    #expect(facts(recording.cut { _ in 1 }) == whole)
    var chance = Seeded(42)
    #expect(facts(recording.cut { _ in Int.random(in: 1...97, using: &chance) }) == whole)
  }

  @Test("are the same when everything comes in one piece", arguments: Fixtures.names)
  func onePiece(_ name: String) throws {
    let recording = try Fixtures.recording(name).withInferredSizes()
    #expect(facts(recording.joined()) == facts(recording))
  }
}

extension Recording {
  /// The same bytes at the same times in pieces of the given sizes.
  fileprivate func cut(_ size: (Int) -> Int) -> Recording {
    var pieces: [Timed] = []
    for timed in events {
      guard case .output(let bytes) = timed.event else {
        pieces.append(timed)
        continue
      }
      var offset = 0
      while offset < bytes.count {
        let end = min(bytes.count, offset + size(offset))
        pieces.append(Timed(time: timed.time, event: .output(Array(bytes[offset..<end]))))
        offset = end
      }
    }
    return Recording(rows: rows, columns: columns, events: pieces, title: title)
  }

  /// All that came between two resizes as one event.
  fileprivate func joined() -> Recording {
    var pieces: [Timed] = []
    for timed in events {
      if case .output(let bytes) = timed.event, let last = pieces.last, case .output(let before) = last.event
      {
        pieces[pieces.count - 1] = Timed(time: last.time, event: .output(before + bytes))
      } else {
        pieces.append(timed)
      }
    }
    return Recording(rows: rows, columns: columns, events: pieces, title: title)
  }
}
