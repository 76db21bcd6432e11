/// Merges and branch changes asked of a server (`gh`, `glab`).
extension Evaluator {
  mutating func codeHost(_ args: [Field], _ invocation: Invocation, _ command: inout SimpleCommand) {
    let words = invocation.words.map { args[$0].text }
    guard let first = words.first else { return }
    let rest = invocation.rest(args).map { args[$0] }
    switch first {
    case "pr", "mr":
      guard let verb = words.dropFirst().first ?? rest.first?.text else { return }
      if verb == "checkout", !session.isLost { setBranch(nil, in: session.cwd ?? "") }
      guard verb == "merge" || verb == "accept" else { return }
      guard !rest.contains(where: { ["--disable-auto", "--help", "-h"].contains($0.text) }) else { return }
      var push = Push(
        kind: .pullRequestMerge, targets: [Push.Target(remote: nil, reference: .unknown)], isResolved: false)
      push.isAdmin = rest.contains { $0.text == "--admin" || $0.text == "--admin=true" }
      command.push = push
    case "api": command.push = serverCall(Array(rest))
    default: break
    }
  }

  private struct Request {
    var method: String?
    var path: String?
    var fields: [String: String] = [:]
    var hasInput = false
  }

  private func serverCall(_ words: [Field]) -> Push? {
    let request = parse(words)
    guard let path = request.path else { return nil }
    let isReading =
      (request.method ?? (request.fields.isEmpty && !request.hasInput ? "GET" : "POST")) == "GET"
    if path == "graphql" { return graph(request) }
    guard !isReading else { return nil }
    let clean = path.prefix { $0 != "?" }
    let parts = clean.split(separator: "/").map(String.init)
    guard let anchor = parts.firstIndex(of: "repos") ?? parts.firstIndex(of: "projects") else { return nil }
    let tail = Array(parts.dropFirst(anchor + (parts[anchor] == "repos" ? 3 : 2)))
    guard let head = tail.first else { return nil }
    var push = Push(kind: .serverCall)
    var target = Push.Target(remote: nil, reference: .unknown, isDeleted: request.method == "DELETE")
    switch head {
    case "merges":
      target.reference = request.fields["base"].map { Self.reference($0) } ?? .unknown
    case "pulls", "merge_requests":
      guard tail.last == "merge" else { return nil }
      push.isAdmin = true
    case "merge-upstream": target.reference = request.fields["branch"].map { .branch($0) } ?? .unknown
    case "git":
      guard tail.count > 1, tail[1] == "refs" || tail[1] == "ref" else { return nil }
      let name = tail.count > 2 ? "refs/" + tail.dropFirst(2).joined(separator: "/") : request.fields["ref"]
      target.reference = name.map { Self.reference($0) } ?? .unknown
      target.isForced = request.fields["force"] == "true"
    case "branches" where tail.count > 2:
      // A branch that is renamed, or one whose protection is changed.
      target.reference = tail.last == "rename" ? Self.reference(tail[1]) : .unknown
      push.isAdmin = tail.contains("protection")
    case "rulesets": push.isAdmin = true
    case "contents":
      target.reference = request.fields["branch"].map { .branch($0) } ?? .unknown
      push.isAdmin = target.reference == .unknown
    default: return nil
    }
    push.targets = [target]
    push.isForced = target.isForced
    push.isResolved = target.reference != .unknown
    return push
  }

  private func graph(_ request: Request) -> Push? {
    let query = request.fields["query"] ?? ""
    let changes = ["mergePullRequest", "mergeBranch", "createCommitOnBranch", "updateRef", "deleteRef"]
    guard changes.contains(where: query.contains) else { return nil }
    var push = Push(
      kind: .serverCall, targets: [Push.Target(remote: nil, reference: .unknown)], isResolved: false)
    push.isAdmin = true
    return push
  }

  private func parse(_ words: [Field]) -> Request {
    var request = Request()
    var index = 0
    while index < words.count {
      let text = words[index].text
      index += 1
      let name = text.hasPrefix("--") ? String(text.prefix { $0 != "=" }) : String(text.prefix(2))
      guard text.utf8.first == Byte.dash, text.utf8.count > 1 else {
        if request.path == nil { request.path = text }
        continue
      }
      var value: String?
      if name.utf8.count < text.utf8.count {
        value = String(text.dropFirst(name.count + (text.hasPrefix("--") ? 1 : 0)))
        if value?.hasPrefix("=") == true { value?.removeFirst() }
      }
      let takesValue = [
        "-X", "--method", "-f", "-F", "--field", "--raw-field", "--input", "-H", "--header", "-q", "--jq",
        "-t",
        "--template", "--hostname", "-p", "--preview", "--cache",
      ]
      guard takesValue.contains(name) else { continue }
      if value == nil, index < words.count {
        value = words[index].text
        index += 1
      }
      switch name {
      case "-X", "--method": request.method = value?.uppercased()
      case "--input": request.hasInput = true
      case "-f", "-F", "--field", "--raw-field":
        guard let value, let equals = value.firstIndex(of: "=") else { continue }
        request.fields[String(value[..<equals])] = String(value[value.index(after: equals)...])
      default: break
      }
    }
    return request
  }
}
