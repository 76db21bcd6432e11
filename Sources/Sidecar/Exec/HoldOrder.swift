import Foundation
import Rulebook

/// What the rules that hold a program want together: the strictest of each.
struct HoldOrder {
  /// Nil: at once.
  private(set) var length: Duration?
  private(set) var then = Order.Release.allow

  init(_ verdicts: [Verdict]) {
    var lengths: [Duration?] = []
    for case .hold(let length, let release) in verdicts.flatMap(\.orders).map(\.details) {
      lengths.append(length)
      if release == .kill { then = .kill }
    }
    length = lengths.contains(nil) ? nil : lengths.compactMap { $0 }.min()
  }
}

/// A command that the human typed into the agent to run it himself.
enum OwnCommand {
  /// Whether a program's text runs it: it stands there as a whole, not within other words.
  static func runs(_ line: String, _ text: String) -> Bool {
    let line = line.trimmingCharacters(in: .whitespaces)
    guard !line.isEmpty, let range = text.range(of: line) else { return false }
    func isEdge(_ character: Character?) -> Bool { character.map { !$0.isLetter && !$0.isNumber } ?? true }
    let before = range.lowerBound > text.startIndex ? text[text.index(before: range.lowerBound)] : nil
    let after = range.upperBound < text.endIndex ? text[range.upperBound] : nil
    return isEdge(before) && isEdge(after)
  }
}
