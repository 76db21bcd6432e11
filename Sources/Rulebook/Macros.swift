/// Pieces of patterns with a name: `%{name}` in a pattern stands for `(?:text of the macro)`.
///
/// In PCRE2 `%{name}` is plain text, so nothing of the pattern language is taken away; who means the text
/// writes `%\{name}`. A macro may use others, not itself.
struct Macros: Sendable {
  struct Definition: Sendable {
    let source: String
    let place: Place
  }

  /// A macro that cannot be filled in; the column is that of its use.
  struct Failure: Error {
    let column: Int
    let message: String
    /// The name is not known here; another file may have it.
    var isUnknown = false
  }

  var definitions: [String: Definition] = [:]

  static let maximumBytes = 4096

  /// The pattern with its macros filled in.
  func expand(_ source: String) throws(Failure) -> String {
    guard source.contains("%{") else { return source }
    return try expand(source, within: [])
  }

  private func expand(_ source: String, within open: [String]) throws(Failure) -> String {
    var result = ""
    let characters = Array(source)
    var i = 0
    while i < characters.count {
      if characters[i] == "\\", i + 1 < characters.count {
        result += String(characters[i...(i + 1)])
        i += 2
        continue
      }
      guard let (name, end) = Self.use(at: i, in: characters) else {
        result.append(characters[i])
        i += 1
        continue
      }
      result += try text(of: name, column: i + 1, within: open)
      guard result.utf8.count <= Self.maximumBytes else {
        throw Failure(
          column: i + 1,
          message: "with its macros the pattern has more than \(Self.maximumBytes) bytes; split it")
      }
      i = end
    }
    return result
  }

  private func text(of name: String, column: Int, within open: [String]) throws(Failure) -> String {
    if open.contains(name) {
      let way = (open + [name]).map { "%{\($0)}" }.joined(separator: " → ")
      throw Failure(column: column, message: "a macro cannot use itself: \(way)")
    }
    guard let definition = definitions[name] else {
      let hint =
        nearest(to: name, among: definitions.keys).map { "did you mean '%{\($0)}'?" }
        ?? "add it under 'macros:', or write '%\\{' for the text"
      throw Failure(column: column, message: "unknown macro '%{\(name)}'; \(hint)", isUnknown: true)
    }
    do throws(Failure) {
      return "(?:\(try expand(definition.source, within: open + [name])))"
    } catch {
      throw Failure(column: column, message: error.message, isUnknown: error.isUnknown)
    }
  }

  private static func use(at index: Int, in characters: [Character]) -> (name: String, end: Int)? {
    guard characters[index] == "%", index + 1 < characters.count, characters[index + 1] == "{",
      let close = characters[(index + 2)...].prefix(65).firstIndex(of: "}")
    else { return nil }
    let name = String(characters[(index + 2)..<close])
    return isName(name) ? (name, close + 1) : nil
  }

  /// Starts with a letter: `%{2}` is two percent signs.
  static func isName(_ name: String) -> Bool {
    isIdentifier(name) && !("0"..."9").contains(name.first ?? "0")
  }
}
