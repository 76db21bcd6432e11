import ArgumentParser
import Journal

extension Outrider {
  struct Log: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Looks after the alert log.", subcommands: [Verify.self])

    struct Verify: ParsableCommand {
      static let configuration = CommandConfiguration(
        abstract: "Checks that nothing in the alert log was changed, removed or lost.",
        discussion: "Exit code 0: whole; 1: findings; 69: it cannot be read.")

      @OptionGroup var log: LogOptions

      func run() throws {
        let path = try log.path()
        let verification: Verification
        do {
          verification = try AlertLog.verify(path)
        } catch {
          throw Failure(.missing, "outrider log verify: \(error)")
        }
        print(verification)
        if !verification.isIntact { throw Failure(.findings) }
      }
    }
  }
}
