extension Dialect {
  /// How an agent is ended by its own word, and which words of its command line would go on with an old session
  /// or do an old task again.
  public struct Restart: Sendable, Equatable {
    /// What is typed to end it; nil where it knows no such word.
    public let exit: String?
    /// Options that are left out.
    public let drop: Set<String>
    /// Options that are left out with the word behind them, unless that is an option itself.
    public let dropWithValue: Set<String>
    /// Options that are kept with the word behind them.
    public let values: Set<String>
    /// Options that are kept with all words behind them, up to the next option.
    public let lists: Set<String>

    public init(
      exit: String?, drop: Set<String> = [], dropWithValue: Set<String> = [], values: Set<String> = [],
      lists: Set<String> = []
    ) {
      self.exit = exit
      self.drop = drop
      self.dropWithValue = dropWithValue
      self.values = values
      self.lists = lists
    }

    /// The words that start the agent afresh: all that go on with an old session are left out, and so are those
    /// that belong to no option, since they are subcommands for that or a prompt that was answered long ago.
    ///
    /// - Parameter arguments: The words behind the program's.
    public func fresh(_ arguments: some Collection<String>) -> [String] {
      var kept: [String] = []
      var rest = Array(arguments)[...]
      while let word = rest.popFirst() {
        guard word.hasPrefix("-"), word != "-", word != "--" else {
          // What follows `--` is a prompt.
          if word == "--" { break }
          continue
        }
        let name = String(word.prefix { $0 != "=" })
        let hasValue = name != word
        if drop.contains(name) { continue }
        if dropWithValue.contains(name) {
          if !hasValue, let next = rest.first, !next.hasPrefix("-") { rest.removeFirst() }
          continue
        }
        kept.append(word)
        if hasValue { continue }
        if lists.contains(name) {
          while let next = rest.first, !next.hasPrefix("-") { kept.append(rest.removeFirst()) }
        } else if values.contains(name), let next = rest.popFirst() {
          kept.append(next)
        }
      }
      return kept
    }
  }
}
