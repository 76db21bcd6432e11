import Testing

@testable import Patterns

@Suite("The words with which a matching text begins")
struct LeadingWordTests {
  @Test(
    "are told by an anchored pattern",
    arguments: [
      (#"^kubectl (?:apply|delete)(?!\S)"#, ["kubectl"]),
      (#"^(?:terraform|tofu|terragrunt)(?: run-all)?(?: --)? apply"#, ["terraform", "tofu", "terragrunt"]),
      (#"^git (?:filter-branch|x)(?!\S)|^(?:bfg|git-filter-repo)(?!\S)"#, ["git", "bfg", "git-filter-repo"]),
      (#"^(?:rm (?=-r)/|find (?:/|~)|mkfs(?:\.\w+)? |dd of=)"#, ["rm", "find", "mkfs", "mkfs.…", "dd"]),
      (#"^kubectl\b.*apply"#, ["kubectl…"]),
      (#"^npm$"#, ["npm"]),
      (#"^git(?= )"#, ["git"]),
      (#"^(?:p|sub)?kill(?:all)? x"#, ["kill", "pkill", "subkill", "killall", "pkillall", "subkillall"]),
      (#"^[ck]at x"#, ["cat", "kat"]),
      (#"^a{2}b"#, ["…"]),
    ])
  func told(pattern: String, words: [String]) throws {
    let found = try Pattern(pattern).leadingWords.map { Set($0.map { $0.text + ($0.isWhole ? "" : "…") }) }
    #expect(found == (words == ["…"] ? nil : Set(words)))
  }

  @Test(
    "are not told when any word could stand there",
    arguments: [
      "kubectl apply", "^.*apply", #"^\S+ apply"#, "(?i)^kubectl x", "^kubectl x|apply", "^", "^(a|)b|c",
    ])
  func untold(pattern: String) throws {
    #expect(try Pattern(pattern).leadingWords == nil)
  }

  @Test("are among those told, for every text that a pattern matches")
  func neverTooFew() throws {
    let patterns = try [
      #"^(?:aws (?!s3 )[a-z0-9-]+ (?:create|delete)(?:-[a-z]+)?|aws s3 (?:rm|mv)|az (?:[a-z]+ ){1,4}create)(?!\S)"#,
      #"^(?:git|pre-commit|lefthook|husky|npx)(?!\S)"#, #"^x(?:y|z z)?w"#, #"^kube(?:ctl)?(?:-\w+)* a"#,
    ].map { try Pattern($0) }
    let texts = [
      "aws ec2 delete-x", "aws s3 rm", "az group create", "npx", "git", "xw", "xyw", "xz zw", "kube a",
      "kubectl-x-y a",
    ]
    let context = MatchContext()
    var matches = 0
    for pattern in patterns {
      let words = try #require(pattern.leadingWords)
      for text in texts where try pattern.firstMatch(in: text, using: context) != nil {
        matches += 1
        let first = text.split(separator: " ")[0]
        #expect(words.contains { $0.isWhole ? first == $0.text : first.hasPrefix($0.text) }, "\(text)")
      }
    }
    #expect(matches == texts.count)
  }
}
