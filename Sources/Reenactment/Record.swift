/// One line of the log: what happened and when, with named values in a fixed order.
public struct Record: Sendable, Equatable {
  public enum Value: Sendable, Equatable {
    case text(String)
    case integer(Int64)
    case decimal(Double)
    case flag(Bool)
  }

  /// On the monotonic clock, since the machine started.
  public let at: Duration
  public let what: String
  public let fields: [(name: String, value: Value)]

  public init(_ what: String, at: Duration, _ fields: [(String, Value)] = []) {
    self.what = what
    self.at = at
    self.fields = fields.map { (name: $0.0, value: $0.1) }
  }

  public static func == (a: Record, b: Record) -> Bool {
    a.at == b.at && a.what == b.what
      && a.fields.elementsEqual(b.fields) { $0.name == $1.name && $0.value == $1.value }
  }

  /// The record of a keystroke: `key`, `text`, `enter`, `paste` or `report`.
  public init(_ arrival: Arrival) {
    switch arrival.keystroke {
    case .key(let name): self.init("key", at: arrival.at, [("key", .text(name))])
    case .text(let text): self.init("text", at: arrival.at, [("text", .text(text))])
    case .enter: self.init("enter", at: arrival.at)
    case .paste(let text, let whole):
      self.init("paste", at: arrival.at, [("text", .text(text)), ("whole", .flag(whole))])
    case .report(let text): self.init("report", at: arrival.at, [("text", .text(text))])
    }
  }

  /// The record as a line of JSON with its newline: `t` and `wall` in nanoseconds, `what`, then the fields.
  ///
  /// - Parameter wallOffset: what to add to the monotonic time to get the time since 1970.
  public func line(wallOffset: Duration) -> String {
    var line = #"{"t":\#(at.nanoseconds),"wall":\#((at + wallOffset).nanoseconds),"what":\#(quoted(what))"#
    for (name, value) in fields {
      line += ",\(quoted(name)):"
      switch value {
      case .text(let text): line += quoted(text)
      case .integer(let number): line += "\(number)"
      case .decimal(let number): line += number.isFinite ? "\(number)" : "null"
      case .flag(let flag): line += "\(flag)"
      }
    }
    return line + "}\n"
  }
}

extension Duration {
  /// Whole nanoseconds, cut towards zero; good for 292 years.
  public var nanoseconds: Int64 {
    components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000
  }

  public var milliseconds: Double { Double(nanoseconds) / 1e6 }
}

private func quoted(_ text: String) -> String {
  var result = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"": result += "\\\""
    case "\\": result += "\\\\"
    case "\n": result += "\\n"
    case "\r": result += "\\r"
    case "\t": result += "\\t"
    default:
      if scalar.value < 0x20 || scalar.value == 0x7F {
        let hex = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
  }
  return result + "\""
}
