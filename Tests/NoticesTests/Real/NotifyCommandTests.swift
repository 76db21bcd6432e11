import Foundation
import Processes
import Testing

@testable import Notices

extension RealNotifiers {
  @Suite("outrider notify")
  struct NotifyCommand {
    private func outrider(_ scratch: Scratch, _ words: String...) async -> (status: Int32?, text: String) {
      let program = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        .appending(path: "outrider").path
      let environment = ProcessInfo.processInfo.environment.merging([
        "HOME": scratch.folder.path, "XDG_CONFIG_HOME": scratch.path("config"),
      ]) { _, new in new }
      let ending = await ProgramRun(
        [program, "notify"] + words, environment: environment, limit: .seconds(60)
      )
      .run()
      guard case .status(let status) = ending.how else { return (nil, "\(ending)") }
      return (status, String(decoding: ending.output, as: UTF8.self) + ending.said)
    }

    @Test("lists and tries what is configured, and tells by its exit code how that went")
    func tries() async throws {
      let scratch = try Scratch()
      #expect(await outrider(scratch, "--list").text.hasPrefix("no notifier is configured"))
      let good = try await scratch.put("good", "cat > '\(scratch.path("got"))'")
      let bad = try await scratch.put("bad", "echo 'no way' >&2; exit 7")
      try FileManager.default.createDirectory(
        atPath: scratch.path("config/outrider"), withIntermediateDirectories: true)
      try scratch.write(
        """
        notifiers:
          - {name: good, run: \(good), at_least: critical}
          - {name: bad, run: \(bad)}
        """, "config/outrider/config.yaml")

      let list = await outrider(scratch, "--list")
      #expect(list.status == 0)
      #expect(list.text == "ok       good  (run)  at least critical\nok       bad  (run)  at least info\n")
      let one = await outrider(scratch, "--test", "good")
      #expect(one.status == 0 && one.text.hasPrefix("ok       good  (run)  arrived in "))
      #expect(scratch.text("got").contains(#""kind":"test""#))
      let all = await outrider(scratch, "--test")
      #expect(all.status == 1)
      #expect(all.text.contains("FAILED   bad  (run)  \(bad) ended with status 7 (no way); try it by hand"))
      let json = await outrider(scratch, "--test", "--json")
      #expect(json.text.contains(#"{"name":"bad","way":"run","ok":false,"#))
      let unknown = await outrider(scratch, "--test", "worse")
      #expect(unknown.status == 2)
      #expect(unknown.text.contains("no notifier is named 'worse'; there are: good, bad"))

      try scratch.write("notifier: []", "config/outrider/config.yaml")
      let broken = await outrider(scratch, "--list")
      #expect(broken.status == 2)
      #expect(
        broken.text.contains(
          "config.yaml:1:1: the configuration: unknown key 'notifier'; did you mean 'notifiers'?"))
    }
  }
}
