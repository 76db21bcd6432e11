extension SimpleCommand {
  /// The files that it writes, as far as its words tell: targets of redirections and what `tee`, `cp`, `mv`,
  /// `ln`, `install`, `sed -i`, `truncate` and `dd` name. As written, and once more from the working directory
  /// where that is known. A copy into a folder gives the folder and the file in it.
  public var filesWritten: [String] {
    var found = redirections.filter { $0.op.hasPrefix(">") || $0.op.hasPrefix("&>") }.map(\.target)
    if words.count > 1 { found += filesNamed }
    guard let cwd, !cwd.isEmpty else { return found }
    return found + found.map { Path.joined(cwd, $0) }.filter { !found.contains($0) }
  }

  private var filesNamed: [String] {
    let arguments = words.dropFirst()
    let operands = arguments.filter { $0.utf8.first != Byte.dash }
    switch program {
    case "tee", "truncate": return operands
    case "dd": return operands.filter { $0.hasPrefix("of=") }.map { String($0.dropFirst(3)) }
    case "sed":
      guard arguments.contains(where: editsInPlace) else { return [] }
      // The first operand is the script, unless options bring it.
      return arguments.contains { ["-e", "-f"].contains($0) } ? operands : Array(operands.dropFirst())
    case "cp", "mv", "ln", "install":
      let folder = arguments.firstIndex { $0 == "-t" || $0 == "--target-directory" }
      if let folder, words.indices.contains(folder + 1) {
        let sources = words[1..<folder] + words[(folder + 2)...]
        return sources.filter { $0.utf8.first != Byte.dash }
          .map { Path.joined(words[folder + 1], Path.name($0)) }
      }
      guard operands.count > 1, let target = operands.last else { return [] }
      return [target] + operands.dropLast().map { Path.joined(target, Path.name($0)) }
    default: return []
    }
  }

  /// `-i` of `sed`, alone or behind flags that take no value: `-Ei.bak`.
  private func editsInPlace(_ option: String) -> Bool {
    option.hasPrefix("--in-place")
      || option.hasPrefix("-")
        && option.utf8.dropFirst().first { !"nrEsuz".utf8.contains($0) } == UInt8(ascii: "i")
  }
}
