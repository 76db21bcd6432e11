import Patterns
import Yams

/// The kinds of secrets of one file, `rules/redact.yaml` or a user's `redact.yaml` beside the own rules, and
/// everything that is wrong with it.
public struct RedactionFile: Sendable {
  /// The file as the user knows it.
  public let name: String
  /// Those that are sound.
  public let secrets: [Redaction.Secret]
  public let errors: [FileError]
  /// The examples of all kinds, sound or not, and those that no kind may find anything in.
  public let examples: [Example]

  /// A text that was searched.
  public struct Example: Sendable {
    /// The kind of secret; nil when none may be found.
    public let secret: String?
    public let text: String
    /// 1-based.
    public let line: Int
    /// Whether something has to be found.
    public let fires: Bool
    /// Why it failed; nil when it passed, and nil where other files have a say as well.
    public let failure: String?
    let place: Place
  }

  /// - Parameters:
  ///   - text: The file's content; at most 1 MiB of YAML.
  ///   - name: The file as the user knows it, for messages.
  ///   - isTried: The examples were run before and are not run now.
  public init(_ text: String, name: String, isTried: Bool = false) {
    var reader = RedactionFileReader(file: YAMLFile(name: name, beginning: "'redact:'"), isTried: isTried)
    reader.read(text)
    self.name = name
    secrets = reader.secrets
    examples = reader.examples
    errors = reader.file.errors
  }

  /// The secrets of all files together. One that finds something where nothing may be found is left out and
  /// told.
  public static func joined(_ files: [RedactionFile]) -> (redaction: Redaction, errors: [FileError]) {
    var errors = files.flatMap(\.errors)
    var secrets = files.flatMap(\.secrets)
    let context = MatchContext()
    for example in files.flatMap(\.examples) where example.secret == nil {
      for secret in secrets
      where !Redaction.places(of: secret, in: example.text, using: context).isEmpty {
        errors.append(
          example.place.error(
            "secret '\(secret.id)' takes something out of a text that has to stay: \(example.text); narrow its 'match'"
          ))
        secrets.removeAll { $0.id == secret.id }
      }
    }
    return (Redaction(secrets), errors)
  }
}

/// The keys of the file.
enum RedactionGrammar {
  static let top = ["redact", "silent"]
  static let secret = ["id", "match", "except", "fires", "silent"]
}

private struct RedactionFileReader {
  var file: YAMLFile
  let isTried: Bool
  var secrets: [Redaction.Secret] = []
  var examples: [RedactionFile.Example] = []
  private let context = MatchContext()

  init(file: YAMLFile, isTried: Bool) {
    self.file = file
    self.isTried = isTried
  }

  mutating func read(_ text: String) {
    guard let root = file.root(of: text) else { return }
    let top = file.fields(root, of: "the file", known: RedactionGrammar.top)
    if let node = top["silent"], !isTried {
      for (text, node) in file.texts(node, of: "'silent'") { keep(text, node, fires: false, of: nil, nil) }
    }
    guard let node = top["redact"] else { return }
    guard let items = node.sequence else {
      return file.report(node, "'redact' is a list; start each secret with '- id: NAME'")
    }
    for item in items {
      guard let secret = secret(item) else { continue }
      if secrets.contains(where: { $0.id == secret.id }) {
        file.report(item, "secret '\(secret.id)' stands already above; give one another id")
      } else {
        secrets.append(secret)
      }
    }
  }

  private mutating func secret(_ node: Node) -> Redaction.Secret? {
    let before = file.errors.count
    let fields = file.fields(node, of: "a secret", known: RedactionGrammar.secret)
    guard let id = fields["id"].flatMap({ file.text($0, of: "'id'") }), isIdentifier(id) else {
      file.report(node, "a secret has an 'id' of small letters, digits and '-', as in 'id: our-token'")
      return nil
    }
    let what = "secret '\(id)'"
    guard let place = fields["match"] else {
      file.report(node, "\(what) has no 'match'; write the pattern that finds it")
      return nil
    }
    guard let match = file.pattern(place, of: "\(what): 'match'") else { return nil }
    let excepts = fields["except"].map { $0.sequence.map { Array($0) } ?? [$0] } ?? []
    let except = excepts.compactMap { file.pattern($0, of: "\(what): 'except'") }
    let secret = Redaction.Secret(id: id, match: match, except: except)
    for (key, fires) in [("fires", true), ("silent", false)] {
      guard let node = fields[key], !(node.sequence?.isEmpty ?? false) else {
        let text = fires ? "a text that holds such a secret" : "a text like it that holds none"
        file.report(node, "\(what) has no '\(key)'; give \(text)")
        continue
      }
      if !isTried { run(secret, on: file.texts(node, of: "\(what): '\(key)'"), fires: fires, what) }
    }
    return file.errors.count == before ? secret : nil
  }

  private mutating func run(
    _ secret: Redaction.Secret, on texts: [(text: String, node: Node)], fires: Bool, _ what: String
  ) {
    for (index, (text, node)) in texts.enumerated() {
      let finds = !Redaction.places(of: secret, in: text, using: context).isEmpty
      let failure: String? =
        finds == fires ? nil : fires ? "nothing is found" : "a secret is found where there is none"
      keep(text, node, fires: fires, of: secret.id, failure)
      guard let failure else { continue }
      file.report(
        node, "\(what): '\(fires ? "fires" : "silent")' example \(index + 1): \(failure): \(text)")
    }
  }

  private mutating func keep(
    _ text: String, _ node: Node, fires: Bool, of secret: String?, _ failure: String?
  ) {
    let place = Place(file: file.name, line: node.mark?.line ?? 1, column: node.mark?.column ?? 1)
    examples.append(
      RedactionFile.Example(
        secret: secret, text: text, line: place.line, fires: fires, failure: failure, place: place))
  }
}
