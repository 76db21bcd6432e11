import ArgumentParser
import Foundation
import Sidecar

extension Outrider {
  struct Allow: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lets a program on hold go on.",
      discussion: "Only from a terminal in which no agent works.")

    @Argument(help: "What is on hold, as the alert names it.")
    var id: String

    func run() throws { try decide("allow", id) }
  }

  struct Deny: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Kills a program on hold.",
      discussion: "Only from a terminal in which no agent works.")

    @Argument(help: "What is on hold, as the alert names it.")
    var id: String

    func run() throws { try decide("deny", id) }
  }
}

private func decide(_ verb: String, _ id: String) throws {
  let client = SidecarClient(folder: RuntimeFolder(environment: ProcessInfo.processInfo.environment))
  let answer: Message
  do {
    answer = try client.ask(Message(verb, ["id": id]), limit: .seconds(5))
  } catch {
    throw Failure(.missing, "outrider \(verb): \(error)")
  }
  guard answer.verb == "ok" else {
    throw Failure(.findings, "outrider \(verb): \(answer.fields["why"] ?? "the sidecar refused")")
  }
}
