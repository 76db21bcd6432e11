/// What an agent is doing, as the rules see it.
public struct Standing: Sendable, Equatable {
  public let state: AgentState
  /// When it began.
  public let since: Instant
  /// What showed it: a line of the screen, a hook's word.
  public let evidence: String
}

extension AgentState {
  /// How long the state must last before the rules hear of it.
  ///
  /// A screen flickers between two frames, and two senses tell of one change one after the other. Of what a
  /// human or a correction waits for, and of what may be over at once, the rules hear immediately.
  var settling: Duration {
    switch self {
    case .asking, .interrupted, .compacting, .limited: .zero
    case .starting, .working, .idle, .exited: .milliseconds(750)
    }
  }
}

/// The states of all agents, pane and hooks together, without flicker: a state that is left again before it
/// has settled was none. An agent that reached a limit rests, and stays limited until it works again.
struct SettledStates {
  private struct Course {
    var told: Fact?
    /// A state that may settle.
    var next: Fact?
    /// Since when what was told no longer shows.
    var left: Instant?
  }

  /// However much it flickers, after so many times its settling the last one counts.
  private static let patience = 4
  private var courses = Bounded<String, Course>(capacity: 1024)

  /// The states that are still to settle.
  var agents: [String] { courses.keys.filter { courses[$0]?.next != nil } }

  func standing(of agent: String) -> Standing? {
    guard let fact = courses[agent]?.told, let state = AgentState(rawValue: Self.name(of: fact)) else {
      return nil
    }
    return Standing(state: state, since: fact.time, evidence: fact.fields["evidence"]?.text ?? "")
  }

  /// The agents of which the rules were told what they do.
  var told: [String] { courses.keys.filter { courses[$0]?.told != nil } }

  /// What the rules were told last of what the agent does.
  func told(of agent: String) -> Fact? { courses[agent]?.told }

  /// Takes up what the rules were told before, unless they have been told more since.
  ///
  /// - Returns: Whether the agent still does the same, as far as is known.
  mutating func resume(_ fact: Fact) -> Bool {
    guard let state = AgentState(rawValue: Self.name(of: fact)) else { return false }
    if courses[fact.agent]?.told == nil {
      _ = courses.update(fact.agent, initial: Course()) { $0.told = fact }
    }
    return standing(of: fact.agent)?.state == state
  }

  /// Nothing is known of the agent any more: what comes next is told at once.
  mutating func forget(_ agent: String) {
    courses.remove(agent)
  }

  /// Takes what a sense says; gives back what the rules are told of it at once.
  mutating func hear(_ fact: Fact, at now: Instant) -> Fact? {
    courses.update(fact.agent, initial: Course()) { course -> Fact? in
      guard let fact = Self.resumed(fact, after: course.told) else { return nil }
      let name = Self.name(of: fact)
      guard let told = course.told else { return Self.tell(fact, &course) }
      if name == Self.name(of: told) || (name == "idle" && Self.name(of: told) == "limited") {
        course.next = nil
        course.left = nil
        return nil
      }
      if let next = course.next, name == Self.name(of: next) { return nil }
      course.next = fact
      course.left = course.left ?? now
      return Self.settling(of: fact) == .zero ? Self.tell(fact, &course) : nil
    }.result
  }

  /// When the agent's next state has settled; nil when none is to.
  func deadline(of agent: String) -> Instant? {
    guard let course = courses[agent], let next = course.next else { return nil }
    let length = Self.settling(of: next)
    return min(next.time + length, (course.left ?? next.time) + length * Self.patience)
  }

  /// The agent's next state, which has settled.
  mutating func settle(_ agent: String) -> Fact? {
    guard courses[agent]?.next != nil else { return nil }
    return courses.update(agent, initial: Course()) { course in
      course.next.map { Self.tell($0, &course) }
    }.result
  }

  /// `compacted` is no state but the end of one: the agent does again what it did before. Nil when it had not
  /// been compacting, as far as is known.
  private static func resumed(_ fact: Fact, after told: Fact?) -> Fact? {
    guard name(of: fact) == "compacted" else { return fact }
    guard let told, name(of: told) == AgentState.compacting.rawValue, let before = told.fields["was"] else {
      return nil
    }
    var fact = fact
    fact.text = before.text
    fact.fields["state"] = before
    return fact
  }

  private static func tell(_ fact: Fact, _ course: inout Course) -> Fact {
    var fact = fact
    if let told = course.told { fact.fields["was"] = .string(name(of: told)) }
    course = Course(told: fact)
    return fact
  }

  private static func name(of fact: Fact) -> String { fact.fields["state"]?.text ?? fact.text }

  private static func settling(of fact: Fact) -> Duration {
    AgentState(rawValue: name(of: fact))?.settling ?? .zero
  }
}
