/// What is read of a git repository: where HEAD points, and its settings.
struct Repository {
  var root: String
  var gitDirectory: String
  /// The branch that HEAD names; nil when it is detached.
  var branch: String?
  /// Settings by `section.subsection.key`; section and key in lower case.
  var settings: [String: String]

  static func branch(head: String) -> String? {
    let line = head.prefix { $0 != "\n" }
    guard line.hasPrefix("ref: refs/heads/") else { return nil }
    return String(line.dropFirst(16))
  }

  /// Reads a git configuration file; a later value of a key replaces an earlier one.
  static func readSettings(_ text: String, into settings: inout [String: String]) {
    var section = ""
    for line in text.split(separator: "\n").prefix(4096) where settings.count < 2048 {
      let line = line.drop { $0 == " " || $0 == "\t" }
      if line.hasPrefix("[") {
        let inner = line.dropFirst().prefix { $0 != "]" }
        let parts = inner.split(separator: "\"", maxSplits: 2, omittingEmptySubsequences: false)
        let name = parts[0].lowercased().filter { $0 != " " && $0 != "\t" }
        section = parts.count > 1 ? name + "." + parts[1] : name
        continue
      }
      guard line.first != "#", line.first != ";" else { continue }
      let equals = line.firstIndex(of: "=")
      let key = line[..<(equals ?? line.endIndex)].lowercased().filter {
        $0 != " " && $0 != "\t" && $0 != "\r"
      }
      guard !key.isEmpty else { continue }
      let value = equals.map { trimmed(line[line.index(after: $0)...]) } ?? "true"
      settings[section + "." + key] = value
    }
  }

  private static func trimmed(_ text: Substring) -> String {
    var text = text.drop { $0 == " " || $0 == "\t" }
    if !text.contains("\"") { text = text.prefix { $0 != "#" && $0 != ";" } }
    while let last = text.last, last == " " || last == "\t" || last == "\r" || last == "\r\n" {
      text = text.dropLast()
    }
    if text.hasPrefix("\""), text.hasSuffix("\""), text.count > 1 { text = text.dropFirst().dropLast() }
    return String(text)
  }

  /// A key as it is stored: section and last part in lower case, what is between as it is.
  static func canonical(_ key: String) -> String {
    guard let first = key.firstIndex(of: "."), let last = key.lastIndex(of: ".") else {
      return key.lowercased()
    }
    return key[..<first].lowercased() + key[first..<last] + key[last...].lowercased()
  }
}

extension SimpleCommand {
  /// Spells the settings among git's global options in one way.
  mutating func canonizeSettings() {
    for (index, option) in globalOptions.enumerated() {
      let lead = option.hasPrefix("--config-env=") ? "--config-env=" : ""
      let isSetting = !lead.isEmpty || index > 0 && ["-c", "--config-env"].contains(globalOptions[index - 1])
      let setting = option.dropFirst(lead.count)
      guard isSetting, let equals = setting.firstIndex(of: "=") else { continue }
      globalOptions[index] = lead + Repository.canonical(String(setting[..<equals])) + setting[equals...]
    }
  }
}

extension Evaluator {
  private mutating func fileText(_ path: String) -> String? {
    guard host == nil, filesRead < Limits.fileReads else { return nil }
    filesRead += 1
    guard let bytes = files.read(path) else { return nil }
    charge(min(bytes.count, Limits.fileLength))
    return String(decoding: bytes.prefix(Limits.fileLength), as: UTF8.self)
  }

  /// The repository whose work tree begins at a directory.
  private mutating func repository(at directory: String) -> Repository? {
    if let known = repositories[directory] { return known }
    let found = openRepository(directory)
    repositories[directory] = .some(found)
    return found
  }

  private mutating func openRepository(_ directory: String) -> Repository? {
    let dotGit = Path.joined(directory, ".git")
    var gitDirectory = dotGit
    var head = fileText(dotGit + "/HEAD")
    if head == nil, let link = fileText(dotGit), link.hasPrefix("gitdir: ") {
      gitDirectory = Path.joined(directory, String(link.dropFirst(8).prefix { $0 != "\n" && $0 != "\r" }))
      head = fileText(gitDirectory + "/HEAD")
    }
    guard let head else { return nil }
    var common = gitDirectory
    if gitDirectory != dotGit, let name = fileText(gitDirectory + "/commondir") {
      common = Path.joined(gitDirectory, String(name.prefix { $0 != "\n" }))
    }
    var settings: [String: String] = [:]
    for path in [
      "~/.config/git/config", "~/.gitconfig", common + "/config", gitDirectory + "/config.worktree",
    ] {
      if let text = fileText(path) { Repository.readSettings(text, into: &settings) }
    }
    return Repository(
      root: directory, gitDirectory: gitDirectory, branch: Repository.branch(head: head), settings: settings)
  }

  /// The repository that a directory lies in, if it can be read.
  mutating func repository(around directory: String) -> Repository? {
    var current: String? = directory
    var left = Limits.parents
    while let path = current, left > 0 {
      left -= 1
      charge(8 + path.utf8.count)
      if let found = repository(at: path) { return found }
      current = Path.parent(path)
    }
    return nil
  }

  /// The branch checked out in a directory; nil when it is not known.
  mutating func currentBranch(in directory: String) -> String? {
    var current: String? = directory
    var left = Limits.parents
    while let path = current, left > 0 {
      left -= 1
      charge(8 + path.utf8.count)
      if let branch = lineBranches[path] { return branch }
      if let branch = session.toldBranches[path] { return branch }
      if let found = repository(at: path) { return found.branch }
      if let branch = session.branches[path] { return branch }
      current = Path.parent(path)
    }
    return nil
  }

  /// Notes what a directory's repository has checked out from here on.
  mutating func setBranch(_ name: String?, in directory: String) {
    var root = directory
    let name = name.flatMap { $0.utf8.count <= Limits.pathLength ? $0 : nil }
    if let found = repository(around: directory) {
      root = found.root
    } else {
      var current: String? = directory
      var left = Limits.parents
      while let path = current, left > 0 {
        left -= 1
        if lineBranches[path] != nil || session.toldBranches[path] != nil || session.branches[path] != nil {
          root = path
          break
        }
        current = Path.parent(path)
      }
    }
    lineBranches[root] = .some(name)
    if root != directory { lineBranches[directory] = .some(name) }
    session.toldBranches[root] = nil
    session.toldBranches[directory] = nil
    if session.branches[root] != nil || session.branches.count < Session.maximumBranches {
      session.branches[root] = .some(name)
    }
  }
}
