import Processes
import Rulebook

extension ProgramRun.Ending {
  /// What it complained of, in one line of 300 characters at most.
  var said: String {
    cleaned(complaints.split(whereSeparator: \.isWhitespace).joined(separator: " "), limit: 300)
  }
}
