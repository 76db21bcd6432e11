import Rulebook
import Senses

/// What is known of one agent's pull request, and what it is still to be told. Told the time and what the looks
/// found.
struct ReviewWatch {
  /// How long an agent that was told of one matter is given to begin with it, before it hears of the next.
  static let gap: Duration = .seconds(60)

  private(set) var schedule: ReviewSchedule
  /// The branch that all this is about.
  let checkout: Checkout
  var isUnderWay = false
  private(set) var standing: ReviewStanding?
  private(set) var news: [ReviewNews] = []
  /// The commit at which the pull request stood when it was looked at last.
  private var head: String?
  private var awaitsPush = false
  private var lastTold: Instant?

  init(_ checkout: Checkout, _ pace: ReviewSchedule.Pace, at now: Instant) {
    self.checkout = checkout
    schedule = ReviewSchedule(pace, at: now)
  }

  func isDue(at now: Instant) -> Bool { !isUnderWay && (schedule.next.map { $0 <= now } ?? false) }

  /// The agent opened a pull request or pushed.
  mutating func hurry(isPush: Bool, at now: Instant) {
    awaitsPush = awaitsPush || isPush
    schedule.hurry(at: now)
  }

  mutating func note(_ trouble: GitHubProbe.Trouble, at now: Instant) {
    schedule.note(trouble, at: now)
  }

  /// A look has found this; nil when the branch has no pull request.
  ///
  /// - Returns: The facts about it as a whole.
  mutating func note(
    _ request: PullRequest?, of agent: String, knows isKnown: (String) -> Bool, at now: Instant
  ) -> [Fact] {
    guard let request, request.isOpen else {
      let isClosed = request != nil && standing != nil
      (standing, news, head) = (nil, [], nil)
      schedule.note(isOpen: false, hasChanged: false, at: now)
      return isClosed ? [request?.fact("closed", of: agent, at: now)].compactMap { $0 } : []
    }
    let old = standing
    standing = ReviewStanding(request)
    schedule.note(isOpen: true, hasChanged: standing != old || (awaitsPush && head == request.head), at: now)
    var facts: [Fact] = []
    if awaitsPush, head != request.head {
      awaitsPush = false
      facts.append(request.fact("pushed", of: agent, at: now))
    }
    head = request.head
    let open = ReviewNews.open(in: request)
    news = open.filter { !isKnown($0.key) }
    if open.isEmpty { facts.append(request.fact("quiet", of: agent, at: now)) }
    return facts
  }

  /// What the agent is told next, now that it is at rest; nil when there is nothing or it was told just now.
  mutating func next(at now: Instant) -> (news: ReviewNews, more: Int)? {
    guard !news.isEmpty, lastTold.map({ now - $0 >= Self.gap }) ?? true else { return nil }
    lastTold = now
    return (news.removeFirst(), news.count)
  }

  /// The agent has begun with what it was told.
  mutating func noteAtWork() {
    lastTold = nil
  }
}
