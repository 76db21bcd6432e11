/// How words stand in `SimpleCommand.line`.
enum LineText {
  static func append(_ field: Field, to line: inout String) {
    var needsQuotes = field.text.isEmpty
    var hasSpace = false
    for byte in field.text.utf8 {
      switch byte {
      case Byte.single, Byte.double, Byte.ampersand, Byte.pipe, Byte.semicolon, Byte.less, Byte.greater,
        Byte.open, Byte.close, Byte.backslash, Byte.dollar, Byte.backquote:
        needsQuotes = true
      case 0...Byte.blank, 0x7F:
        needsQuotes = true
        hasSpace = true
      default: break
      }
    }
    if !needsQuotes {
      line += field.text
      return
    }
    // A part that is not known stands as it was written.
    let isQuoted = field.isKnown
    if isQuoted { line += "'" }
    if !hasSpace, !field.text.utf8.contains(Byte.single) {
      line += field.text
    } else {
      for scalar in field.text.unicodeScalars {
        if scalar.value <= 32 || scalar.value == 127 {
          line += "␣"
        } else if scalar == "'", isQuoted {
          line += "'\\''"
        } else {
          line.unicodeScalars.append(scalar)
        }
      }
    }
    if isQuoted { line += "'" }
  }
}
