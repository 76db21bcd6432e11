import Foundation
import Rulebook
import Settings

extension Check {
  /// The agent runs Outrider's hooks.
  static func hooks(of agent: HookAgent) -> Check {
    Check { around in
      let subject = "\(agent.word) hooks"
      guard around.has(agent) else { return [.ok(subject, "\(agent.title) is not used here")] }
      var findings: [Finding] = []
      var found: [String] = []
      for place in around.places(of: agent) {
        do {
          guard let bytes = try SettingsFile(place.hooks).bytes, !bytes.isEmpty else { continue }
          let settings = try HookSettings(bytes)
          guard !settings.entries.isEmpty else { continue }
          found.append(place.hooks)
          findings += troubles(settings, at: place, around).map {
            Finding(subject: subject, level: $0.level, what: "\(place.hooks): \($0.what)", advice: $0.advice)
          }
        } catch let error as SettingsError {
          findings.append(
            .problem(
              subject, "\(place.hooks):\(error)", "\(agent.title) cannot read the file either; mend it"
            ).split)
        } catch {
          findings.append(Finding.problem(subject, "\(error)", "").split)
        }
      }
      if found.isEmpty, findings.isEmpty {
        return [
          .warning(
            subject, "none: commands are seen in the pane only, when they have begun",
            "outrider install \(agent.word)")
        ]
      }
      if found.count > 1, agent == .codex {
        findings.append(
          .warning(
            subject,
            "are installed twice, and each command is judged twice: \(found.joined(separator: ", "))",
            "outrider uninstall \(agent.word) --project"))
      }
      return findings.isEmpty ? [.ok(subject, found.joined(separator: ", "))] : findings
    }
  }

  private static func troubles(
    _ settings: HookSettings, at place: SettingsPlace, _ around: Surroundings
  ) -> [Finding] {
    let agent = place.agent
    let again =
      "outrider install \(agent.word)" + (place.scope == .project ? " --project" : "")
    var findings: [Finding] = []
    func add(_ level: Finding.Level, _ what: String, _ advice: String) {
      findings.append(Finding(subject: "", level: level, what: what, advice: advice))
    }
    let entries = settings.entries
    for program in Set(entries.map(\.command.program)).sorted() {
      guard let path = around.executable(program) else {
        add(.problem, "there is no program \(cleaned(program, limit: 200)) any more, so no hook runs", again)
        continue
      }
      if let own = around.program, real(path) != real(own) {
        add(.warning, "the hooks run \(cleaned(path, limit: 200)) and not this program", again)
      }
    }
    let there = Set(entries.map(\.event))
    let lacking = agent.events.map(\.name).filter { !there.contains($0) }
    if !lacking.isEmpty { add(.warning, "no hook for \(lacking.joined(separator: ", "))", again) }
    for entry in entries {
      if let matcher = entry.matcher {
        add(
          .warning, "\(entry.event) is for \(cleaned(matcher, limit: 80)) only; other tools are not seen",
          "set its matcher to \"*\"")
      }
      let words = entry.command.arguments
      let named = words.firstIndex(of: "--agent").flatMap {
        words.indices.contains($0 + 1) ? words[$0 + 1] : nil
      }
      if named != agent.rawValue {
        add(
          .problem, "\(entry.event) does not say which agent it is called by",
          "write '--agent \(agent.rawValue)' behind hook")
      }
    }
    if settings.areDisabled {
      add(.problem, "'disableAllHooks' is true, so none of them runs", "set it to false")
    }
    if agent == .codex { findings += codexTroubles(settings, at: place, around) }
    return findings
  }

  private static func codexTroubles(
    _ settings: HookSettings, at place: SettingsPlace, _ around: Surroundings
  ) -> [Finding] {
    if settings.text.bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
      return [.problem("", "Codex reads no file that begins with a byte order mark", "save it without one")]
    }
    // What the user has trusted stands in the user's own configuration, also for a project's hooks.
    guard let user = SettingsPlace(userOf: .codex, environment: around.environment)?.configuration else {
      return []
    }
    guard let text = try? TOMLText(SettingsFile(user).bytes ?? []) else {
      return [.problem("", "\(user) cannot be read", "mend it; see what is wrong with: codex doctor")]
    }
    if text.value(["features", "hooks"]) == "false" {
      return [
        .problem("", "'hooks' is false under [features] in \(user), so none of them runs", "set it to true")
      ]
    }
    let trusted = Set(text.keys(below: ["hooks", "state"]).compactMap(TrustedHook.init))
    let file = real(place.hooks)
    let waiting = settings.entries.filter { entry in
      !trusted.contains(
        TrustedHook(file: file, event: entry.event, group: entry.place.group, hook: entry.place.hook))
    }
    guard !waiting.isEmpty else { return [] }
    return [
      .warning(
        "",
        "Codex has not been told yet to trust \(waiting.count) of \(settings.entries.count) hooks and does not run them",
        "start codex and choose \"Trust all and continue\", or type /hooks in it")
    ]
  }

  /// The agent shows how much context is left.
  static func statusLine(of agent: HookAgent) -> Check {
    Check { around in
      let subject = "\(agent.word) status line"
      guard around.has(agent), let place = SettingsPlace(userOf: agent, environment: around.environment)
      else {
        return []
      }
      let advice = "outrider install \(agent.word) --status-line"
      switch agent {
      case .claudeCode:
        guard let bytes = try? SettingsFile(place.hooks).bytes, let settings = try? HookSettings(bytes),
          let command = StatusLineProgram.command(in: settings)
        else { return [.warning(subject, "does not tell Outrider how much context is left", advice)] }
        guard command.isStatusLine, around.executable(command.program) != nil else {
          let shown = cleaned(command.program, limit: 200)
          return [.problem(subject, "runs \(shown), which is no status line program any more", advice)]
        }
      case .codex:
        guard let path = place.configuration, let bytes = try? SettingsFile(path).bytes,
          let text = try? TOMLText(bytes), ContextItem.isShown(in: text)
        else { return [.warning(subject, "does not show how much context is left", advice)] }
      }
      return [.ok(subject, "tells how much context is left")]
    }
  }

  /// The agent's version is one that its dialect was tested with.
  static func version(of agent: HookAgent) -> Check {
    Check { around in
      guard let path = around.executable(agent.word) else { return [] }
      let answer = await ProgramAnswer.ask(
        path, ["--version"], environment: around.environment, within: around.patience)
      guard case .success(let rules) = around.rules else { return [] }
      let tested = rules.dialects.filter { $0.name == agent.rawValue }.flatMap(\.versions)
      return [version(answer, of: agent, tested: tested)]
    }
  }

  static func version(_ answer: ProgramAnswer, of agent: HookAgent, tested: [String]) -> Finding {
    let subject = "\(agent.word) version"
    switch answer {
    case .late:
      return .warning(subject, "'\(agent.word) --version' did not answer in time", "try it by hand")
    case .failed(let reason):
      return .warning(subject, "'\(agent.word) --version' failed: \(reason)", "try it by hand")
    case .said(let text):
      guard let match = text.firstMatch(of: /\d+(?:\.\d+)+[-.\w]*/) else {
        let shown = cleaned(text, limit: 60)
        return .warning(subject, "'\(agent.word) --version' says no version: '\(shown)'", "try it by hand")
      }
      let version = cleaned(String(match.output), limit: 40)
      guard !tested.contains(version) else {
        return .ok(subject, "\(agent.title) \(version), which is tested")
      }
      return .warning(
        subject,
        "\(agent.title) \(version) is not tested; its screen may read otherwise than that of "
          + (tested.isEmpty ? "any that is" : tested.joined(separator: ", ")),
        "record a session and try: outrider replay FILE --facts; hooks do not depend on the screen")
    }
  }
}

/// A hook that Codex's user has looked at: a key of `[hooks.state]`, such as
/// `/home/me/.codex/hooks.json:pre_tool_use:0:0`.
private struct TrustedHook: Hashable {
  let file: String
  let event: String
  let group: Int
  let hook: Int

  init(file: String, event: String, group: Int, hook: Int) {
    self.file = file
    self.event = event.filter { $0 != "_" }.lowercased()
    self.group = group
    self.hook = hook
  }

  init?(_ key: String) {
    let parts = key.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count >= 4, let group = Int(parts[parts.count - 2]), let hook = Int(parts[parts.count - 1])
    else {
      return nil
    }
    self.init(
      file: real(parts.dropLast(3).joined(separator: ":")), event: String(parts[parts.count - 3]),
      group: group,
      hook: hook)
  }
}

/// Where a path's links lead; the path itself when nothing is there.
private func real(_ path: String) -> String {
  guard let resolved = realpath(path, nil) else { return path }
  defer { free(resolved) }
  return String(cString: resolved)
}
