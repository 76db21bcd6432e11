import ArgumentParser
import Foundation
import Rulebook
import Sidecar

extension Outrider {
  struct Allow: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lets a program on hold go on, or lets a rule be broken for a while.",
      discussion: """
        Without a name, lists what is on hold and what is allowed. With --for, the name is a rule's: it is not enforced
        for that time, and what it finds is written down. An exception ends with the watch, at the latest after a day.
        Only from a terminal in which no agent works.
        """)

    @Argument(help: "What is on hold, as the alert names it; with --for, a rule's id.")
    var id: String?

    @Option(name: .customLong("for"), help: "How long the rule may be broken, as in 10m.")
    var lasts: String?

    @Option(help: "Only by this agent: its name, its pane (%3), both or its session.")
    var agent: String?

    @Option(help: "Only with this command, word for word as alerts show it.")
    var command: String?

    @Option(help: "End the exception with this id.")
    var end: String?

    func validate() throws {
      if let lasts, Duration(spelled: lasts) == nil {
        throw ValidationError("--for \(lasts): write a time as in 10m or 1h30m.")
      }
      if lasts == nil, agent != nil || command != nil {
        throw ValidationError("Say for how long, as in: outrider allow push-main --agent %3 --for 10m")
      }
      if lasts != nil, id == nil {
        throw ValidationError("Name the rule, as in: outrider allow push-main --for 10m")
      }
    }

    func run() throws {
      if let end {
        _ = try askAll(Message("disallow", ["id": end]), as: "allow")
      } else if let lasts, let id {
        var fields = ["id": id, "for": lasts]
        fields["agent"] = agent
        fields["command"] = command
        for answer in try askAll(Message("allow", fields), as: "allow") {
          print(
            "\(id) may be broken until \(answer.fields["until"] ?? ""); "
              + "end it with: outrider allow --end \(answer.fields["id"] ?? "")")
        }
      } else {
        try decide("allow", id)
        if id == nil { try listAllowed() }
      }
    }

    private func listAllowed() throws {
      let allowed = try askAll(Message("allowed"), as: "allow").map(\.body).filter { !$0.isEmpty }
      print(
        allowed.isEmpty
          ? "no rule may be broken"
          : allowed.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "\n"))
    }
  }

  struct Deny: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Kills a program on hold; without a name, lists what is on hold.",
      discussion: "Only from a terminal in which no agent works.")

    @Argument(help: "What is on hold, as the alert names it.")
    var id: String?

    func run() throws { try decide("deny", id) }
  }
}

private func decide(_ verb: String, _ id: String?) throws {
  guard let id else { return try listHeld(verb) }
  _ = try askAll(Message(verb, ["id": id]), as: verb)
}

private func listHeld(_ verb: String) throws {
  let programs = try askAll(Message("held"), as: verb).flatMap { try HeldProgram.read($0.body) }
  let secondsEast = TimeZone.current.secondsFromGMT()
  for program in programs { print(program.line(secondsEast: secondsEast)) }
  if programs.isEmpty { print("nothing is on hold") }
}
