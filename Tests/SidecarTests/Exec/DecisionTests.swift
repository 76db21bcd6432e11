import Testing

@testable import Sidecar

@Suite("Who decides about what is on hold")
struct DecisionTests {
  private func objection(_ ancestry: [Int32], terminal: Int32) -> String? {
    DecisionRequest.objection(
      to: .init(ancestry: ancestry, terminal: terminal), agents: [40, 50], terminals: [34_817])
  }

  @Test("is a human at a terminal in which no agent works")
  func human() {
    #expect(objection([90, 80, 2], terminal: 34_818) == nil)
  }

  @Test("is no program of an agent's, whatever terminal it has got")
  func agent() throws {
    #expect(try #require(objection([90, 60, 40, 2], terminal: 34_818)).contains("agent's programs"))
  }

  @Test("is nobody without a terminal, nor at an agent's")
  func terminal() throws {
    #expect(try #require(objection([90, 2], terminal: 0)).contains("at a terminal"))
    #expect(try #require(objection([90, 2], terminal: 34_817)).contains("another one"))
  }
}
