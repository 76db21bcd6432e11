import Rulebook

/// What is printed of a log that is followed: repeats joined, on a terminal by painting their line again, on a
/// pipe by a line with their number now and then. A different alert is always printed at once.
///
/// Pure: told the time and what was read, it gives what is to be written.
public struct TailView: Sendable {
  /// Something to write, in this order.
  public enum Output: Sendable, Equatable {
    /// A line of the log's own, without a newline.
    case line(String)
    /// Goes up so many rows and clears what is below.
    case erase(rows: Int)
    /// A note about the log, for the standard error.
    case note(String)
  }

  /// How long a repeat may wait on a pipe to be told together with others.
  public static let patience: Duration = .seconds(5)

  public var rendering: Rendering
  private let isFull: Bool
  private let isGrouping: Bool
  /// Whether lines can be painted again.
  private let isRepainting: Bool
  private var shown = ShownAlerts()
  private var run: AlertRun?
  /// Rows that the run takes on the terminal.
  private var rows = 0
  /// Columns of the terminal when they were painted.
  private var paintedWidth: Int?
  /// Since when repeats wait to be told.
  private var untold: Instant?

  /// - Parameters:
  ///   - isFull: With the details of each alert below it.
  ///   - isTerminal: What was written can be painted again.
  public init(_ rendering: Rendering, isFull: Bool, isGrouping: Bool, isTerminal: Bool) {
    self.rendering = rendering
    self.isFull = isFull
    self.isGrouping = isGrouping
    // Details may take more rows than lines; how many is up to the terminal.
    isRepainting = isTerminal && !isFull && rendering.width != nil
  }

  /// When it wants to be told the time; nil while nothing waits.
  public var deadline: Instant? { untold.map { $0 + Self.patience } }

  /// What is printed first.
  public mutating func begin(_ runs: AlertRuns) -> [Output] {
    shown = runs.shown
    var output: [Output] = []
    var printed: Set<String> = []
    for item in runs.latest() {
      switch item {
      case .note(let event): output += note(event)
      case .run(let next):
        // What stood above it may have been left out.
        output += lines(of: next.beginning { !printed.contains($0) })
        printed.formUnion(next.ids)
        run = isGrouping ? next : nil
        (rows, paintedWidth) = (next.height, rendering.width)
      }
    }
    return output
  }

  /// - Parameter height: Rows of the terminal: what has scrolled out of it is not painted again.
  public mutating func take(
    _ event: AlertReader.Event, height: Int = .max, at now: Instant
  ) -> [Output] {
    guard case .alert(let alert) = event else { return tell() + note(event) }
    let isFirst = shown.isFirst(alert.id)
    guard isGrouping, var current = run, current.take(alert, isFirst: isFirst) else {
      let before = tell()
      let new = AlertRun(alert, isFirst: isFirst)
      run = isGrouping ? new : nil
      (rows, paintedWidth) = (1, rendering.width)
      return before + lines(of: new)
    }
    run = current
    if !current.lines.isEmpty {
      rows += 1
      return lines(of: current.suffix(1))
    }
    guard isRepainting else {
      untold = untold ?? now
      return []
    }
    let canErase = rows < height && paintedWidth == rendering.width
    let erased: [Output] = canErase ? [.erase(rows: rows)] : []
    (rows, paintedWidth) = (1, rendering.width)
    return erased + lines(of: current)
  }

  /// Tells what has waited long enough.
  public mutating func tick(at now: Instant) -> [Output] {
    guard let deadline, deadline <= now else { return [] }
    return tell()
  }

  /// Tells what waits: something else follows, or it is the end.
  public mutating func tell() -> [Output] {
    guard untold != nil, let run else { return [] }
    untold = nil
    return lines(of: run)
  }

  /// The lines as they stand in the log.
  public static func json(_ runs: AlertRuns) -> [Output] {
    runs.latest().flatMap { item -> [Output] in
      switch item {
      case .note(let event): json(event)
      case .run(let run): run.lines.map { .line($0.alert.json) }
      }
    }
  }

  public static func json(_ event: AlertReader.Event) -> [Output] {
    if case .alert(let alert) = event { return [.line(alert.json)] }
    return Rendering().note(event).map { [.note($0)] } ?? []
  }

  private mutating func note(_ event: AlertReader.Event) -> [Output] {
    run = nil
    return rendering.note(event).map { [.note($0)] } ?? []
  }

  private func lines(of run: AlertRun) -> [Output] {
    guard !run.lines.isEmpty else { return [.line(rendering.line(run))] + details(run.last) }
    return run.lines.flatMap { line in
      [.line(rendering.line(line.alert, isFirst: line.isFirst))] + details(line.alert)
    }
  }

  private func details(_ alert: Alert) -> [Output] {
    isFull ? rendering.details(alert).map { .line("         \($0)") } : []
  }
}

extension Rendering {
  /// What a line has no room for: the name, the reason, the advice, and what shows it.
  func details(_ alert: Alert) -> [String] {
    let alert = alert.legible()
    return ["id: \(alert.id)"]
      + [alert.why.map { "why: \($0)" }, alert.instead.map { "instead: \($0)" }].compactMap { $0 }
      + alert.evidence.map { "shown by: \($0)" }
      + [alert.wayToAllow.map { "to allow it: \($0)" }].compactMap { $0 }
  }
}
