import ArgumentParser
import Foundation
import Reenactment

@main
struct Reenact: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reenact",
    abstract: "Stands in for a coding agent: plays a recorded session and reacts to Escape and typed text.",
    discussion: """
      An agent that was interrupted or prompted stays, idle, until its terminal goes or it gets SIGTERM \
      (C-d in an empty prompt closes it, too). Exit codes: 0 fine, 2 usage, 65 a broken recording.
      """)

  @Argument(help: "A recording (asciicast v2). Not with --rounds.")
  var recording: String?

  @Option(help: "How many times faster than recorded.")
  var speed = 1.0

  @Option(help: "Write what was read and done to this file, one JSON object a line.")
  var log: String?

  @Flag(help: "Log every event that is written, too.")
  var logWrites = false

  @Option(help: "Show everything before this second at once.")
  var from = 0.0

  @Option(help: "Stop playing at this second.")
  var until: Double?

  @Option(help: "The agent to play (default: the one that was recorded).")
  var agent: Agent?

  @Option(help: "How often to play the recording.")
  var loop = 1

  @Flag(help: "Stay, as the agent would, when the recording is over.")
  var holdAtEnd = false

  @Option(help: "Overlook this many presses of Escape while working.")
  var deaf = 0

  @Option(help: "Play no recording; show a forbidden command this often and time the Escape.")
  var rounds: Int?

  @Option(help: "The command that the rounds show; {} becomes the round's number.")
  var line = "kubectl apply -f k{}.yaml"

  @Option(help: "Milliseconds between a round's working screen and its command.")
  var gap = 100

  @Flag(help: "Let every round wait for a pasted prompt and Enter, too.")
  var expectPrompt = false

  @Flag(help: "Play no recording; take prompts and answer none of them.")
  var stalls = false

  @Option(help: "What an agent that stalls writes when it is asked for a hand-off.")
  var handoff: String?

  @Flag(help: "Print the rounds' summary as JSON.")
  var json = false

  func validate() throws {
    if [recording != nil, rounds != nil, stalls].count(where: { $0 }) != 1 {
      throw ValidationError("Give either a recording to play, --rounds N or --stalls.")
    }
    guard speed > 0, speed.isFinite else { throw ValidationError("--speed must be above 0, for example 2.") }
    guard (1...1_000_000).contains(loop) else { throw ValidationError("--loop must be 1 to 1000000.") }
    guard (0...1_000_000).contains(deaf) else { throw ValidationError("--deaf must be 0 or more.") }
    guard (0...60_000).contains(gap) else { throw ValidationError("--gap must be 0 to 60000 milliseconds.") }
    guard from >= 0, from < 1e9, (until ?? from) >= from, (until ?? 0) < 1e9 else {
      throw ValidationError("--from and --until are seconds of the recording; --until must not be less.")
    }
    if let rounds, !(1...1_000_000).contains(rounds) {
      throw ValidationError("--rounds must be 1 to 1000000.")
    }
  }

  static func main() {
    do {
      try parse().run()
    } catch let refusal as Refusal {
      say("Error: \(refusal.description)\n")
      Foundation.exit(refusal.code)
    } catch {
      let text = fullMessage(for: error)
      guard exitCode(for: error) != .success else {
        print(text)
        Foundation.exit(0)
      }
      say(text + "\n")
      Foundation.exit(2)
    }
  }

  func run() throws {
    let cast = try recording.map(load)
    let agent = try self.agent ?? cast.map(recognised) ?? .claude
    let offset = wallClockOffset()
    let log = try LogFile(path: self.log, wallOffset: offset)
    let teletype = Teletype()
    defer { teletype.restore() }
    let size = teletype.size ?? (cast?.width ?? 120, cast?.height ?? 40)
    let session = Session(
      agent, width: size.width, height: size.height, deafFor: deaf, wallOffset: offset)
    let pane = Pane(session, teletype: teletype, log: log)
    pane.note(started(agent, cast: cast, width: size.width, height: size.height))
    var summary: RoundsSummary?
    if let cast {
      let schedule = Schedule(
        cast, speed: speed, from: .seconds(from), until: until.map { .seconds($0) }, laps: loop,
        start: monotonic())
      var playback = Playback(
        cast, in: pane, schedule: schedule, logsWrites: logWrites, holdsAtEnd: holdAtEnd)
      playback.run()
    } else if let rounds {
      var run = RoundsRun(
        RoundsScript(agent: agent, command: line), in: pane, rounds: rounds, gap: .milliseconds(gap),
        expectsPrompt: expectPrompt)
      let result = run.run()
      pane.note(Record("summary", at: monotonic(), result.fields))
      summary = result
    } else {
      let script = RoundsScript(agent: agent)
      pane.perform([.write("\u{1B}[?2004h\u{1B}[2J\u{1B}[H")])
      pane.perform(
        pane.session.open(
          Stalling(handoff: handoff), transcript: script.banner, footer: script.footer, at: monotonic()))
      while pane.ending == nil { pane.wait(until: nil) }
    }
    pane.note(Record("end", at: monotonic(), [("why", .text(pane.ending ?? "played"))]))
    teletype.restore()
    guard let summary else { return }
    print(
      json
        ? Record("summary", at: monotonic(), summary.fields).line(wallOffset: offset)
        : summary.description + "\n", terminator: "")
  }

  private func load(_ path: String) throws -> Cast {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw Refusal.usage("\(path): no file that can be read; give an asciicast v2 recording (NAME.cast)")
    }
    do {
      return try Cast(parsing: data, file: path)
    } catch {
      throw Refusal.data(error.description)
    }
  }

  private func recognised(_ cast: Cast) throws -> Agent {
    guard let agent = Agent.recognised(in: cast) else {
      throw Refusal.usage(
        "\(recording ?? ""): neither title nor screen tells which agent this is; add --agent claude or codex")
    }
    return agent
  }

  private func started(_ agent: Agent, cast: Cast?, width: Int, height: Int) -> Record {
    var fields: [(String, Record.Value)] = [
      ("pid", .integer(Int64(getpid()))), ("agent", .text(agent.rawValue)),
      ("width", .integer(Int64(width))), ("height", .integer(Int64(height))),
    ]
    if let cast, let recording {
      fields += [
        ("recording", .text(recording)), ("recorded_width", .integer(Int64(cast.width))),
        ("recorded_height", .integer(Int64(cast.height))),
      ]
    }
    return Record("start", at: monotonic(), fields)
  }
}

extension Agent: ExpressibleByArgument {}

/// Writes to standard error.
private func say(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
