import Testing

@testable import Shell

private let makefile = """
  KUBECTL ?= kubectl
  ENV := prod
  FLAGS = --context $(ENV)
  include common.mk

  .PHONY: deploy
  all: build

  build:
  \t@echo building

  deploy: build check ## kubectl apply
  \t@$(KUBECTL) $(FLAGS) apply -f k8s/ \\
  \t  --server-side
  \t-cd infra && terraform apply

  check: ; terraform plan

  release:
  \t$(MAKE) deploy
  \tfor f in a b; do kubectl delete $$f; done

  show-%:
  \techo $* $@
  """

private let files = [
  "/p/Makefile": makefile,
  "/p/common.mk": "extra:\n\thelm upgrade x\n",
  "/p/package.json": """
  {"name": "x", "scripts": {"predeploy": "npm run build", "deploy": "kubectl apply -f k8s/",
    "build": "tsc \\"-p\\" .", "start": "node ."}, "other": {"deploy": "no"}}
  """,
  "/p/deploy.sh": "#!/usr/bin/env bash\nset -e\nkubectl apply -f \"$1\"\n",
  "/p/tool.py": "#!/usr/bin/env python3\nimport os\nos.system('terraform destroy')\n",
  "/p/binary": "\u{7F}ELF\u{0}\u{0}kubectl apply",
]

private let cases: [Case] = [
  Case("make", "make", "echo building"),
  Case(
    "make deploy", "make deploy", "echo building", "terraform plan", "kubectl apply -f k8s/ --server-side",
    "cd infra", "terraform apply"),
  Case("make -n deploy", "make deploy"),
  Case("make check KUBECTL=echo", "make check KUBECTL=echo", "terraform plan"),
  Case(
    "make release", "make release", "make deploy", "echo building", "terraform plan",
    "kubectl apply -f k8s/ --server-side", "cd infra", "terraform apply", "kubectl delete a",
    "kubectl delete b"),
  Case("make extra", "make extra", "helm upgrade x"),
  Case("make show-x", "make show-x", "echo x show-x"),
  Case("make nothing", "make nothing"),
  Case("cp deploy.sh /t/x; sh /t/x", "cp deploy.sh /t/x", "sh /t/x", "set -e", "kubectl apply -f ''"),
  Case("make -f - <<'EOF'\nall:\n\tkubectl apply\nEOF", "make -f -", "kubectl apply"),
  Case("cd /; make -C /p check", "cd /", "make check", "terraform plan"),
  Case("sudo make check", "make check", "terraform plan"),
  Case("npm run deploy", "npm run deploy", "npm run build", "tsc -p .", "kubectl apply -f k8s/"),
  Case(
    "npm run deploy -- --prune", "npm run deploy -- --prune", "npm run build", "tsc -p .",
    "kubectl apply -f k8s/ --prune"),
  Case("npm run-script build", "npm run-script build", "tsc -p ."),
  Case("npm start", "npm start", "node ."),
  Case("npm install deploy", "npm install deploy"),
  Case("yarn deploy", "yarn deploy", "npm run build", "tsc -p .", "kubectl apply -f k8s/"),
  Case("pnpm run build", "pnpm run build", "tsc -p ."),
  Case("cd /; npm --prefix /p run build", "cd /", "npm run build", "tsc -p ."),
  Case("./deploy.sh k8s/", "deploy.sh k8s/", "set -e", "kubectl apply -f k8s/"),
  Case("bash deploy.sh a", "bash deploy.sh a", "set -e", "kubectl apply -f a"),
  Case("source deploy.sh a", "source deploy.sh a", "set -e", "kubectl apply -f a"),
  Case("sh < deploy.sh", "set -e", "kubectl apply -f ''"),
  Case("cat deploy.sh | sh -s b", "cat deploy.sh", "set -e", "kubectl apply -f b"),
  Case("./tool.py", "tool.py", "terraform destroy"),
  Case("python3 tool.py", "python3 tool.py", "terraform destroy"),
  Case("./binary", "binary"),
  Case("cat deploy.sh", "cat deploy.sh"),
  Case("ssh h ./deploy.sh", "ssh h ./deploy.sh", "deploy.sh"),
]

@Suite("Projects")
struct ProjectTests {
  @Test("Make targets, package scripts and scripts are followed", arguments: cases)
  func followed(_ example: Case) {
    #expect(lines(of: example.line, session: Session(cwd: "/p"), files: files) == example.commands)
  }

  @Test("Recipes and package scripts say where they come from")
  func sources() {
    var session = Session(cwd: "/p")
    let make = analyze("make check", session: &session, programs: shippedPrograms, files: memory(files))
    #expect(make.commands.last?.source == .makeTarget("check"))
    let npm = analyze("npm run build", session: &session, programs: shippedPrograms, files: memory(files))
    #expect(npm.commands.last?.source == .packageScript("build"))
  }

  @Test("A file that is no JSON, or no makefile, is survived")
  func broken() {
    for text in [
      "{", "{\"scripts\": {\"x\": \"", "\u{0}", "{\"scripts\": [[[", "\"\\u12", ":::\n\t$(((\n= =\n$(shell",
    ] {
      _ = lines(
        of: "npm run x; make x; make", session: Session(cwd: "/p"),
        files: ["/p/package.json": text, "/p/Makefile": text])
    }
  }
}
