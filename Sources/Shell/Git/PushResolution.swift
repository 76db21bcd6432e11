/// Works out what `git push` would change, as git does it.
extension Evaluator {
  private struct PushWords {
    var push = Push(kind: .gitPush)
    var operands: [Field] = []
    var repository: String?
    var force = false
    var deletes = false
    var all = false
    var mirror = false
    var tags = false
  }

  private static let longOptions = [
    "all", "branches", "mirror", "delete", "tags", "dry-run", "porcelain", "force", "force-with-lease",
    "force-if-includes", "repo", "receive-pack", "exec", "set-upstream", "thin", "quiet", "verbose",
    "progress",
    "prune", "no-verify", "follow-tags", "signed", "atomic", "push-option", "ipv4", "ipv6",
    "recurse-submodules", "no-force", "no-force-with-lease", "no-tags", "verify", "no-thin", "no-signed",
  ]

  mutating func push(_ words: [Field], _ context: GitContext) -> Push {
    var parsed = parse(words)
    var push = parsed.push
    push.isForced = parsed.force || push.isForcedWithLease
    if parsed.force { push.isForcedWithLease = false }
    let remote = parsed.operands.first.map { $0.isKnown ? $0.text : nil } ?? parsed.repository
    let hasRemote = !parsed.operands.isEmpty || parsed.repository != nil
    let chosen = hasRemote ? remote : defaultRemote(context)
    if !parsed.operands.isEmpty { parsed.operands.removeFirst() }
    if parsed.mirror || chosen.map({ setting("remote.\($0).mirror", context) == "true" }) == true {
      push.targets = [Push.Target(remote: chosen, reference: .mirror, isForced: true)]
      push.isForced = true
      return push
    }
    if parsed.all {
      push.targets.append(Push.Target(remote: chosen, reference: .allBranches, isForced: push.isForced))
    }
    if parsed.tags {
      push.targets.append(Push.Target(remote: chosen, reference: .tag(nil), isForced: push.isForced))
    }
    var index = 0
    while index < parsed.operands.count, push.targets.count < 256 {
      var field = parsed.operands[index]
      index += 1
      if field.text == "tag", index < parsed.operands.count {
        field = Field("refs/tags/" + parsed.operands[index].text)
        index += 1
      }
      // A plus forces its reference whatever lease there is.
      if field.text.hasPrefix("+") { push.isForcedWithLease = false }
      if parsed.deletes {
        field.text = ":" + field.text
        field.unknown = field.unknown.map { $0.lowerBound + 1..<$0.upperBound + 1 }
      }
      push.targets += refspec(field, remote: chosen, forced: push.isForced, context)
    }
    if parsed.operands.isEmpty, !parsed.all, !parsed.tags {
      push.targets = defaultTargets(remote: chosen, forced: push.isForced, context)
    }
    push.isForced = push.isForced || push.targets.contains(where: \.isForced)
    push.isResolved = push.isResolved && !push.targets.contains { $0.reference == .unknown }
    return push
  }

  mutating func subtreePush(_ words: [Field], _ context: GitContext) -> Push {
    var operands: [Field] = []
    var index = 0
    while index < words.count {
      if words[index].text == "-P" || words[index].text == "--prefix" {
        index += 1
      } else if words[index].text.utf8.first != Byte.dash {
        operands.append(words[index])
      }
      index += 1
    }
    return push(operands, context)
  }

  private func parse(_ words: [Field]) -> PushWords {
    var parsed = PushWords()
    var index = 0
    var onlyOperands = false
    while index < words.count {
      let field = words[index]
      let text = field.text
      index += 1
      if onlyOperands || text.utf8.first != Byte.dash || text == "-" {
        parsed.operands.append(field)
      } else if text == "--" {
        onlyOperands = true
      } else if text.hasPrefix("--") {
        let body = text.dropFirst(2)
        let name = String(body.prefix { $0 != "=" })
        let value = body.count > name.count ? String(body.dropFirst(name.count + 1)) : nil
        let option =
          Self.longOptions.contains(name) ? name : Self.longOptions.first { $0.hasPrefix(name) } ?? name
        if ["repo", "receive-pack", "exec", "push-option"].contains(option) {
          let argument = value ?? (index < words.count ? words[index].text : "")
          if value == nil { index += 1 }
          if option == "repo" { parsed.repository = argument }
        } else {
          apply(option, &parsed)
        }
      } else {
        for option in text.utf8.dropFirst() {
          switch option {
          case UInt8(ascii: "f"): parsed.force = true
          case UInt8(ascii: "n"): parsed.push.isDryRun = true
          case UInt8(ascii: "d"): parsed.deletes = true
          case UInt8(ascii: "o"):
            if text.utf8.last == option { index += 1 }
          default: continue
          }
          if option == UInt8(ascii: "o") { break }
        }
      }
    }
    return parsed
  }

  private func apply(_ option: String, _ parsed: inout PushWords) {
    switch option {
    case "all", "branches": parsed.all = true
    case "mirror": parsed.mirror = true
    case "delete": parsed.deletes = true
    case "tags": parsed.tags = true
    case "dry-run": parsed.push.isDryRun = true
    case "force": parsed.force = true
    case "no-force": parsed.force = false
    case "force-with-lease": parsed.push.isForcedWithLease = true
    case "no-force-with-lease": parsed.push.isForcedWithLease = false
    case "no-verify": parsed.push.skipsHooks = true
    case "verify": parsed.push.skipsHooks = false
    default: break
    }
  }

  private mutating func defaultRemote(_ context: GitContext) -> String? {
    if let branch = context.branch, let name = setting("branch.\(branch).pushremote", context) { return name }
    if let name = setting("remote.pushdefault", context) { return name }
    if let branch = context.branch, let name = setting("branch.\(branch).remote", context) { return name }
    return "origin"
  }

  /// The target of one refspec.
  private mutating func refspec(
    _ field: Field, remote: String?, forced: Bool, _ context: GitContext
  ) -> [Push.Target] {
    var text = field.text
    var hidden = field.unknown
    var isForced = forced
    if text.hasPrefix("+") {
      text.removeFirst()
      hidden = hidden.map { max(0, $0.lowerBound - 1)..<max(0, $0.upperBound - 1) }
      isForced = true
    }
    func target(_ reference: Push.Reference, deleted: Bool = false) -> [Push.Target] {
      [Push.Target(remote: remote, reference: reference, isDeleted: deleted, isForced: isForced)]
    }
    if text == ":" { return target(.matching) }
    let colon = text.utf8.lastIndex(of: Byte.colon)
    let source = colon.map { String(text[..<$0]) } ?? text
    let destination = colon.map { String(text[text.utf8.index(after: $0)...]) } ?? ""
    // What is not known must lie before the colon for the destination to count.
    if let hidden, hidden.upperBound > (colon == nil ? 0 : source.utf8.count) { return target(.unknown) }
    if colon != nil, !destination.isEmpty {
      if destination == "HEAD" || destination == "@" { return target(.unknown) }
      let isTag = source.hasPrefix("refs/tags/") && !destination.hasPrefix("refs/")
      let reference = isTag ? Push.Reference.tag(destination) : Self.reference(destination)
      return target(reference, deleted: source.isEmpty)
    }
    var name = source
    if name == "HEAD" || name == "@" {
      guard let branch = context.branch else { return target(.unknown) }
      name = branch
    }
    if name.contains(where: "~^".contains) || name.hasPrefix("@{") { return target(.unknown) }
    let short = name.hasPrefix("refs/heads/") ? String(name.dropFirst(11)) : name
    if let mapped = mapped(short, remote: remote, context) { return target(mapped) }
    return target(Self.reference(name))
  }

  /// Where the configuration sends a branch that is named without a destination.
  private mutating func mapped(_ branch: String, remote: String?, _ context: GitContext) -> Push.Reference? {
    if let remote, let refspec = setting("remote.\(remote).push", context) {
      let parts = refspec.drop { $0 == "+" }.split(separator: ":", maxSplits: 1)
      if parts.count == 2, parts[0] == "refs/heads/" + branch || parts[0] == branch {
        return Self.reference(String(parts[1]))
      }
    }
    guard let mode = setting("push.default", context), ["upstream", "tracking"].contains(mode),
      let merge = setting("branch.\(branch).merge", context)
    else { return nil }
    return Self.reference(merge)
  }

  /// What a push without a refspec changes.
  private mutating func defaultTargets(
    remote: String?, forced: Bool, _ context: GitContext
  ) -> [Push.Target] {
    func target(_ reference: Push.Reference) -> Push.Target {
      Push.Target(remote: remote, reference: reference, isForced: forced)
    }
    if let remote, let refspec = setting("remote.\(remote).push", context) {
      return self.refspec(Field(refspec), remote: remote, forced: forced, context)
    }
    let mode = setting("push.default", context)
    switch mode {
    case "nothing": return []
    case "matching": return [target(.matching)]
    default: break
    }
    guard let branch = context.branch else { return [target(.unknown)] }
    let upstream = setting("branch.\(branch).merge", context).map(Self.reference)
    switch mode {
    case "upstream", "tracking": return [target(upstream ?? .unknown)]
    case nil:
      // Where the setting may lie in a file that could not be read, the upstream may be meant.
      if let upstream, upstream != .branch(branch) { return [target(.branch(branch)), target(upstream)] }
      return [target(.branch(branch))]
    default: return [target(.branch(branch))]
    }
  }

  static func reference(_ name: String) -> Push.Reference {
    var name = name
    if name.hasPrefix("heads/") || name.hasPrefix("tags/") { name = "refs/" + name }
    if name.hasPrefix("refs/heads/") {
      name.removeFirst(11)
    } else if name.hasPrefix("refs/tags/") {
      return name == "refs/tags/*" ? .tag(nil) : .tag(String(name.dropFirst(10)))
    } else if name.hasPrefix("refs/") {
      return name.contains("*") ? .mirror : .other(name)
    }
    return name.contains("*") ? .allBranches : .branch(name)
  }
}
