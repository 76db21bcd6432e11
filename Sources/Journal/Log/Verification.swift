/// What `outrider log verify` found in a log and in the files rotated before it.
public struct Verification: Sendable, Equatable, CustomStringConvertible {
  /// Whole lines read.
  public var lines: Int
  /// Files read, the oldest first.
  public var files: [String]
  /// The number of the first line that is there; more than 1 after old files have fallen out.
  public var first: Int?
  /// The number of the last line that is there.
  public var last: Int?
  /// Whether the note beside the log says where the chain ends. Without it, lines missing at the end would
  /// not show.
  public var endIsKnown: Bool
  /// In the order of the files.
  public var findings: [Finding]

  /// Whether all lines that should be there are, as they were written. A line cut off by a crash is none.
  public var isIntact: Bool { findings.allSatisfy { $0.kind == .cutLine } }

  public struct Finding: Sendable, Equatable, CustomStringConvertible {
    public enum Kind: String, Sendable, Codable {
      /// A line that its writer, killed or out of power, did not finish. Nothing was tampered with.
      case cutLine = "cut-line"
      /// A line that is not what was written.
      case changed
      /// Bytes that are no line and were not there when the next line was written.
      case foreign
      /// Lines that were there between others.
      case removed
      /// A line that stands behind a later one.
      case moved
      /// A line that is there already.
      case copied
      /// Lines that were there at the end.
      case truncated
    }

    public var kind: Kind
    public var file: String
    /// The line in the file, from 1: the one meant, or the one before which something is missing.
    public var line: Int
    /// How many lines, or for a cut line how many bytes.
    public var count: Int

    public var description: String {
      let lines = count == 1 ? "1 line" : "\(count) lines"
      return switch kind {
      case .cutLine:
        "\(file):\(line): cut off after \(count) bytes by a crash or kill while it was written; no tampering"
      case .changed: "\(file):\(line): changed after it was written: the next line has another hash for it"
      case .foreign: "\(file):\(line): no line of the log; put here, or changed, after it was written"
      case .removed: "\(file):\(line): \(lines) removed before this one"
      case .moved: "\(file):\(line): moved: it was written before the line above it"
      case .copied: "\(file):\(line): a copy: its number is there already"
      case .truncated: "\(file):\(line): \(lines) removed from the end of the log, after this one"
      }
    }
  }

  public var description: String {
    let counted = lines == 1 ? "1 line" : "\(lines) lines"
    let place = files.count > 1 ? "\(counted) in \(files.count) files" : counted
    let verdict = isIntact ? "whole" : "not whole: \(findings.count(where: { $0.kind != .cutLine })) findings"
    return "\(place), \(verdict)"
      + (endIsKnown ? "" : " (whether lines are missing at the end cannot be told: no .head file)")
  }
}
