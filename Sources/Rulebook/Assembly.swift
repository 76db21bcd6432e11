import Patterns
import Shell

/// Makes one rulebook of many files: shares names, lays later files over earlier ones, and tries examples.
struct Assembly {
  private(set) var errors: [FileError] = []
  private let programs: ProgramTable
  private var files: [RuleFile]
  var rules: [Rule] = []
  var disabled: [Change] = []
  /// Exceptions that files add to rules of others.
  var excepted: [(rule: String, pattern: Pattern, place: Place)] = []
  /// The ids of a user's rules that took the place of shipped ones.
  private(set) var replaced: Set<String> = []
  /// The ids of all rules, broken ones too.
  private(set) var knownIDs: Set<String> = []
  /// The lists as they stand after each layer.
  private var lists: [Layer: [String: [String]]] = [:]

  init(_ files: [RuleFile], programs: ProgramTable) {
    self.programs = programs
    self.files = Layer.allCases.flatMap { layer in files.filter { $0.layer == layer } }
  }

  mutating func assemble() -> Rulebook {
    shareNames()
    errors += files.flatMap(\.errors)
    knownIDs = files.reduce(into: []) { $0.formUnion($1.ids) }
    layLists()
    collectRules()
    amend()
    let all = rules
    rules = all.filter { isSound($0, among: all) }
    return Rulebook(rules: rules, layers: lists, programs: programs, disabled: disabled, probes: probes())
  }

  /// Those of all files; of two of one name the first.
  private mutating func probes() -> [ProbeOrder] {
    var seen: [String: ProbeOrder] = [:]
    return files.flatMap(\.probes).filter { probe in
      if let first = seen[probe.id] {
        report(
          probe.origin.error(
            "probe '\(probe.id)' stands already in \(first.origin.file):\(first.origin.line); give one another id"
          ))
        return false
      }
      guard seen.count < ProbeOrder.most else {
        report(probe.origin.error("probe '\(probe.id)' is one too many; there may be \(ProbeOrder.most)"))
        return false
      }
      seen[probe.id] = probe
      return true
    }
  }

  /// Macros and kinds of fact are everybody's; a file that lacked some is read again with all of them.
  private mutating func shareNames() {
    var shared = SharedNames()
    var taken: [FileError] = []
    for file in files {
      shared.kinds.formUnion(file.emitted)
      for (name, macro) in file.macros.sorted(by: { $0.key < $1.key }) {
        if let first = shared.macros.definitions[name] {
          taken.append(
            macro.place.error("macro '\(name)' stands already in \(first.place.origin); give it another name")
          )
        } else {
          shared.macros.definitions[name] = macro
        }
      }
    }
    files = files.map { $0.isIncomplete ? $0.read(knowing: shared) : $0 }
    errors = taken
  }

  private mutating func layLists() {
    var current: [String: [String]] = [:]
    for layer in Layer.allCases {
      let before = current
      for entry in files.filter({ $0.layer == layer }).flatMap(\.listEntries) {
        let name = entry.name
        guard entry.isAddition else {
          if layer == .project, before[name] != nil {
            errors.append(
              entry.place.error(
                "a project cannot replace list '\(name)'; add to it with '\(name): {add: [item]}'"))
          } else {
            current[name] = entry.items
          }
          continue
        }
        guard let items = current[name] else {
          let hint = nearest(to: name, among: current.keys).map { "did you mean '\($0)'?" }
          errors.append(
            entry.place.error(
              "there is no list '\(name)' to add to; \(hint ?? "write '\(name): [item, item]' to make one")"))
          continue
        }
        if layer == .project, let rule = loosened(by: name) {
          errors.append(
            entry.place.error(
              "a project cannot add to list '\(name)': rule '\(rule.id)' spares what is in it, and would be looser"
            ))
          continue
        }
        current[name] = items + entry.items.filter { !items.contains($0) }
      }
      lists[layer] = current
    }
  }

  private func loosened(by list: String) -> Rule? {
    files.filter { $0.layer != .project }.flatMap(\.rules).first {
      $0.when?.listsThatLoosen.contains(list) ?? false
    }
  }

  private mutating func collectRules() {
    var taken: [String: Rule] = [:]
    for file in files {
      for rule in file.rules {
        if let first = taken[rule.id] {
          guard file.layer == .user, first.layer == .shipped,
            file.amendments.disable.contains(where: { $0.rule == rule.id }),
            let index = rules.firstIndex(where: { $0.id == rule.id })
          else {
            errors.append(rule.error("stands already in \(first.origin); give one another id"))
            continue
          }
          rules.remove(at: index)
          replaced.insert(rule.id)
          disabled.append(Change(rule: rule.id, kind: .disabled, layer: file.layer, origin: rule.origin))
        }
        taken[rule.id] = rule
        rules.append(rule)
      }
    }
    let easing = Dictionary(
      rules.filter { $0.layer != .project }.flatMap { rule in rule.windows.easing.map { ($0, rule) } }
    ) { first, _ in first }
    rules.removeAll { rule in
      guard rule.layer == .project, let kind = rule.emit, let eased = easing[kind] else { return false }
      errors.append(
        rule.error(
          at: "emit",
          "cannot emit '\(kind)' in a project: it puts rule '\(eased.id)' at ease; give the kind another name"
        ))
      return true
    }
  }

  private mutating func amend() {
    for file in files {
      for entry in file.amendments.disable { disable(entry, file.layer) }
      for entry in file.amendments.severity { setSeverity(entry, file.layer) }
      for entry in file.amendments.raise { raise(entry, file.layer) }
      for entry in file.amendments.except { except(entry, file.layer) }
    }
  }

  mutating func report(_ error: FileError) {
    errors.append(error)
  }

  // MARK: Whether a rule is sound

  private mutating func isSound(_ rule: Rule, among all: [Rule]) -> Bool {
    let before = errors.count
    let lists = lists[rule.layer] ?? [:]
    for name in (rule.when?.lists ?? []).subtracting(lists.keys).sorted() {
      let hint =
        nearest(to: name, among: lists.keys).map { "did you mean '$\($0)'?" } ?? "add it under 'lists:'"
      report(rule.error(at: "when", "names the unknown list '$\(name)'; \(hint)"))
    }
    checkTemplates(of: rule, among: all)
    guard errors.count == before else { return false }
    // Its own exceptions only: what a user excepts is no fault of the rule's.
    var own = rule
    own.except.removeLast(excepted.count { $0.rule == rule.id })
    errors += Rehearsal(
      of: own, emitters: all.filter { $0.emit != nil }, lists: lists, programs: programs
    ).failures()
    guard errors.count == before else { return false }
    for exception in excepted where exception.rule == rule.id {
      var left = own
      left.except.append(exception.pattern)
      let rehearsal = Rehearsal(of: left, emitters: [], lists: lists, programs: programs)
      let texts = rule.fires.filter { $0.sequence == nil && $0.recording == nil }
      if !texts.isEmpty, texts.allSatisfy({ rehearsal.firings(on: $0).isEmpty }) {
        report(
          exception.place.error(
            "'except' of rule '\(rule.id)' lets every one of its examples through; "
              + "make the pattern narrower, or disable the rule"))
      }
    }
    return true
  }

  private mutating func checkTemplates(of rule: Rule, among all: [Rule]) {
    let known = Rulebook.knownFields(of: rule, among: all)
    var templates = [("why", rule.why)]
    if let instead = rule.instead { templates.append(("instead", instead)) }
    if let prompt = rule.prompt { templates.append(("prompt", prompt)) }
    for case .queue(let text?) in rule.steps.joined().map(\.details) {
      templates.append(("do", Template(text)))
    }
    for (key, template) in templates {
      for field in template.fields where !known.contains(field) {
        let hint =
          nearest(to: field, among: known).map { "did you mean '{\($0)}'?" }
          ?? "known are: \(known.sorted().joined(separator: ", ")); write '{{' for a brace"
        report(rule.error(at: key, "uses '{\(field)}' in '\(key)', which nothing fills; \(hint)"))
      }
    }
  }
}
