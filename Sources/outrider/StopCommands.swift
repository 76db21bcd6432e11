import ArgumentParser
import Foundation
import Sidecar

extension Outrider {
  struct Stop: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Stops all agents: interrupts each that works, and types nothing until you say so.",
      discussion: """
        Creates a file that every watch looks for twice a second; it holds over restarts, until: outrider resume.
        Commands are refused and held as before.
        """)

    func run() throws {
      guard let file = StopFile(environment: ProcessInfo.processInfo.environment) else {
        throw Failure(.missing, "outrider stop: there is no home; set HOME")
      }
      do {
        try file.create()
      } catch {
        throw Failure(.missing, "outrider stop: \(file.path) cannot be written")
      }
      print("all agents are stopped; let them go on with: outrider resume (or remove \(file.path))")
      let client = SidecarClient.ofThisUser
      // A watch sees the file by itself; asking makes it look at once.
      if (try? client.askAll(Message("stop"), limit: .seconds(5))) == nil {
        print("no watch runs now; the next one finds the file")
      }
    }
  }

  struct Resume: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lets agents be typed to again after a stop. What was interrupted stays interrupted.",
      discussion: "Only from a terminal in which no agent works.")

    func run() throws {
      guard let file = StopFile(environment: ProcessInfo.processInfo.environment), file.isThere else {
        print("nothing is stopped")
        return
      }
      let client = SidecarClient.ofThisUser
      let answers = (try? client.askAll(Message("resume"), limit: .seconds(5))) ?? []
      if let refusal = answers.first(where: { $0.verb != "ok" }) {
        throw Failure(.findings, "outrider resume: \(refusal.fields["why"] ?? "the sidecar refused")")
      }
      if answers.isEmpty { file.remove() }
      print("agents may be typed to again")
    }
  }
}
