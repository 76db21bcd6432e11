import ArgumentParser
import Foundation
import Journal
import Notices
import Rulebook
import Sidecar

extension Outrider {
  struct Ack: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Says that you know of a trouble: nobody is called for it until it returns.",
      discussion: """
        Without a name, shows what is open. Only from a terminal in which no agent works.
        """)

    @Argument(help: "The id of an alert or the beginning of it, or all.")
    var id: String?

    @Flag(help: "Print what is open as JSON, one a line.")
    var json = false

    func run() throws {
      guard let id else { return try show() }
      let answers = try askAll(Message("ack", ["id": id]), as: "ack")
      for answer in answers where !answer.body.isEmpty {
        print("acknowledged: \(String(decoding: answer.body, as: UTF8.self))")
      }
    }

    private func show() throws {
      let answers = try askAll(Message("troubles"), as: "ack")
      let open = answers.compactMap { try? JSONDecoder().decode(Escalations.self, from: Data($0.body)) }
        .flatMap(\.open)
      if open.isEmpty, !json { print("nothing is open") }
      for trouble in open {
        json
          ? print(String(decoding: try JSONEncoder().encode(trouble), as: UTF8.self))
          : print(Self.line(trouble))
      }
    }

    private static func line(_ trouble: Escalation) -> String {
      let alert = trouble.alert.legible()
      let state = trouble.state == .acknowledged ? " (known\(trouble.by.map { ", by \($0)" } ?? ""))" : ""
      let count = trouble.count > 1 ? " ×\(trouble.count)" : ""
      return
        "\(trouble.id)  \(trouble.severity.rawValue)  \(alert.agent.label)  \(alert.rule)\(count)\(state)  "
        + cleaned(alert.text, limit: 80)
    }
  }

  struct Silence: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Silences the calls for some rules for a while; alerts are written all the same.",
      discussion: """
        Without a name, shows what is silenced. A silence ends by itself, after seven days at most.
        Only from a terminal in which no agent works.
        """)

    @Argument(help: "The rule's id; * stands for any letters, as in 'hook-*'.")
    var rules: String?

    @Option(name: .customLong("for"), help: "How long, as in 2h or 30m.")
    var lasts: String?

    @Option(help: "Only this agent: its name, its pane (%3), or both (claude-code:%3).")
    var agent: String?

    @Option(help: "End the silence with this id.")
    var end: String?

    @Flag(help: "Print the silences as JSON, one a line.")
    var json = false

    func validate() throws {
      if rules != nil, end != nil { throw ValidationError("Give a rule, or --end ID, not both.") }
      if rules != nil, lasts.flatMap({ Duration(spelled: $0) }) == nil {
        throw ValidationError("Say for how long, as in: outrider silence frozen --for 2h")
      }
      if rules == nil, lasts != nil || agent != nil {
        throw ValidationError("Name the rule, or '*' for all, as in: outrider silence '*' --for 2h")
      }
    }

    func run() throws {
      if let end {
        for answer in try askAll(Message("unsilence", ["id": end]), as: "silence") {
          print("ended: the silence for \(answer.fields["silence"] ?? "")")
        }
        return
      }
      guard let rules, let lasts else { return try show() }
      var fields = ["rules": rules, "for": lasts]
      fields["agent"] = agent
      for answer in try askAll(Message("silence", fields), as: "silence") {
        print(
          "silenced until \(answer.fields["until"] ?? ""); end it with: outrider silence --end \(answer.fields["id"] ?? "")"
        )
      }
    }

    private func show() throws {
      let answers = try askAll(Message("troubles"), as: "silence")
      let silences = answers.compactMap { try? JSONDecoder().decode(Escalations.self, from: Data($0.body)) }
        .flatMap(\.silences)
      if silences.isEmpty, !json { print("nothing is silenced") }
      for silence in silences {
        let whom = silence.agent.map { " of \($0)" } ?? ""
        json
          ? print(String(decoding: try JSONEncoder().encode(silence), as: UTF8.self))
          : print("\(silence.id)  \(silence.rules)\(whom)  until \(silence.until.iso8601), by \(silence.by)")
      }
    }
  }
}

/// Asks every sidecar of the user's, since an id does not tell whose it is.
///
/// - Returns: The answers of those that agreed; one at least.
func askAll(_ message: Message, as command: String) throws -> [Message] {
  let client = SidecarClient.ofThisUser
  let answers: [Message]
  do {
    answers = try client.askAll(message, limit: .seconds(5))
  } catch {
    throw Failure(.missing, "outrider \(command): \(error)")
  }
  let agreed = answers.filter { $0.verb == "ok" }
  guard !agreed.isEmpty else {
    // Each knows only what is its own.
    var whys: [String] = []
    for why in answers.map({ $0.fields["why"] ?? "the sidecar refused" }) where !whys.contains(why) {
      whys.append(why)
    }
    throw Failure(.findings, whys.map { "outrider \(command): \($0)" }.joined(separator: "\n"))
  }
  return agreed
}
