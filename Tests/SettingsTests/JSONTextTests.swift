import Foundation
import Testing

@testable import Settings

@Suite("Reading JSON with its places")
struct JSONTextTests {
  @Test(
    "refuses what is no JSON, with line, column and advice",
    arguments: [
      ("", "1:1: the file ends here, and a value was expected; is it cut off?"),
      ("// hi\n{}", "1:1: JSON has no comments; take this one out"),
      ("{\n  \"a\": 1, // why\n}", "2:11: JSON has no comments; take this one out"),
      ("{\"a\": 1,\n}", "2:1: a comma stands before '}'; JSON has none behind the last entry, take it out"),
      ("{'a': 1}", "1:2: JSON's strings stand in double quotes; write \" for '"),
      ("{\"é\": x}", "1:7: 'x' stands where a value was expected; write that"),
      ("{\"a\" 1}", "1:6: '1' stands where ':' was expected; write that"),
      ("{\"a\": 1 \"b\": 2}", "1:9: '\"' stands where ',' or '}' was expected; write that"),
      ("{\"a\": 01}", "1:7: this is no number of JSON; write it like 10, -1.5 or 2e3"),
      ("[1., 2]", "1:2: this is no number of JSON; write it like 10, -1.5 or 2e3"),
      ("[-]", "1:2: this is no number of JSON; write it like 10, -1.5 or 2e3"),
      ("[\"a\\x\"]", "1:4: this is no escape of JSON; write a backslash as \\\\"),
      ("[\"\\u12\"]", "1:3: this is no escape of JSON; write a backslash as \\\\"),
      ("[\"a\tb\"]", "1:4: a control character stands in a string; write it as an escape, such as \\n"),
      ("[\"abc", "1:2: this string has no end; close it with a double quote"),
      ("{} {}", "1:4: '{' stands where the end of the file was expected; write that"),
      ("{\"a\": tru}", "1:7: 't' stands where a value was expected; write that"),
      ("\u{FEFF}x", "1:1: 'x' stands where a value was expected; write that"),
      ("[1\u{1}]", "1:3: a control character stands where ',' or ']' was expected; write that"),
    ])
  func refusals(_ text: String, _ message: String) {
    #expect { try JSONText(Array(text.utf8)) } throws: { "\($0)" == message }
  }

  @Test("refuses bytes that are no UTF-8 at the first of them")
  func notUTF8() {
    #expect { try JSONText(Array("{\n \"a".utf8) + [0xFF] + Array("\"}".utf8)) } throws: {
      "\($0)" == "2:4: this is not UTF-8; save the file as UTF-8"
    }
    #expect(throws: SettingsError.self) { try JSONText([0x22, 0xED, 0xA0, 0x80, 0x22]) }
    #expect(throws: SettingsError.self) { try JSONText([0x22, 0xC3, 0x22]) }
  }

  @Test("survives what is odd and sound: huge numbers, lone surrogates, double keys, a byte order mark")
  func odd() throws {
    let text = try JSONText(
      Array("\u{FEFF} {\"a\": 1e99999999, \"a\": \"\\ud800x\\ud83d\\ude00\", \"b\": [[], {}]} \r\n".utf8))
    #expect(text.root.members.map(\.name) == ["a", "a", "b"])
    #expect(text.root.value("a").flatMap(text.string) == "\u{FFFD}x😀")
  }

  @Test("refuses hostile depth and length instead of running out of something")
  func bounds() {
    for open in ["[", "{\"a\":"] {
      #expect { try JSONText(Array(String(repeating: open, count: 500_000).utf8)) } throws: {
        "\($0)".contains("nested deeper than 128 levels")
      }
    }
    let deep = String(repeating: "[", count: 128) + String(repeating: "]", count: 128)
    #expect(throws: Never.self) { try JSONText(Array(deep.utf8)) }
    #expect { try JSONText([UInt8](repeating: 0x20, count: 5 << 20)) } throws: {
      "\($0)".contains("longer than 4 MiB")
    }
  }

  @Test("reads what another reader reads, and refuses what it refuses")
  func agreement() async throws {
    try await Seeds.each(250, agreement)
  }

  private func agreement(_ seed: Int) {
    var samples = JSONSamples(seed: seed, hasEmpty: true)
    var bytes = Array(samples.settings().utf8)
    for _ in 0..<Int.random(in: 0...2, using: &samples.random) {
      bytes[Int.random(in: bytes.indices, using: &samples.random)] =
        Array("{}[]\",:\\ 0aé\n".utf8).randomElement(using: &samples.random) ?? 0
    }
    // Foundation refuses lone surrogates and numbers out of range, and double keys are nothing to compare.
    let text = String(decoding: bytes, as: UTF8.self)
    guard !text.contains("\\ud"), !text.contains("e999"), !text.contains("\u{FEFF}") else { return }
    let theirs = (try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)) != nil
    let ours = (try? JSONText(bytes)) != nil
    #expect(ours == theirs, "\(text)")
  }
}
