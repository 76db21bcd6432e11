/// Files that the line wrote or that can be read.
extension Evaluator {
  /// The path as the session sees it; nil in a directory that is not known.
  func resolved(_ path: String) -> String? {
    var path = path
    if path.hasPrefix("$HOME/") { path = "~" + path.dropFirst(5) }
    if path.hasPrefix("${HOME}/") { path = "~" + path.dropFirst(7) }
    let isFixed = path.utf8.first == Byte.slash || path.utf8.first == Byte.tilde
    if session.isLost, !isFixed { return nil }
    return Path.joined(session.cwd ?? "", path)
  }

  mutating func store(_ path: String, _ stream: Stream, isAppending: Bool) {
    guard host == nil, let path = resolved(path), path.utf8.count < 1024 else { return }
    var content: String?
    if case .known(let text) = stream { content = text }
    if isAppending {
      // What is added to a file that is not known is still what a later run of it would meet.
      if let before = read(path) { content = content.map { before + $0 } }
    }
    if let size = content?.utf8.count {
      charge(size)
      if size > Session.maximumFileLength { content = nil }
    }
    guard session.files[path] != nil || session.files.count < Session.maximumFiles else { return }
    session.files[path] = .some(content)
    if content != nil { lineFiles.insert(path) } else { lineFiles.remove(path) }
  }

  /// What a resolved path holds: what this line wrote, what lies there, what earlier lines wrote.
  mutating func read(_ path: String) -> String? {
    guard host == nil else { return nil }
    if lineFiles.contains(path) { return session.files[path] ?? nil }
    if filesRead < Limits.fileReads {
      filesRead += 1
      if let bytes = files.read(path) {
        charge(min(bytes.count, Limits.fileLength))
        return String(decoding: bytes.prefix(Limits.fileLength), as: UTF8.self)
      }
    }
    return session.files[path] ?? nil
  }

  /// What reading a file as written in the line gives.
  mutating func content(_ path: Field) -> Stream {
    guard path.isKnown else { return .unknown }
    if path.text == "/dev/null" { return .known("") }
    if path.text == "/dev/stdin" || path.text == "-" { return input }
    if let output = processOutputs[path.text] { return output }
    guard let resolved = resolved(path.text), let text = read(resolved) else { return .unknown }
    return .known(text)
  }
}
