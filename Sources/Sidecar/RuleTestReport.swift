import Rulebook

extension RuleTest {
  /// How results are written.
  public enum Format: String, CaseIterable, Sendable {
    /// For people: what failed, and how many there were.
    case text
    /// The Test Anything Protocol, version 14.
    case tap
    /// The XML that CI systems read.
    case junit
  }

  public func report(_ format: Format) -> String {
    switch format {
    case .text: text
    case .tap: tap
    case .junit: junit
    }
  }

  private var text: String {
    var lines = cases.compactMap { test in
      test.failure.map { "\(test.suite):\(test.line): \(test.name): \($0)" }
    }
    lines.append("\(cases.count) tried, \(failureCount) failed")
    return lines.joined(separator: "\n")
  }

  private var tap: String {
    var lines = ["TAP version 14", "1..\(cases.count)"]
    for (index, test) in cases.enumerated() {
      // A number sign begins a directive, a backslash escapes it.
      let name = test.name.replacing("\\", with: "\\\\").replacing("#", with: "\\#")
      lines.append("\(test.failure == nil ? "ok" : "not ok") \(index + 1) - \(name)")
      if let note = test.note { lines.append("# \(cleaned(note, limit: 1000))") }
      guard let failure = test.failure else { continue }
      lines += [
        "  ---", "  message: \(Self.quoted(failure))", "  at:", "    file: \(Self.quoted(test.suite))",
        "    line: \(test.line)", "  ...",
      ]
    }
    return lines.joined(separator: "\n")
  }

  private static func quoted(_ text: String) -> String {
    "'\(cleaned(text, limit: 1000).replacing("'", with: "''"))'"
  }

  private var junit: String {
    var lines = [
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
      "<testsuites tests=\"\(cases.count)\" failures=\"\(failureCount)\">",
    ]
    var suites: [String] = []
    for test in cases where !suites.contains(test.suite) { suites.append(test.suite) }
    for suite in suites {
      let own = cases.filter { $0.suite == suite }
      let name = Self.escaped(suite)
      lines.append(
        "  <testsuite name=\"\(name)\" tests=\"\(own.count)\" failures=\"\(own.count { $0.failure != nil })\">"
      )
      for test in own {
        let head =
          "    <testcase classname=\"\(name)\" name=\"\(Self.escaped(test.name))\" file=\"\(name)\" "
          + "line=\"\(test.line)\""
        switch (test.failure, test.note) {
        case (let failure?, _):
          lines.append("\(head)><failure message=\"\(Self.escaped(failure))\"/></testcase>")
        case (nil, let note?):
          lines.append("\(head)><system-out>\(Self.escaped(note))</system-out></testcase>")
        case (nil, nil): lines.append("\(head)/>")
        }
      }
      lines.append("  </testsuite>")
    }
    lines.append("</testsuites>")
    return lines.joined(separator: "\n")
  }

  private static func escaped(_ text: String) -> String {
    cleaned(text, limit: 2000).replacing("&", with: "&amp;").replacing("<", with: "&lt;")
      .replacing(">", with: "&gt;").replacing("\"", with: "&quot;")
  }
}
