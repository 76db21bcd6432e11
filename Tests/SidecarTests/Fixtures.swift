import Foundation
import Rulebook
import Senses
import Sidecar
import Testing

/// The checkout's own rules and recordings.
enum Fixtures {
  static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  static let recordings = root.appending(path: "fixtures/recordings")

  static let library: RuleLibrary = {
    do {
      return try RuleLibrary(directory: root.appending(path: "rules"))
    } catch {
      fatalError("the shipped rules cannot be read: \(error)")
    }
  }()

  /// The shipped rules and more files, as a user's.
  static func sources(adding files: [URL]) -> RuleSources {
    RuleSources(shipped: root.appending(path: "rules"), added: files)
  }

  static let names: [String] = {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: recordings.path)) ?? []
    return files.filter { $0.hasSuffix(".cast") }.map { String($0.dropLast(5)) }.sorted()
  }()

  static func recording(_ name: String) throws -> Recording {
    try Recording(path: recordings.appending(path: name + ".cast").path)
  }

  /// What the model asked for and what really ran.
  static func truth(_ name: String) throws -> Truth {
    let data = try Data(contentsOf: recordings.appending(path: name + ".truth.json"))
    return try JSONDecoder().decode(Truth.self, from: data)
  }
}

struct Truth: Decodable {
  struct Step: Decodable {
    let t: Double
    let text: String?
    let bash: String?
  }

  let asked: [Step]
}
