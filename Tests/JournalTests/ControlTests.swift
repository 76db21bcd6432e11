import Foundation
import Testing

@testable import Journal

/// Characters that steer a terminal, turn the reading order around or cannot be seen.
@Suite struct ControlTests {
  private static let steering: [ClosedRange<UInt32>] = [
    0x00...0x1F, 0x7F...0x7F, 0x80...0x9F, 0x061C...0x061C, 0x200B...0x200F, 0x2028...0x202E,
    0x2060...0x206F, 0xFEFF...0xFEFF, 0x00AD...0x00AD, 0x034F...0x034F, 0x180E...0x180E, 0x3164...0x3164,
    0xE0000...0xE007F, 0xE0100...0xE01EF,
  ]

  @Test("None of them is in a line, in whatever field it came")
  func everyField() throws {
    let scalars = Self.steering.flatMap { $0 }.compactMap(Unicode.Scalar.init)
    #expect(scalars.count > 400)
    let scratch = try Scratch()
    let log = AlertFile(scratch.log)
    for start in stride(from: 0, to: scalars.count, by: 8) {
      let text = "a" + scalars[start..<min(start + 8, scalars.count)].map { "\($0)b" }.joined()
      var alert = sample(text: text)
      (alert.id, alert.story, alert.rule) = (text, text, text)
      alert.agent = .init(name: text, pane: text, session: text, cwd: text)
      alert.source.rawValue = text
      (alert.why, alert.instead, alert.evidence) = (text, text, [text])
      alert.actions = [.init(text, result: text)]
      alert.outcome.rawValue = text
      try log.append(alert, durable: false)
    }
    let bad = Set(scalars.map(\.value))
    for line in try scratch.lines() {
      let text = String(decoding: line, as: UTF8.self)
      #expect(!text.contains("\\u"))
      #expect(text.unicodeScalars.filter { bad.contains($0.value) }.isEmpty)
      let strings = Self.strings(try JSONSerialization.jsonObject(with: Data(line)))
      #expect(strings.count > 14)
      #expect(strings.allSatisfy { $0.unicodeScalars.allSatisfy { !bad.contains($0.value) } })
    }
  }

  private static func strings(_ value: Any) -> [String] {
    switch value {
    case let text as String: [text]
    case let list as [Any]: list.flatMap(strings)
    case let object as [String: Any]: object.values.flatMap(strings) + object.keys
    default: []
    }
  }

  @Test(
    "A joiner stays where it joins, and shows where it hides",
    arguments: [
      ("👩‍🚀", "👩‍🚀"), ("rm\u{200D}dir", "rm<U+200D>dir"), ("\u{200D}", "<U+200D>"),
      ("नमस्\u{200D}ते", "नमस्\u{200D}ते"), ("漢\u{200C}\u{200D}\u{200C}", "漢\u{200C}<U+200D><U+200C>"),
    ])
  func joiners(text: String, shown: String) {
    #expect(legible(text, bytes: 256) == shown)
    #expect(legible(shown, bytes: 256) == shown)
  }
}
