import Support
import Testing

/// Many cases of one property, in one test that lets others run in between: a thousand small tests would keep
/// those waiting that are about time.
enum Seeds {
  static func each(_ count: Int, _ property: (Int) throws -> Void) async throws {
    for seed in 0..<count {
      do {
        try property(seed)
      } catch {
        Issue.record(error, "seed \(seed)")
      }
      await Task.yield()
    }
  }
}

/// Makes settings as people and programs write them, and as nobody would.
struct JSONSamples {
  var random: Seeded
  /// Whether objects and lists may be empty; what stood inside of them is not known when they are emptied again.
  let hasEmpty: Bool
  private let newline: String
  private let indent: String
  private let colon: String
  private let isTall: Bool
  private let isRagged: Bool

  init(seed: Int, hasEmpty: Bool) {
    random = Seeded(UInt64(truncatingIfNeeded: seed))
    self.hasEmpty = hasEmpty
    newline = Bool.random(using: &random) ? "\n" : "\r\n"
    indent = ["  ", "    ", "\t", " ", ""].randomElement(using: &random) ?? ""
    colon = [": ", ":", " : ", ":\t"].randomElement(using: &random) ?? ":"
    isTall = Int.random(in: 0..<4, using: &random) > 0
    isRagged = Int.random(in: 0..<4, using: &random) == 0
  }

  /// A file: settings with or without hooks, among which other people's are.
  mutating func settings() -> String {
    var members = (0..<Int.random(in: hasEmpty ? 0...3 : 1...3, using: &random)).map { number in
      ("key\(number)", value(depth: 1))
    }
    if Bool.random(using: &random) {
      members.insert(("hooks", hooks()), at: Int.random(in: 0...members.count, using: &random))
    }
    if members.isEmpty, !hasEmpty { members.append(("k", "1")) }
    let mark = Int.random(in: 0..<8, using: &random) == 0 ? "\u{FEFF}" : ""
    let end = ["", newline, newline + newline, " "].randomElement(using: &random) ?? ""
    return mark + block("{", members.map { "\"\($0.0)\"\(colon)\($0.1)" }, "}", depth: 0) + end
  }

  private mutating func hooks() -> String {
    let names = ["PreToolUse", "Stop", "SessionStart", "PostToolUse", "Unknown"].shuffled(using: &random)
    let events = names.prefix(Int.random(in: hasEmpty ? 0...4 : 1...4, using: &random)).map { name in
      "\"\(name)\"\(colon)"
        + block(
          "[", (0..<Int.random(in: hasEmpty ? 0...3 : 1...3, using: &random)).map { _ in group() }, "]",
          depth: 2)
    }
    return block("{", events, "}", depth: 1)
  }

  private mutating func group() -> String {
    let commands = [
      #"echo \"hi\""#, "/usr/bin/outriders hook", "outrider watch", "x\\u0027y", "\\ud800", "é\\/",
    ]
    let handlers = (0..<Int.random(in: 1...2, using: &random)).map { _ in
      let command = commands.randomElement(using: &random) ?? ""
      return block(
        "{", ["\"type\"\(colon)\"command\"", "\"command\"\(colon)\"\(command)\""].shuffled(using: &random),
        "}",
        depth: 5)
    }
    let list = "\"hooks\"\(colon)" + block("[", handlers, "]", depth: 4)
    return block(
      "{", Bool.random(using: &random) ? ["\"matcher\"\(colon)\"Bash|Edit\"", list] : [list], "}", depth: 3)
  }

  private mutating func value(depth: Int) -> String {
    let scalars = [
      "1", "-0.5e-7", "123456789012345678901234567890", "1e999999", "true", "null", #""a\"b""#,
      #""\ud83d\ude00""#,
      #""\udead""#, #""{[,""#, "\"\u{1F600} é\"", #""""#, #""hooks""#,
    ]
    guard depth < 4, Int.random(in: 0..<3, using: &random) == 0 else {
      return scalars.randomElement(using: &random) ?? "0"
    }
    let count = Int.random(in: hasEmpty ? 0...3 : 1...3, using: &random)
    let inner = (0..<count).map { _ in value(depth: depth + 1) }
    return Bool.random(using: &random)
      ? block("[", inner, "]", depth: depth)
      : block("{", inner.map { "\"dup\"\(colon)\($0)" }, "}", depth: depth)
  }

  private mutating func block(_ open: String, _ entries: [String], _ close: String, depth: Int) -> String {
    guard !entries.isEmpty else { return open + (isRagged ? newline + " " : "") + close }
    guard isTall else { return open + entries.joined(separator: colon == ":" ? "," : ", ") + close }
    let inner = newline + String(repeating: indent, count: depth + 1)
    let lines = entries.map { (isRagged && Bool.random(using: &random) ? " \t" : inner) + $0 }
    return open + lines.joined(separator: isRagged ? " ," : ",") + newline
      + String(repeating: indent, count: depth) + close
  }
}
