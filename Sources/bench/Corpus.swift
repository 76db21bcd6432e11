import Foundation
import Patterns

/// What all matchers are given: rules of the kind that are shipped, and lines as agents print them.
enum Corpus {
  private static let programs = [
    "kubectl", "helm", "terraform", "tofu", "terragrunt", "pulumi", "argocd", "git", "gh", "docker", "aws",
    "gcloud", "az", "npm", "pnpm", "yarn", "make", "cdk", "flux", "istioctl",
  ]
  private static let verbs = [
    "apply", "create", "replace", "patch", "delete", "scale", "rollout", "install", "upgrade", "destroy",
    "import", "push", "merge", "deploy", "sync", "publish", "run", "exec", "set", "taint", "drain", "cordon",
    "restart", "prune",
  ]
  private static let things = [
    "pod", "service", "cluster", "stack", "image", "secret", "branch", "release", "node", "bucket",
  ]

  /// What agents run on an ordinary day.
  static let commandLines = [
    "ls -la", "git status --short", "cd k8s && kubectl --context prod apply -f web.yaml",
    "git add -A && git commit -qm 'docs: never run kubectl apply by hand'",
    "rg -n 'kubectl apply' docs | head", "K=kubectl; $K get pods", "git push -u origin fix/main-heading",
    "npm test -- --watch=false", "swift build 2>&1 | tail -n 20", "for f in a b; do cat $f.txt; done",
  ]

  /// No two alike; understood alike by PCRE2, Perl and Python.
  static func patterns(_ count: Int) -> [String] {
    (0..<count).map { number in
      let program = programs[number % programs.count]
      let verb = verbs[number / programs.count % verbs.count]
      let other = verbs[(number / programs.count + 5) % verbs.count]
      let thing = things[number / 480 % things.count]
      return number < 480
        ? "^\(program) (\(verb)|\(other)|\(thing) (undo|restart))\\b"
        : "^\(program) (\(verb)|\(other)) \(thing)\\b"
    }
  }

  /// Lines of about 100 bytes, one in a hundred a command that some rule matches. The same in every run.
  static func lines(bytes: Int) -> [[UInt8]] {
    var state: UInt64 = 7
    func next(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(bound))
    }
    let words =
      verbs + things + ["error", "the", "of", "request", "took", "ms", "GET", "/api/v1/items", "200"]
    var lines: [[UInt8]] = []
    var total = 0
    while total < bytes {
      var line = "  \(next(9000)) \(words[next(words.count)])"
      if next(100) == 0 { line = "\(programs[next(programs.count)]) \(verbs[next(verbs.count)]) -f web.yaml" }
      while line.utf8.count < 100 { line += " " + words[next(words.count)] }
      lines.append(Array(line.utf8))
      total += line.utf8.count + 1
    }
    return lines
  }
}
