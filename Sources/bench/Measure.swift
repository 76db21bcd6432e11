import Foundation

/// Figures that are taken in turn, round after round, so that a machine that drifts drifts for all of them.
struct Measurements {
  private struct Entry {
    let name: String
    let unit: String
    let take: () throws -> Double
    var figures: [Double] = []
  }

  private var entries: [Entry] = []

  /// - Parameter take: One measurement in the unit.
  mutating func add(_ name: String, unit: String, _ take: @escaping () throws -> Double) {
    entries.append(Entry(name: name, unit: unit, take: take))
  }

  mutating func run(rounds: Int) throws {
    for round in 0...rounds {
      for index in entries.indices {
        let figure = try entries[index].take()
        // The first round warms caches and the compiler of patterns; it does not count.
        if round > 0 { entries[index].figures.append(figure) }
      }
    }
  }

  func median(of name: String) -> Double {
    let figures = entries.first { $0.name == name }?.figures.sorted() ?? []
    return figures.isEmpty ? .nan : figures[figures.count / 2]
  }

  func printTable() {
    print("figure".padding(toLength: 58, withPad: " ", startingAt: 0) + "  median      min      max  unit")
    for entry in entries {
      let figures = entry.figures.sorted()
      let columns = [median(of: entry.name), figures.first ?? .nan, figures.last ?? .nan].map { value in
        let text = String(format: value < 10 ? "%.2f" : "%.0f", value)
        return String(repeating: " ", count: max(0, 7 - text.count)) + text
      }
      print(
        entry.name.padding(toLength: 58, withPad: " ", startingAt: 0) + " " + columns.joined(separator: "  ")
          + "  \(entry.unit)")
    }
  }
}

/// Megabytes a second of a piece of work.
func throughput(bytes: Int, _ work: () throws -> Void) rethrows -> Double {
  let clock = ContinuousClock()
  let taken = try clock.measure { try work() }
  let seconds = Double(taken.components.seconds) + Double(taken.components.attoseconds) / 1e18
  return Double(bytes) / 1e6 / seconds
}
