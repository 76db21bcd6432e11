import Foundation
import Processes
import Rulebook

/// A request that the program `curl` carries out.
///
/// All of it is told on curl's standard input: arguments can be read by everybody on the machine.
struct Curl: Sendable {
  var url: String
  var headers: [(name: String, value: String)] = []
  /// Sent by POST; nil for a GET.
  var body: String?
  var limit: Duration

  /// - Throws: Why there was no answer, or none of success.
  func send() async throws(NotifierError) {
    let text = try configuration()
    // `-q`: what the user's own .curlrc says, a trace for one, is not for this.
    let errand = ProgramRun(["curl", "-q", "-K", "-"], input: Array(text.utf8), limit: limit + .seconds(1))
    let ending = await errand.run()
    switch ending.how {
    case .notStarted(ENOENT):
      throw NotifierError("the program curl is not installed; install it: apt-get install curl")
    case .notStarted(let code):
      throw NotifierError("curl cannot be started: \(String(cString: strerror(code)))")
    case .late, .cancelled: throw NotifierError("no answer within \(limit.spelled)")
    case .status(0):
      let code = Int(String(decoding: ending.output.prefix(3), as: UTF8.self)) ?? 0
      guard (200..<300).contains(code) else {
        throw NotifierError("the server answered \(code); \(Self.advice(code))")
      }
    case .status(let status):
      let said = ending.said.isEmpty ? "curl ended with status \(status)" : ending.said
      throw NotifierError(said)
    }
  }

  /// What curl reads: one option a line, its value in quotes.
  ///
  /// - Throws: When something cannot be said in a request.
  func configuration() throws(NotifierError) -> String {
    guard let scheme = url.split(separator: ":").first?.lowercased(), ["http", "https"].contains(scheme),
      url.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F })
    else { throw NotifierError("the address is none of http:// or https://; correct 'url'") }
    let seconds = max(1, limit.components.seconds)
    var lines = [
      "url = \(Self.quoted(url))", "proto = \"=http,https\"", "globoff", "silent", "show-error",
      "output = \"/dev/null\"", "write-out = \"%{http_code}\"", "max-time = \(seconds)",
      "connect-timeout = \(min(5, seconds))", "user-agent = \"outrider\"",
    ]
    for header in headers {
      guard (header.name + header.value).unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F })
      else { throw NotifierError("header '\(cleaned(header.name, limit: 40))' holds a control character") }
      lines.append("header = \(Self.quoted("\(header.name): \(header.value)"))")
    }
    if let body { lines.append("data-raw = \(Self.quoted(body))") }
    return lines.joined(separator: "\n") + "\n"
  }

  static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": result += "\\\\"
      case "\"": result += "\\\""
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  private static func advice(_ code: Int) -> String {
    switch code {
    case 401, 403: "is the secret or the authorization right?"
    case 404, 405: "is the address right?"
    case 300..<400: "it wants to be asked elsewhere; give that address"
    case 400, 422: "it did not like the body; correct 'body'"
    default: "it is tried again"
    }
  }
}
