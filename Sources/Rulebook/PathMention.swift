/// Files of a work tree that a line of a tool's output names.
enum PathMention {
  /// The most that are taken of one line, and the longest.
  private static let most = 8
  private static let longest = 200

  /// Words before a file's name that stands alone, in what tools say of the files that they mend.
  private static let verbs: Set<Substring> = [
    "reformat", "reformatted", "fixing", "fixed", "formatted", "rewriting", "sorting", "[warn]", "[error]",
    "in", "file", "modified:",
  ]

  static func paths(in line: String) -> [String] {
    guard line.utf8.count <= 2000, line.utf8.contains(UInt8(ascii: ".")) else { return [] }
    let words = line.split(whereSeparator: \.isWhitespace).prefix(64)
    var found: [String] = []
    for (index, word) in words.enumerated() {
      let before = index > 0 ? words[index - 1].lowercased()[...] : ""
      guard let path = path(String(word), isAlone: words.count == 1 || verbs.contains(before)) else {
        continue
      }
      found.append(path)
      if found.count == most { break }
    }
    return found
  }

  /// - Parameter isAlone: What stands around it says that it is a file, though it has no folder before it.
  private static func path(_ word: String, isAlone: Bool) -> String? {
    guard word.utf8.count <= longest, !word.contains("://") else { return nil }
    var path = word[...]
    while let first = path.first, "'\"`([<".contains(first) { path = path.dropFirst() }
    // `file.c:12:3:`, `file.ts(12,3)`
    let end = path.firstIndex { ":('\"`)]>,;".contains($0) } ?? path.endIndex
    let rest = path[end...].dropFirst()
    let hasLine = rest.first?.isNumber ?? false
    path = path[..<end]
    while path.last == "." { path = path.dropLast() }
    if path.hasPrefix("./") { path = path.dropFirst(2) }
    guard path.contains("/") || hasLine || isAlone, !path.hasPrefix("-"), isFile(path) else { return nil }
    let isForeign = ["node_modules/", "site-packages/", ".cache/", ".git/"].contains(where: path.contains)
    return isForeign ? nil : String(path)
  }

  private static func isFile(_ path: Substring) -> Bool {
    guard let name = path.split(separator: "/").last, let dot = name.lastIndex(of: "."),
      path.allSatisfy({ $0.isLetter || $0.isNumber || "/._-@+".contains($0) })
    else { return false }
    let ending = name[name.index(after: dot)...]
    return (1...8).contains(ending.count) && ending.contains(where: \.isLetter)
  }
}
