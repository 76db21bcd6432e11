/// Tells what a command line would run, and carries on what the line leaves behind.
///
/// Never runs anything and never fails: an unfinished line gives what it has, marked truncated. Takes time linear
/// in the length of the text; what expands to more than a constant and a multiple of that is cut off and marked.
/// - Parameters:
///   - line: the text as given to bash or a POSIX shell. One that ends in `…` counts as cut.
///   - session: what earlier lines of the same agent left behind; changed to what this one leaves.
///   - programs: global options and wrappers.
///   - files: reads scripts, makefiles and git configuration; none by default.
public func analyze(
  _ line: String, session: inout Session, programs: ProgramTable, files: Files = .none
) -> Analysis {
  var text = Array(line.utf8)
  let isCut = stripEllipsis(&text)
  var evaluator = Evaluator(session: session, programs: programs, files: files, length: text.count)
  // The evaluator holds the only copy while it works, so that no table is copied on a change.
  session = Session()
  evaluator.run(text, isCut: isCut)
  session = evaluator.session
  if text.count > Session.maximumFileLength {
    // A function keeps the text that it was defined in.
    session.functions = session.functions.filter { $0.value.script.text.count <= Session.maximumFileLength }
  }
  return evaluator.finished()
}

/// Takes a trailing `…` off; it is what panes show where they cut a line.
private func stripEllipsis(_ text: inout [UInt8]) -> Bool {
  var end = text.count
  while end > 0, Byte.isSpace(text[end - 1]) { end -= 1 }
  guard end >= 3, text[end - 3] == 0xE2, text[end - 2] == 0x80, text[end - 1] == 0xA6 else { return false }
  text.removeSubrange((end - 3)...)
  return true
}
