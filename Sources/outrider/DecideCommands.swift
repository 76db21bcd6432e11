import ArgumentParser
import Foundation
import Sidecar

extension Outrider {
  struct Allow: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lets a program on hold go on; without a name, lists what is on hold.",
      discussion: "Only from a terminal in which no agent works.")

    @Argument(help: "What is on hold, as the alert names it.")
    var id: String?

    func run() throws { try decide("allow", id) }
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
  _ = try ask(Message(verb, ["id": id]), for: verb)
}

private func listHeld(_ verb: String) throws {
  let answer = try ask(Message("held"), for: verb)
  let programs = try HeldProgram.read(answer.body)
  let secondsEast = TimeZone.current.secondsFromGMT()
  for program in programs { print(program.line(secondsEast: secondsEast)) }
  if programs.isEmpty { print("nothing is on hold") }
}

private func ask(_ message: Message, for verb: String) throws -> Message {
  let client = SidecarClient(folder: RuntimeFolder(environment: ProcessInfo.processInfo.environment))
  let answer: Message
  do {
    answer = try client.ask(message, limit: .seconds(5))
  } catch {
    throw Failure(.missing, "outrider \(verb): \(error)")
  }
  guard answer.verb == "ok" else {
    throw Failure(.findings, "outrider \(verb): \(answer.fields["why"] ?? "the sidecar refused")")
  }
  return answer
}
