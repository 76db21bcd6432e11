// The command analysis under libFuzzer; see scripts/fuzz. It is compiled together with Sources/Shell.

private let wrappers = ProgramTable(
  programs: [
    "git": .init(values: ["-C", "-c"]), "kubectl": .init(words: 2, values: ["-n"], takesStrays: true),
  ],
  wrappers: [
    "sudo": .init(values: ["-u"], assignments: true, shell: true),
    "env": .init(values: ["-u"], texts: ["-S"], assignments: true), "timeout": .init(operands: 1),
    "ssh": .init(operands: 1, joined: true, reported: true, shell: true, place: .remote),
    "docker run": .init(operands: 1, reported: true, place: .container),
  ], images: ["kubectl": "kubectl"], filters: ["cat", "grep"])

/// Bytes are one line for one agent, and the same line once more for what it left behind.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOne(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let text = String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
  var session = Session(cwd: "/r", branch: "main")
  for _ in 0..<2 {
    let analysis = analyze(text, session: &session, programs: wrappers)
    precondition(analysis.commands.count <= 2048, "more commands than the bound")
    precondition(
      analysis.steps < 2 * Limits.baseSteps + 2 * Limits.stepsPerByte * text.utf8.count, "work without bound")
    for command in analysis.commands { _ = command.filesWritten }
  }
  return 0
}
