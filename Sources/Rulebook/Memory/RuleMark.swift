extension Rule {
  /// Tells the rule from what it was before an edit: by all that it says, and by the lists that its condition names.
  /// Where it stands in its file is nothing that it says.
  ///
  /// The same in every program of the same version.
  func mark(lists: [String: [String]]) -> UInt64 {
    var writer = PreparedWriter()
    writer.writeWords(of: self)
    for name in (when?.lists ?? []).sorted() {
      writer.write(name)
      writer.write(lists[name] ?? [])
    }
    return fingerprint(writer.bytes)
  }
}
