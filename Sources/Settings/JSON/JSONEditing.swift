extension JSONText {
  /// The text with a member added behind the last one of an object.
  func appending(_ name: String, _ value: JSONValue, to object: JSONNode) -> [UInt8] {
    let style = JSONStyle(of: self)
    return appending(after: object.members.last?.range, in: object, style) {
      style.text(name, value, margin: $0)
    }
  }

  /// The text with an element added behind the last one of a list.
  func appending(_ value: JSONValue, to array: JSONNode) -> [UInt8] {
    let style = JSONStyle(of: self)
    return appending(after: array.elements.last?.range, in: array, style) { style.text(value, margin: $0) }
  }

  private func appending(
    after last: Range<Int>?, in container: JSONNode, _ style: JSONStyle, _ entry: ([UInt8]?) -> [UInt8]
  ) -> [UInt8] {
    guard let last else { return filling(container, style, entry) }
    let lead = JSONStyle.space(before: last.lowerBound, in: bytes)
    let added: [UInt8]
    if let line = lead.lastIndex(of: UInt8(ascii: "\n")) {
      let margin = Array(lead[(line + 1)...])
      added = [UInt8(ascii: ",")] + style.newline + margin + entry(margin)
    } else {
      added = style.comma + entry(nil)
    }
    return Edit.apply([Edit(last.upperBound..<last.upperBound, added)], to: bytes)
  }

  private func filling(
    _ container: JSONNode, _ style: JSONStyle, _ entry: ([UInt8]?) -> [UInt8]
  ) -> [UInt8] {
    let inside = container.range.lowerBound + 1..<container.range.upperBound - 1
    guard style.isTall else { return Edit.apply([Edit(inside, entry(nil))], to: bytes) }
    let margin = self.margin(at: container.range.lowerBound)
    let inner = margin + style.indent
    let text = style.newline + inner + entry(inner) + style.newline + margin
    return Edit.apply([Edit(inside, text)], to: bytes)
  }

  /// The indentation of the line in which a byte stands.
  private func margin(at offset: Int) -> [UInt8] {
    let before = bytes[..<offset]
    var start = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    if start == 0, before.starts(with: byteOrderMark) { start = byteOrderMark.count }
    return Array(bytes[start..<offset].prefix { $0 == 0x20 || $0 == 0x09 })
  }

  /// The edits that take entries out of an object or a list, with the comma and the white space that each
  /// brought; what is left keeps its bytes.
  ///
  /// - Parameters:
  ///   - entries: All entries, in their order.
  ///   - isGone: Which are to go; not all of them, see `emptying`.
  static func removing(_ entries: [Range<Int>], _ isGone: [Bool]) -> [Edit] {
    guard let kept = isGone.firstIndex(of: false) else { return [] }
    var edits = kept == 0 ? [] : [Edit(entries[0].lowerBound..<entries[kept].lowerBound)]
    for index in kept..<entries.count where isGone[index] {
      edits.append(Edit(entries[index - 1].upperBound..<entries[index].upperBound))
    }
    return edits
  }

  /// The edit that takes everything out of an object or a list.
  static func emptying(_ container: JSONNode) -> Edit {
    Edit(container.range.lowerBound + 1..<container.range.upperBound - 1)
  }
}
