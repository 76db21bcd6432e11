// swift-tools-version: 6.2
import PackageDescription

/// Every target is held to the same bar: Swift 6 language mode, warnings are errors.
let strict: [SwiftSetting] = [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)]

let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let yaml = Target.Dependency.product(name: "Yams", package: "Yams")

func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func program(_ name: String, _ dependencies: [Target.Dependency], path: String? = nil) -> Target {
  .executableTarget(name: name, dependencies: dependencies, path: path, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: name + "Tests", dependencies: dependencies + ["Support"], swiftSettings: strict)
}

let package = Package(
  name: "outrider",
  products: [.executable(name: "outrider", targets: ["outrider"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    .systemLibrary(name: "CPCRE2", pkgConfig: "libpcre2-8", providers: [.apt(["libpcre2-dev"])]),
    .systemLibrary(name: "CVTerm", pkgConfig: "vterm", providers: [.apt(["libvterm-dev"])]),

    module("Patterns", ["CPCRE2"]),
    module("Terminal", ["CVTerm"]),
    module("Shell"),
    module("Rulebook", ["Patterns", "Shell", yaml]),
    .target(name: "CLinux"),
    module("Processes", ["CLinux"]),
    module("Tmux", ["Processes", "CLinux"]),
    module("Senses", ["Terminal", "Rulebook", "Tmux", "Processes", "CLinux"]),
    module("Hands", ["Rulebook", "Tmux", "Processes", "CLinux"]),
    module("Journal", ["Rulebook", "Patterns", "Processes", "CLinux"]),
    module("Notices", ["Journal", "Rulebook", "Tmux", "Processes", "CLinux", yaml]),
    module("Sidecar", ["Senses", "Hands", "Journal", "Notices", "Processes", "CLinux", logging]),
    module("Settings"),
    module("Doctor", ["Sidecar", "Settings", "Notices", "Processes"]),
    program("outrider", ["Sidecar", "Settings", "Doctor", "Notices", "Processes", arguments, logging]),

    // A stand-in for an agent: it re-enacts recordings in a pane, for the demo and the tests.
    module("Reenactment"),
    program("reenact", ["Reenactment", arguments]),

    program("bench", ["Sidecar", "CLinux", "Processes"]),
    program("bench-tmux", ["Tmux"]),

    .target(name: "Support", path: "Tests/Support", swiftSettings: strict),
    tests("Patterns", ["Patterns"]),
    tests("Terminal", ["Terminal"]),
    tests("Shell", ["Shell", "Rulebook"]),
    tests("Rulebook", ["Rulebook", "Patterns", "Notices", "Journal", yaml]),
    tests("Processes", ["Processes"]),
    tests("Tmux", ["Tmux", "Processes", "bench-tmux"]),
    tests("Senses", ["Senses", "Sidecar", "Processes", "CLinux"]),
    tests("Hands", ["Hands", "Processes"]),
    program("journal-writer", ["Journal"], path: "Tests/journal-writer"),
    program("exec-witness", ["Sidecar"], path: "Tests/exec-witness"),
    program("queue-writer", ["Sidecar", "Journal"], path: "Tests/queue-writer"),
    tests("Journal", ["Journal", "Processes", "journal-writer"]),
    tests("Notices", ["Notices", "Sidecar", "Processes", "outrider", yaml]),
    tests("Reenact", ["Reenactment", "reenact", "Processes"]),
    tests("Settings", ["Settings"]),
    tests("Doctor", ["Doctor", "Settings", "Notices", "Processes", "outrider"]),
    tests(
      "Sidecar",
      [
        "Sidecar", "Processes", "outrider", "reenact", "bench", "bench-tmux", "exec-witness", "queue-writer",
      ]),
  ]
)
