import Foundation
import Journal
import Rulebook

/// Counts what one agent does, for the activity journal. Told facts; asks no clock.
struct ActivityTally {
  private var tally = ActivityLine.Tally()
  /// What was counted already, by its kind and the command that it belongs to: several senses tell of one thing.
  private var counted: [String] = []
  /// Commands that run git's hooks and have not ended, and since when there is one.
  private var open: Set<UInt64> = []
  private var openSince: Instant?

  private static let most = 128
  /// Longer than that no hook is waited for: its end was not seen.
  private static let longest = Duration.seconds(3600)

  mutating func note(_ fact: Fact) {
    switch fact.kind {
    case .command where fact.source != .exec: noteCommand(fact)
    case .state where fact.fields["state"]?.text == AgentState.idle.rawValue: closeAll(at: fact.time)
    default: break
    }
  }

  /// Takes a fact that a rule made.
  mutating func note(emitted fact: Fact) {
    switch fact.kind.rawValue {
    case "commit-made" where isNew("commit", fact): tally.commits += 1
    case "pr-opened":
      if case .string(let url)? = fact.fields["url"], !tally.urls.contains(url),
        tally.urls.count < ActivityLine.Tally.mostURLs
      {
        tally.urls.append(url)
      }
      guard isNew("pull", fact) else { return }
      tally.pulls += 1
    case "hook-failed": tally.hookFailures += 1
    default: return
    }
    touch(fact.time)
  }

  /// What has been done since the last call; nil for nothing.
  mutating func take(at now: Instant) -> ActivityLine.Tally? {
    // A command that still runs is counted as far as it has come.
    if let since = openSince {
      tally.hooks += max(0, min(now - since, Self.longest).inSeconds)
      openSince = now
    }
    defer { tally = ActivityLine.Tally() }
    return tally.isEmpty ? nil : tally
  }

  private mutating func noteCommand(_ fact: Fact) {
    noteHooks(fact)
    // What is only asked for may never run.
    guard fact.phase != .asked, isNew("command", fact) else { return }
    tally.commands += 1
    touch(fact.time)
  }

  private mutating func noteHooks(_ fact: Fact) {
    guard let story = fact.story, Self.runsHooks(fact.text) else { return }
    if fact.phase == .ran {
      guard open.remove(story) != nil, open.isEmpty else { return }
      closeAll(at: fact.time)
    } else if open.count < Self.most {
      open.insert(story)
      openSince = openSince ?? fact.time
    }
  }

  private mutating func closeAll(at now: Instant) {
    if let since = openSince { tally.hooks += max(0, min(now - since, Self.longest).inSeconds) }
    open = []
    openSince = nil
  }

  private static func runsHooks(_ command: String) -> Bool {
    ["commit", "push", "merge", "rebase", "cherry-pick", "am", "revert"].contains {
      command == "git \($0)" || command.hasPrefix("git \($0) ")
    }
  }

  /// Whether it is counted for the first time; what belongs to no command counts each time.
  private mutating func isNew(_ what: String, _ fact: Fact) -> Bool {
    guard let story = fact.story else { return true }
    let key = "\(what) \(story)"
    guard !counted.contains(key) else { return false }
    counted.append(key)
    if counted.count > Self.most { counted.removeFirst() }
    return true
  }

  private mutating func touch(_ time: Instant) {
    tally.last = max(tally.last ?? WallTime(time), WallTime(time))
  }
}
