import ArgumentParser
import Foundation
import Hands
import Sidecar

extension Outrider {
  struct Release: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Settles what a watch that was killed has left frozen.",
      discussion: """
        A program on hold is killed or let go, as its rule says; one that was only being looked at goes on. Watches \
        that are still there keep theirs. The next `outrider watch` does the same when it starts.
        """)

    @Option(help: "Only this lease, by its file.")
    var lease: String?

    @Flag(help: ArgumentHelp("Wait for the end of standard input first.", visibility: .hidden))
    var afterInput = false

    func run() throws {
      if afterInput {
        var byte: UInt8 = 0
        while true {
          let count = read(STDIN_FILENO, &byte, 1)
          if count == 0 || (count < 0 && errno != EINTR) { break }
        }
        // A process that ends closes its files some time before it is gone.
        if let lease {
          let deadline = ContinuousClock.now + .seconds(10)
          while LeftFrozen.isHeld(file: lease), ContinuousClock.now < deadline { usleep(2000) }
        }
      }
      let folder = RuntimeFolder(environment: ProcessInfo.processInfo.environment)
      let settled = lease.map { LeftFrozen.settle(file: $0) } ?? LeftFrozen.settle(in: folder.path)
      for (process, deed) in settled {
        switch deed {
        case .killed: print("killed \(process), as its rule says")
        case .released: print("let \(process) go on")
        case .gone: print("\(process) is gone")
        }
      }
      if settled.isEmpty, !afterInput { print("nothing was left frozen") }
    }
  }
}
