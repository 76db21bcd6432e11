import Foundation
import Rulebook
import Senses
import Sidecar
import Testing

@Suite("What a pane shows of prompts")
struct ShownPromptTests {
  /// A reader that has read a recording up to a second.
  private static func reader(_ name: String, until seconds: Double) throws -> PaneReader {
    let library = try #require(SampleLibrary.shipped)
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "fixtures/recordings")
    let recording = try Recording(path: folder.appending(path: name + ".cast").path)
    let reader = PaneReader(
      agent: name, rows: recording.rows, columns: recording.columns, dialects: library.dialects,
      commands: CommandReader(programs: library.rulebook.programs, files: .none, cwd: "/shop"),
      wantsLines: false)
    for timed in recording.events where timed.time.seconds <= seconds {
      if case .output(let bytes) = timed.event { _ = reader.feed(bytes, at: timed.time) }
    }
    _ = reader.settle(isForced: true, at: Instant(seconds: seconds))
    return reader
  }

  @Test("tells those that wait in Codex's queue from those that were sent")
  func codex() throws {
    let waiting = try Self.reader("queue.codex", until: 11)
    #expect(waiting.queued == ["then merge the dependabot PRs"])
    #expect(!waiting.shownPrompts.contains("then merge the dependabot PRs"))
    let sent = try Self.reader("queue.codex", until: 16)
    #expect(sent.queued.isEmpty)
    #expect(sent.shownPrompts.contains("then merge the dependabot PRs"))
  }

  @Test(
    "names the command that an open dialog is about, and none when it has gone",
    arguments: ["approval.claude", "approval.codex"])
  func asked(_ name: String) throws {
    #expect(try Self.reader(name, until: 7).asked == nil)
    #expect(try Self.reader(name, until: 12).asked == "kubectl apply -f k8s/web.yaml")
    #expect(try Self.reader(name, until: 28).asked == nil)
  }
}
