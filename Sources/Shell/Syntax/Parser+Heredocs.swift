/// Here-documents: the delimiter where it is written, the body behind the next newline.
extension Parser {
  mutating func expectHeredoc(_ delimiter: Word, stripsTabs: Bool) -> Int {
    var bytes: [UInt8] = []
    var isQuoted = false
    var index = delimiter.range.lowerBound
    while index < delimiter.range.upperBound {
      switch text[index] {
      case Byte.single, Byte.double: isQuoted = true
      case Byte.backslash:
        isQuoted = true
        index += 1
        if index < delimiter.range.upperBound { bytes.append(text[index]) }
      case Byte.dollar where byte(index + 1) == Byte.single || byte(index + 1) == Byte.double: break
      default: bytes.append(text[index])
      }
      index += 1
    }
    heredocs.append(Heredoc(script: .empty, isExpanded: false))
    pending.append(
      PendingHeredoc(
        index: heredocs.count - 1, delimiter: bytes, stripsTabs: stripsTabs, isExpanded: !isQuoted))
    return heredocs.count - 1
  }

  mutating func readHeredocs() {
    let waiting = pending
    pending = []
    for heredoc in waiting {
      let body = heredocBody(heredoc)
      heredocs[heredoc.index] =
        if heredoc.isExpanded {
          Heredoc(script: expanded(body), isExpanded: true)
        } else {
          Heredoc(script: Script(text: body), isExpanded: false)
        }
    }
  }

  private mutating func expanded(_ body: [UInt8]) -> Script {
    let script = Parser.template(body, depth: depth)
    if script.isTooDeep { isTooDeep = true }
    extraSteps += script.steps
    return script
  }

  private mutating func heredocBody(_ heredoc: PendingHeredoc) -> [UInt8] {
    var body: [UInt8] = []
    while at < end {
      var start = at
      while at < end, text[at] != Byte.newline { at += 1 }
      if heredoc.stripsTabs {
        while start < at, text[start] == Byte.tab { start += 1 }
      }
      var lineEnd = at
      if lineEnd > start, text[lineEnd - 1] == 0x0D { lineEnd -= 1 }
      if at < end { at += 1 }
      if lineEnd - start == heredoc.delimiter.count, text[start..<lineEnd].elementsEqual(heredoc.delimiter) {
        return body
      }
      body.append(contentsOf: text[start..<at])
    }
    isTruncated = true
    return body
  }
}
