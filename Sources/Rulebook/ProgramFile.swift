import Shell
import Yams

/// The table of `rules/programs.yaml`: global options of programs, programs that run others, what images start.
public struct ProgramFile: Sendable {
  public let table: ProgramTable
  public let errors: [FileError]

  /// - Parameters:
  ///   - text: The file's content; at most 1 MiB of YAML.
  ///   - name: The file as the user knows it, for messages.
  public init(_ text: String, name: String) {
    var reader = ProgramFileReader(file: YAMLFile(name: name))
    table = reader.read(text)
    errors = reader.file.errors
  }
}

/// The keys of the table.
enum ProgramGrammar {
  static let top = ["programs", "wrappers", "images", "filters"]
  static let program = ["words", "values", "flags", "strays"]
  static let wrapper = [
    "values", "texts", "inert", "operands", "assignments", "joined", "reported", "dashes", "shell",
    "place",
  ]
}

private struct ProgramFileReader {
  var file: YAMLFile

  mutating func read(_ text: String) -> ProgramTable {
    guard let root = file.root(of: text) else { return ProgramTable() }
    let top = file.fields(root, of: "the file", known: ProgramGrammar.top)
    var programs: [String: ProgramTable.Program] = [:]
    for (name, node) in entries(top["programs"], "'programs'") {
      let fields = file.fields(node, of: "program '\(name)'", known: ProgramGrammar.program)
      programs[name] = ProgramTable.Program(
        words: number(fields["words"], "'words' of '\(name)'") ?? 1,
        values: words(fields["values"], name), flags: words(fields["flags"], name),
        takesStrays: flag(fields["strays"]))
    }
    var wrappers: [String: ProgramTable.Wrapper] = [:]
    for (name, node) in entries(top["wrappers"], "'wrappers'") { wrappers[name] = wrapper(node, name) }
    var images: [String: String] = [:]
    for (name, node) in entries(top["images"], "'images'") {
      images[name] = file.text(node, of: "the program of image '\(name)'")
    }
    let filters = top["filters"].map { file.texts($0, of: "'filters'").map(\.text) } ?? []
    return ProgramTable(programs: programs, wrappers: wrappers, images: images, filters: Set(filters))
  }

  private mutating func wrapper(_ node: Node, _ name: String) -> ProgramTable.Wrapper {
    let fields = file.fields(node, of: "wrapper '\(name)'", known: ProgramGrammar.wrapper)
    var place: ProgramTable.Wrapper.Place?
    if let node = fields["place"], let word = file.text(node, of: "'place'") {
      place = ProgramTable.Wrapper.Place(rawValue: word)
      if place == nil { file.report(node, "unknown place '\(word)'; write remote, container or pod") }
    }
    return ProgramTable.Wrapper(
      values: words(fields["values"], name), texts: words(fields["texts"], name),
      inert: words(fields["inert"], name),
      operands: number(fields["operands"], "'operands' of '\(name)'") ?? 0,
      assignments: flag(fields["assignments"]), joined: flag(fields["joined"]),
      reported: flag(fields["reported"]), dashes: flag(fields["dashes"]), shell: flag(fields["shell"]),
      place: place)
  }

  private mutating func entries(_ node: Node?, _ what: String) -> [(String, Node)] {
    guard let node else { return [] }
    guard let mapping = node.mapping else {
      file.report(node, "\(what) is written as 'NAME:' lines")
      return []
    }
    return mapping.compactMap { key, value in key.scalar.map { ($0.string, value) } }
  }

  private mutating func words(_ node: Node?, _ name: String) -> Set<String> {
    Set(node.map { file.texts($0, of: "an option of '\(name)'").map(\.text) } ?? [])
  }

  private mutating func number(_ node: Node?, _ what: String) -> Int? {
    guard let node else { return nil }
    guard let number = node.scalar.flatMap({ Int($0.string) }), (0...99).contains(number) else {
      file.report(node, "\(what) is a number from 0 to 99")
      return nil
    }
    return number
  }

  private func flag(_ node: Node?) -> Bool {
    node?.scalar?.string == "true"
  }
}
