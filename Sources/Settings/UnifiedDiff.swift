/// What would change in a text, as `diff -u` shows it.
public struct UnifiedDiff: Sendable, Equatable {
  /// A line of the listing and what it stands for.
  public struct Line: Sendable, Equatable {
    public enum Kind: Sendable { case file, place, kept, removed, added, note }
    public let kind: Kind
    /// With the sign in front.
    public let text: String
  }

  /// Empty when the texts are the same.
  public let lines: [Line]

  /// - Parameters:
  ///   - before: Nil when there is no such file yet.
  ///   - after: Nil when the file goes away.
  public init(before: [UInt8]?, after: [UInt8]?, name: String, context: Int = 3) {
    guard before != after else {
      lines = []
      return
    }
    let old = Self.rows(before ?? [])
    let new = Self.rows(after ?? [])
    let steps = Self.steps(from: old, to: new)
    var lines = [
      Line(kind: .file, text: "--- \(before == nil ? "/dev/null" : name)"),
      Line(kind: .file, text: "+++ \(after == nil ? "/dev/null" : name)"),
    ]
    for hunk in Self.hunks(steps, context) {
      let removed = steps[hunk].filter { $0.kind != .added }
      let added = steps[hunk].filter { $0.kind != .removed }
      let oldStart = steps[..<hunk.lowerBound].count { $0.kind != .added } + (removed.isEmpty ? 0 : 1)
      let newStart = steps[..<hunk.lowerBound].count { $0.kind != .removed } + (added.isEmpty ? 0 : 1)
      lines.append(
        Line(kind: .place, text: "@@ -\(oldStart),\(removed.count) +\(newStart),\(added.count) @@"))
      for step in steps[hunk] {
        let sign =
          switch step.kind {
          case .added: "+"
          case .removed: "-"
          default: " "
          }
        let isWhole = step.row.last == UInt8(ascii: "\n")
        let row = isWhole ? step.row.dropLast() : step.row
        lines.append(Line(kind: step.kind, text: sign + String(decoding: row, as: UTF8.self)))
        if !isWhole { lines.append(Line(kind: .note, text: #"\ No newline at end of file"#)) }
      }
    }
    self.lines = lines
  }

  struct Step: Equatable {
    var kind: Line.Kind
    var row: ArraySlice<UInt8>
  }

  /// With their line breaks.
  private static func rows(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
    var rows: [ArraySlice<UInt8>] = []
    var start = 0
    for index in bytes.indices where bytes[index] == UInt8(ascii: "\n") {
      rows.append(bytes[start...index])
      start = index + 1
    }
    if start < bytes.count { rows.append(bytes[start...]) }
    return rows
  }

  private static func steps(from old: [ArraySlice<UInt8>], to new: [ArraySlice<UInt8>]) -> [Step] {
    let head = zip(old, new).prefix { $0 == $1 }.count
    let room = min(old.count, new.count) - head
    let tail = min(room, zip(old.reversed(), new.reversed()).prefix { $0 == $1 }.count)
    let oldCore = Array(old[head..<old.count - tail])
    let newCore = Array(new[head..<new.count - tail])
    var core: [Step] = []
    // Beyond this size of the texts the difference costs more than it tells.
    if oldCore.count + newCore.count < 20_000 {
      let difference = newCore.difference(from: oldCore)
      var gone: Set<Int> = []
      var come: Set<Int> = []
      for change in difference {
        switch change {
        case .remove(let offset, _, _): gone.insert(offset)
        case .insert(let offset, _, _): come.insert(offset)
        }
      }
      var (i, j) = (0, 0)
      while i < oldCore.count || j < newCore.count {
        if i < oldCore.count, gone.contains(i) {
          core.append(Step(kind: .removed, row: oldCore[i]))
          i += 1
        } else if j < newCore.count, come.contains(j) {
          core.append(Step(kind: .added, row: newCore[j]))
          j += 1
        } else {
          core.append(Step(kind: .kept, row: oldCore[i]))
          i += 1
          j += 1
        }
      }
    } else {
      core = oldCore.map { Step(kind: .removed, row: $0) } + newCore.map { Step(kind: .added, row: $0) }
    }
    return old[..<head].map { Step(kind: .kept, row: $0) } + core
      + old[(old.count - tail)...].map { Step(kind: .kept, row: $0) }
  }

  private static func hunks(_ steps: [Step], _ context: Int) -> [Range<Int>] {
    var hunks: [Range<Int>] = []
    for index in steps.indices where steps[index].kind != .kept {
      let range = max(0, index - context)..<min(steps.count, index + context + 1)
      if let last = hunks.last, last.upperBound >= range.lowerBound {
        hunks[hunks.count - 1] = last.lowerBound..<range.upperBound
      } else {
        hunks.append(range)
      }
    }
    return hunks
  }
}
