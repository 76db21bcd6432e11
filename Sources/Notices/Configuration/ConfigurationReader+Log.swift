import Journal
import Rulebook
import Yams

extension ConfigurationReader {
  mutating func readLog(_ node: Node) {
    let fields = file.fields(node, of: "'log'", known: ConfigurationGrammar.log)
    if let node = fields["size"], let text = file.text(node, of: "'log': 'size'") {
      if let bytes = Self.bytes(text), Self.sizes.contains(bytes) {
        configuration.rotation.limit = bytes
      } else {
        file.report(node, "'log': 'size' is a number of bytes such as 500K, 10M or 1G, from 64K to 1G")
      }
    }
    if let node = fields["age"], let text = file.text(node, of: "'log': 'age'") {
      if text == "any" {
        configuration.rotation.age = nil
      } else if let age = duration(text, node, "'log': 'age'", from: .seconds(3600)) {
        configuration.rotation.age = age
      }
    }
    if let node = fields["keep"], let text = file.text(node, of: "'log': 'keep'") {
      if let count = Int(text), (1...Rotation.mostKept).contains(count) {
        configuration.rotation.kept = count
      } else {
        file.report(node, "'log': 'keep' is a number of files, from 1 to \(Rotation.mostKept)")
      }
    }
  }

  private static let sizes = (64 << 10)...(1 << 30)

  /// Bytes as people write them; nil for anything else.
  static func bytes(_ text: String) -> Int? {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    guard let number = Int(digits), number < 1 << 31 else { return nil }
    return switch text.dropFirst(digits.count).uppercased() {
    case "": number
    case "K", "KB", "KIB": number << 10
    case "M", "MB", "MIB": number << 20
    case "G", "GB", "GIB": number << 30
    default: nil
    }
  }
}
