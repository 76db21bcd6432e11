import ArgumentParser
import Foundation
import Journal
import Notices

extension Outrider {
  struct Explain: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Tells an alert's whole story.",
      discussion: """
        The facts that led to it, the rule and where it stands, what was done and what proves it, every line of the
        alert, the call for a human, and the screen as it was. Why no rule fired tells: outrider rules explain.
        """)

    @OptionGroup var log: LogOptions

    @Flag(help: "Write one JSON object.")
    var json = false

    @Argument(
      help:
        "The alert's id, or a part that is no other's: its beginning, or what follows its dash. Default: the newest."
    )
    var id: String?

    func run() throws {
      let path = try log.existing(for: "explain")
      var search = AlertSearch(id)
      try LogOptions.alerts(in: path, for: "explain") { search.take($0) }
      let lines: [Alert]
      do throws(AlertSearch.Failure) {
        lines = try search.found()
      } catch {
        throw Failure(.usage, "outrider explain: \(error)")
      }
      let state = StateFolder(environment: ProcessInfo.processInfo.environment)
      let story = AlertStory(
        lines: lines, seen: SeenFolder(log: path).read(lines[0].id),
        escalations: state?.watches.flatMap { $0.escalations.read()?.all ?? [] } ?? [])
      if json {
        print(try story.json)
      } else {
        StoryText(.standardOutput()).lines(story).forEach { print($0) }
      }
    }
  }
}
