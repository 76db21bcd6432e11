import Support
import Testing

@testable import Tmux

extension RealTmux {
  @Suite("Text typed into a real pane")
  struct TypingTests {
    static let nasty = [
      "; kill-server", "\\; kill-server", "a;", "$HOME ${HOME} $(id) `id`", "~ ~root",
      "#{pane_id} #S #(id) %%",
      "{ kill-server }", "}", "\"", "'", "'\"'\"", "\\", "a\\", "\\012", "\\\\", "-l", "--", "-t %1", "Enter",
      "C-c", "é ü ß 漢字 👍🏽 e\u{301} \u{200D}", "# comment", "%if", "%end 1 1 1", "^C", "!!", " lead", "trail ",
    ]

    static func random() -> String {
      var text = ""
      for _ in 0..<Int.random(in: 1...60) {
        switch Int.random(in: 0..<6) {
        case 0: text += nasty.randomElement()!
        case 1: text.unicodeScalars.append(Unicode.Scalar(UInt32.random(in: 0xA1...0x2FF))!)
        case 2: text.unicodeScalars.append(Unicode.Scalar(UInt32.random(in: 0x4E00...0x9FFF))!)
        case 3: text.unicodeScalars.append(Unicode.Scalar(UInt32.random(in: 0...0x1FFFF)) ?? "x")
        default: text.unicodeScalars.append(Unicode.Scalar(UInt8.random(in: 0x20...0x7E)))
        }
      }
      return text
    }

    @Test("Any text arrives exactly, typed and pasted, or is refused before it is sent")
    func anyText() async throws {
      try await withServer { tmux in
        let file = tmux.directory + "/typed"
        let session = try await tmux.start("main", "stty raw -echo; exec cat > \(file)")
        let client = try await tmux.attach(session)
        try await eventually("cat runs") { try await tmux.ask("#{pane_current_command}") == "cat" }
        let here = DeliveryGuard(pane: PaneID(0))
        var expected: [UInt8] = []
        var refused = 0
        for text in Self.nasty + (0..<400).map({ _ in Self.random() }) {
          do {
            let typed = try TypedText(typing: text.utf8)
            #expect(try await client.type(typed, if: here) == .sent)
            expected += typed.bytes
          } catch is TypingError { refused += 1 }
          do {
            let pasted = try TypedText(pasting: (text + "\n\t" + text).utf8)
            #expect(try await client.paste(pasted, if: here) == .sent)
            expected += pasted.bytes.map { $0 == 0x0A ? 0x0D : $0 }
          } catch is TypingError { refused += 1 }
        }
        try await eventually("all is read") { contents(file).count >= expected.count }
        let arrived = contents(file)
        let same = zip(arrived, expected).prefix { $0 == $1 }.count
        #expect(same == expected.count && arrived.count == expected.count)
        if same < expected.count {
          print(
            "differs at \(same):", String(decoding: expected[max(0, same - 20)...].prefix(60), as: UTF8.self))
          print("     arrived:", String(decoding: arrived[max(0, same - 20)...].prefix(60), as: UTF8.self))
        }
        print("texts refused: \(refused); bytes that arrived exactly: \(same)")
        await client.close()
      }
    }

    @Test("Random bytes are refused unless they are clean text")
    func anyBytes() {
      for _ in 0..<2000 {
        let bytes = (0..<Int.random(in: 1...20)).map { _ in UInt8.random(in: 0...255) }
        guard let text = try? TypedText(pasting: bytes) else { continue }
        #expect(String(validating: text.bytes, as: UTF8.self) != nil)
        #expect(text.bytes.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 || $0 == 0x0A })
      }
    }

    @Test("A paste is bracketed when the program asked for it, and only then")
    func brackets() async throws {
      try await withServer { tmux in
        let file = tmux.directory + "/typed"
        let session = try await tmux.start(
          "main", "stty raw -echo; printf '\\033[?2004h'; exec cat > \(file)")
        let client = try await tmux.attach(session)
        try await eventually("cat runs") { try await tmux.ask("#{pane_current_command}") == "cat" }
        #expect(
          try await client.paste(TypedText(pasting: "a\nb".utf8), if: DeliveryGuard(pane: PaneID(0))) == .sent
        )
        let wanted = Array("\u{1B}[200~a\rb\u{1B}[201~".utf8)
        try await eventually("the paste arrives") { contents(file).count >= wanted.count }
        #expect(contents(file) == wanted)
        await client.close()
      }
    }
  }
}
