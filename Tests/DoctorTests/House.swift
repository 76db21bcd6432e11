import Foundation
import Processes
import Settings
import Sidecar
import Support
import Testing
import Tmux

@testable import Doctor

/// A home of a test's own, with a repository in it and nothing on the PATH but what the test puts there.
final class House {
  let home: URL
  var path: String { home.path }
  /// A repository.
  var shop: URL { home.appending(path: "shop") }
  private var additions: [String: String] = [:]

  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  /// The built program.
  static let program = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
    .appending(path: "outrider")

  init() throws {
    // Without the links on the way to the temporary folder.
    home = FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
      .appending(path: "outrider-house-\(UUID().uuidString.prefix(8))")
    for folder in ["shop/.git", "bin", "run"] {
      try FileManager.default.createDirectory(
        at: home.appending(path: folder), withIntermediateDirectories: true,
        attributes: [.posixPermissions: 0o700])
    }
    try FileManager.default.createSymbolicLink(
      at: home.appending(path: "bin/outrider"), withDestinationURL: Self.program)
  }

  deinit { try? FileManager.default.removeItem(at: home) }

  var environment: [String: String] {
    [
      "HOME": path, "PATH": "\(path)/bin", "XDG_RUNTIME_DIR": "\(path)/run",
      "OUTRIDER_RULES": Self.root.appending(path: "rules").path,
    ].merging(additions) { _, new in new }
  }

  func set(_ name: String, _ value: String) { additions[name] = value }

  func write(_ text: String, to file: String, mode: Int = 0o644) throws {
    let url = home.appending(path: file)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: url)
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: url.path)
  }

  /// A program on the PATH.
  ///
  /// Another process writes it: a descriptor of ours could be inherited by a program that another test starts
  /// just now, and a file that somebody may write cannot be run.
  func put(_ name: String, _ script: String) async throws {
    let write = #"printf '#!/bin/sh\n%s\n' "$1" > "$2" && chmod 755 "$2""#
    let words = ["sh", "-c", write, "sh", script, "\(path)/bin/\(name)"]
    let run = ProgramRun(words, limit: .seconds(60))
    #expect(try await FewAtOnce.programs.run { try await run.result() }.status == 0)
  }

  /// Nil when there is no such file.
  func text(_ file: String) -> String? {
    (try? Data(contentsOf: home.appending(path: file))).map { String(decoding: $0, as: UTF8.self) }
  }

  func exists(_ file: String) -> Bool {
    FileManager.default.fileExists(atPath: home.appending(path: file).path)
  }

  struct Run {
    let status: Int32
    let output: String
    let errors: String
  }

  @discardableResult
  func outrider(
    _ arguments: String..., at program: String? = nil, in folder: String = "shop"
  ) async throws -> Run {
    try await run(
      program ?? "\(path)/bin/outrider", arguments, in: home.appending(path: folder), environment)
  }

  func run(
    _ program: String, _ arguments: [String], in folder: URL, _ environment: [String: String]
  ) async throws -> Run {
    var run = ProgramRun(
      [program] + arguments, in: folder.path, environment: environment, limit: .seconds(60))
    run.most = 1 << 20
    let result = try await FewAtOnce.programs.run { try await run.result() }
    return Run(
      status: result.status, output: String(decoding: result.output, as: UTF8.self), errors: result.complaints
    )
  }

  /// What the checks see of this house.
  func surroundings() throws -> Surroundings {
    let rules = Self.root.appending(path: "rules", directoryHint: .isDirectory)
    return Surroundings(
      environment: environment, project: shop.path, program: "\(path)/bin/outrider",
      server: Server(socket: .path("\(path)/none"), program: "tmux"),
      rules: .success(try RuleLibrary(RuleSources(shipped: rules))), log: "\(path)/alerts.jsonl",
      notifiers: [])
  }
}
