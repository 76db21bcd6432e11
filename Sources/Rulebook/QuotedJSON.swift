/// A text as a JSON string, with its quotes: control characters and what turns the direction of text are escaped,
/// so that the line can be shown in a terminal as it is.
public func quotedJSON(_ text: String) -> String {
  var quoted = "\""
  for scalar in text.unicodeScalars {
    switch scalar.value {
    case 0x22: quoted += "\\\""
    case 0x5C: quoted += "\\\\"
    case 0x0A: quoted += "\\n"
    case 0x09: quoted += "\\t"
    case 0..<0x20, 0x7F..<0xA0, 0x2028, 0x2029, 0x202A...0x202E, 0x2066...0x2069:
      let hex = String(scalar.value, radix: 16)
      quoted += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
    default: quoted.unicodeScalars.append(scalar)
    }
  }
  return quoted + "\""
}
