import Foundation
import Processes
import Testing

extension Live {
  @Suite("How fast it is")
  struct LatencyTests {
    @Test("Every one of 200 rounds is answered by Escape, and the figures stand beside a bare echo's")
    func escape() async throws {
      let (status, text) = try measure()
      // Whether it is fast enough is for people to read, in a release build: here every round counts.
      print(text)
      #expect(status == 0)
      #expect(text.contains(/bare control-mode echo: .* 200 rounds/))
      #expect(text.contains(/outrider: .* 200 rounds/))
    }

    private func measure() throws -> (status: Int32, text: String) {
      let process = Process()
      process.executableURL = URL(filePath: LiveStage.program("bench"))
      process.arguments = ["latency", "50"]
      process.currentDirectoryURL = Fixtures.root
      let output = Pipe()
      process.standardOutput = output
      try process.start()
      let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      process.waitUntilExit()
      return (process.terminationStatus, text)
    }
  }
}
