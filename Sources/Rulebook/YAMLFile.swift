import Patterns
import Yams

/// A YAML file that is read key by key, collecting every error with its place instead of stopping at the
/// first.
package struct YAMLFile {
  let name: String
  package private(set) var errors: [FileError] = []

  /// A file of rules is written by hand; a larger one is a mistake or an attack.
  static let maximumBytes = 1 << 20

  /// The top keys that are named as an example.
  private let beginning: String

  package init(name: String, beginning: String = "'rules:' or 'lists:'") {
    self.name = name
    self.beginning = beginning
  }

  /// The document's root mapping; nil with an error when there is none. An empty file is an empty mapping.
  package mutating func root(of text: String) -> Node? {
    guard text.utf8.count <= Self.maximumBytes else {
      report(nil, "the file is larger than 1 MiB; split it by topic")
      return nil
    }
    do {
      guard let node = try Yams.compose(yaml: text, .basic) else { return Node.mapping(Node.Mapping([])) }
      guard node.mapping != nil else {
        report(node, "a file starts with keys such as \(beginning)")
        return nil
      }
      return node
    } catch let error as YamlError {
      report(error)
    } catch {
      self.report(nil, "cannot be read as YAML: \(error)")
    }
    return nil
  }

  package mutating func report(_ node: Node?, _ message: String, columnOffset: Int = 0) {
    errors.append(
      FileError(
        file: name, line: node?.mark?.line ?? 1, column: (node?.mark?.column ?? 1) + columnOffset,
        message: message))
  }

  private mutating func report(_ error: YamlError) {
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      errors.append(
        FileError(
          file: name, line: mark.line, column: mark.column,
          message: "\(problem); quote the text if it holds ': ', ' #' or starts with a YAML sign"))
    case .duplicatedKeysInMapping(let duplicates, let context):
      errors.append(
        FileError(
          file: name, line: context.mark.line, column: context.mark.column,
          message: "key \(duplicates.joined(separator: ", ")) stands twice; keep one"))
    default:
      report(nil, "cannot be read as YAML: \(error)")
    }
  }

  /// The mapping's values by key. Reports keys that are not among the known ones, with the nearest.
  package mutating func fields(_ node: Node, of what: String, known: [String]) -> [String: Node] {
    guard let mapping = node.mapping else {
      report(node, "\(what) is written as 'key: value' lines")
      return [:]
    }
    var result: [String: Node] = [:]
    for (key, value) in mapping {
      guard let word = key.scalar?.string else {
        report(key, "\(what): a key is a plain word")
        continue
      }
      guard known.contains(word) else {
        let hint =
          nearest(to: word, among: known).map { "did you mean '\($0)'?" }
          ?? "known are: \(known.joined(separator: ", "))"
        report(key, "\(what): unknown key '\(word)'; \(hint)")
        continue
      }
      result[word] = value
    }
    return result
  }

  /// The node's text; reports when it is not a plain text.
  package mutating func text(_ node: Node, of what: String) -> String? {
    guard let text = node.scalar?.string else {
      report(node, "\(what) is one text; write it on the same line or in quotes")
      return nil
    }
    return text
  }

  /// One text or a list of texts.
  package mutating func texts(_ node: Node, of what: String) -> [(text: String, node: Node)] {
    if let sequence = node.sequence {
      return sequence.compactMap { item in text(item, of: what).map { ($0, item) } }
    }
    return text(node, of: what).map { [($0, node)] } ?? []
  }

  /// A pattern; its error is reported at the place of the pattern, moved on to the column inside it where
  /// the file's text and the pattern are the same letters.
  mutating func pattern(_ node: Node, of what: String) -> Pattern? {
    guard let source = text(node, of: what) else { return nil }
    do throws(PatternError) {
      return try Pattern(source)
    } catch {
      let inner = node.scalar?.style == .plain ? max(0, error.column - 1) : 0
      report(node, "\(what): \(error)", columnOffset: inner)
      return nil
    }
  }
}
