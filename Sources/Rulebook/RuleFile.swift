import Patterns
import Yams

/// The rules, lists and macros of one file, what it says about the rules of others, and everything that is
/// wrong with it.
///
/// A rule with an error is left out; the others stand. Nothing is run here: `Rulebook` runs the examples,
/// since they depend on the lists of other files. Macros and kinds of fact that stand in other files are
/// errors here; `Rulebook` reads the file again when it knows them.
public struct RuleFile: Sendable {
  public let name: String
  public let layer: Layer
  public let rules: [Rule]
  public let probes: [ProbeOrder]
  /// The lists that it states whole.
  public var lists: [String: [String]] {
    listEntries.reduce(into: [:]) { if !$1.isAddition { $0[$1.name] = $1.items } }
  }
  public let errors: [FileError]

  struct ListEntry: Sendable {
    let name: String
    let items: [String]
    let isAddition: Bool
    let place: Place
  }

  let text: String
  let listEntries: [ListEntry]
  let macros: [String: Macros.Definition]
  let emitted: Set<String>
  /// The ids of all its rules, broken ones too.
  let ids: Set<String>
  let amendments: Amendments
  /// It names a macro or a kind that is not its own.
  let isIncomplete: Bool

  /// - Parameters:
  ///   - text: The file's content; at most 1 MiB of YAML.
  ///   - name: The file as the user knows it, for messages.
  ///   - layer: Where it lies; a project's file is held to more.
  public init(_ text: String, name: String, layer: Layer = .shipped) {
    self.init(text, name: name, layer: layer, shared: SharedNames())
  }

  init(_ text: String, name: String, layer: Layer, shared: SharedNames) {
    var reader = RuleFileReader(name: name, layer: layer, shared: shared)
    reader.read(text)
    self.name = name
    self.layer = layer
    self.text = text
    rules = reader.rules
    probes = reader.probes
    listEntries = reader.lists
    macros = reader.ownMacros
    emitted = reader.ownKinds
    ids = reader.ids
    amendments = reader.amendments
    isIncomplete = reader.isIncomplete
    errors = reader.file.errors.sorted { ($0.line, $0.column) < ($1.line, $1.column) }
  }

  func read(knowing shared: SharedNames) -> RuleFile {
    RuleFile(text, name: name, layer: layer, shared: shared)
  }
}

/// What files share by name.
struct SharedNames: Sendable {
  var macros = Macros()
  /// Kinds of fact that rules emit.
  var kinds: Set<String> = []
}

struct RuleFileReader {
  var file: YAMLFile
  let layer: Layer
  var shared: SharedNames
  var rules: [Rule] = []
  var probes: [ProbeOrder] = []
  var lists: [RuleFile.ListEntry] = []
  var ownMacros: [String: Macros.Definition] = [:]
  var ownKinds: Set<String> = []
  var ids: Set<String> = []
  var amendments = Amendments()
  var isIncomplete = false

  init(name: String, layer: Layer, shared: SharedNames) {
    file = YAMLFile(name: name)
    self.layer = layer
    self.shared = shared
  }

  mutating func read(_ text: String) {
    guard let root = file.root(of: text) else { return }
    let top = file.fields(root, of: "the file", known: RuleGrammar.top)
    if let node = top["macros"] { readMacros(node) }
    if let node = top["lists"] { readLists(node) }
    if let node = top["rules"] { readRules(node) }
    if let node = top["probes"] { readProbes(node) }
    readAmendments(top)
  }

  private mutating func readRules(_ node: Node) {
    guard let sequence = node.sequence else {
      file.report(node, "'rules' is a list; start each rule with '- id: NAME'")
      return
    }
    for item in sequence {
      if let kind = item.mapping?["emit"]?.scalar?.string, isIdentifier(kind) { ownKinds.insert(kind) }
    }
    shared.kinds.formUnion(ownKinds)
    var seen: [String: Int] = [:]
    for item in sequence {
      if let id = item.mapping?["id"]?.scalar?.string { ids.insert(id) }
      guard let rule = readRule(item) else { continue }
      if let first = seen[rule.id] {
        file.report(item, "rule '\(rule.id)' stands already in line \(first); give one another id")
        continue
      }
      seen[rule.id] = rule.origin.line
      rules.append(rule)
    }
  }

  private mutating func readMacros(_ node: Node) {
    guard let mapping = node.mapping else {
      file.report(node, "'macros' is written as 'name: pattern' lines")
      return
    }
    for (key, value) in mapping {
      guard let name = file.text(key, of: "a macro's name") else { continue }
      guard Macros.isName(name) else {
        file.report(key, "macro '\(name)': a name starts with a letter; then small letters, digits and '-'")
        continue
      }
      guard let source = file.text(value, of: "macro '\(name)'") else { continue }
      ownMacros[name] = Macros.Definition(source: source, place: place(value))
    }
    shared.macros.definitions.merge(ownMacros) { _, own in own }
    for (_, value) in mapping {
      if let source = value.scalar?.string, ownMacros.values.contains(where: { $0.place == place(value) }) {
        _ = compile(source, at: value, of: "a macro")
      }
    }
  }

  private mutating func readLists(_ node: Node) {
    guard let mapping = node.mapping else {
      file.report(node, "'lists' is written as 'name: [item, item]' lines")
      return
    }
    for (key, value) in mapping {
      guard let name = file.text(key, of: "a list's name") else { continue }
      let isAddition = value.mapping != nil
      var items: Node? = value
      if isAddition {
        items = file.fields(value, of: "list '\(name)'", known: RuleGrammar.list)["add"]
        if items == nil { file.report(value, "list '\(name)': write 'add: [item, item]'") }
      }
      guard let items else { continue }
      let texts = file.texts(items, of: "list '\(name)'").map(\.text)
      lists.append(RuleFile.ListEntry(name: name, items: texts, isAddition: isAddition, place: place(key)))
    }
  }

  func place(_ node: Node) -> Place {
    Place(file: file.name, line: node.mark?.line ?? 1, column: node.mark?.column ?? 1)
  }

  func origin(_ node: Node) -> Rule.Origin { place(node).origin }
}
