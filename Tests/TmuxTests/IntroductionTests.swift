import Foundation
import Support
import Testing

@testable import Tmux

@Suite("What a client says of itself")
struct IntroductionTests {
  /// A message as tmux frames it.
  private func message(_ type: UInt32, _ text: String = "", carries: Bool = false) -> [UInt8] {
    let words: [UInt32] = [type, UInt32(16 + text.utf8.count) | (carries ? 1 << 16 : 0), 8, 0xFFFF_FFFF]
    return words.flatMap { word in withUnsafeBytes(of: word) { Array($0) } } + Array(text.utf8)
  }

  @Test("reaches the server with what kind of client it is in one piece with its end, at last")
  func order() {
    let (flags, term, done) = (message(111, "flags"), message(101, "xterm"), message(106))
    let (input, output) = (message(104, carries: true), message(110, carries: true))
    var introduction = Introduction()
    introduction.take(flags + term + input, 7)
    introduction.take(output, 8)
    #expect(!introduction.isComplete)
    introduction.take(done + [200, 0], -1)
    #expect(introduction.isComplete)
    #expect(
      introduction.pieces == [
        .init(bytes: input, descriptor: 7), .init(bytes: output, descriptor: 8),
        .init(bytes: term), .init(bytes: flags + done + [200, 0]),
      ])
  }

  @Test("is complete with its last byte, however it was cut")
  func cut() {
    let all = message(111, "flags") + message(104, carries: true) + message(106)
    for length in 1...all.count {
      var introduction = Introduction()
      var left = all[...]
      while !left.isEmpty {
        #expect(!introduction.isComplete)
        introduction.take(Array(left.prefix(length)), left.count == all.count ? 7 : -1)
        left = left.dropFirst(length)
      }
      #expect(introduction.isComplete)
      #expect(
        introduction.pieces == [
          .init(bytes: message(104, carries: true), descriptor: 7),
          .init(bytes: message(111, "flags") + message(106)),
        ])
    }
  }

  @Test("goes on as it came when it is not understood")
  func foreign() {
    var random = Seeded(5)
    for _ in 0..<300 {
      var introduction = Introduction()
      var sent: [Introduction.Piece] = []
      for _ in 0..<Int.random(in: 1...5, using: &random) {
        let bytes = (0..<Int.random(in: 1...60, using: &random)).map { _ in
          UInt8.random(in: 0...255, using: &random)
        }
        sent.append(.init(bytes: bytes, descriptor: Bool.random(using: &random) ? 9 : -1))
        introduction.take(bytes, sent.last?.descriptor ?? -1)
      }
      #expect(introduction.isComplete || introduction.pieces == sent)
      #expect(introduction.pieces.reduce(0) { $0 + $1.bytes.count } == sent.reduce(0) { $0 + $1.bytes.count })
    }
    // Endless, or a descriptor that never came.
    var long = Introduction()
    for _ in 0..<6 { long.take(message(105, String(repeating: "x", count: 60_000)), -1) }
    long.take(message(106), -1)
    #expect(long.isComplete && long.pieces.count == 7)
    var lost = Introduction()
    lost.take(message(104, carries: true) + message(106), -1)
    #expect(lost.isComplete && lost.pieces == [.init(bytes: message(104, carries: true) + message(106))])
  }
}
