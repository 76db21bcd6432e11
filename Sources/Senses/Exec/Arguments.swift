/// The words of a program that was executed, as the kernel keeps them.
public struct Arguments: Sendable, Equatable {
  /// The words from the one that says what is done; interpreters, applets and `env` before it are left out.
  /// Of a shell with a text to run: all words, the shell's name first.
  public private(set) var words: [String]
  /// What a shell was given to run (`bash -c TEXT`).
  public let text: String?

  /// - Parameter bytes: Of `/proc/PID/cmdline`. Bytes that are not UTF-8 are replaced.
  public init(_ bytes: [UInt8]) {
    let (start, isText) = bytes.withUnsafeBufferPointer { buffer in
      let subject = Subject(buffer)
      return (subject.start, subject.kind == .text)
    }
    let from = isText ? 0 : start
    let end = bytes.last == 0 ? bytes.count - 1 : bytes.count
    words =
      from < end
      ? bytes[from..<end].split(separator: 0, omittingEmptySubsequences: false).map {
        String(decoding: $0, as: UTF8.self)
      } : []
    text = isText ? String(decoding: bytes[start...].prefix { $0 != 0 }, as: UTF8.self) : nil
  }

  /// The same, of a program that is another one under a name of its own.
  public init(_ bytes: [UInt8], of program: String) {
    self.init(Array(program.utf8) + bytes[(bytes.firstIndex(of: 0) ?? bytes.endIndex)...])
  }

  public init(words: [String]) {
    self.words = words
    text = nil
  }

  /// The same words to a program that goes by another name.
  public func renamed(_ name: String) -> Arguments {
    Arguments(words: [name] + words.dropFirst())
  }

  /// A line that a shell would read back as exactly these words.
  public var line: String {
    words.enumerated().map { index, word in Self.quoted(word, isFirst: index == 0) }.joined(separator: " ")
  }

  private static func quoted(_ word: String, isFirst: Bool) -> String {
    let isPlain = word.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."),
        UInt8(ascii: "/"), UInt8(ascii: ":"), UInt8(ascii: ","), UInt8(ascii: "+"), UInt8(ascii: "@"),
        UInt8(ascii: "%"):
        true
      case UInt8(ascii: "="): !isFirst
      default: false
      }
    }
    // A keyword in the first place would be no program.
    guard !isPlain || word.isEmpty || (isFirst && keywords.contains(word)) else { return word }
    return "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
  }

  private static let keywords: Set<String> = [
    "if", "then", "else", "elif", "fi", "for", "while", "until", "do", "done", "case", "esac", "in",
    "function",
    "select", "time", "coproc",
  ]
}
