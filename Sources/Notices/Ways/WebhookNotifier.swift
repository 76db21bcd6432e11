import Foundation
import Journal
import Rulebook

/// A web server that is told of each call by a POST of JSON.
///
/// Each try carries `X-Outrider-Id`, the same for the same call, so that the server can tell a second try.
/// With a secret it also carries `X-Outrider-Time`, seconds since 1970, and `X-Outrider-Signature`:
/// `sha256=` and the HMAC-SHA256 of time, a dot, and the body.
struct WebhookNotifier: Notifier {
  let name: String
  let url: Secret
  /// nil sends the call's own JSON.
  let body: JSONTemplate?
  let headers: [(name: String, value: Secret)]
  let secret: Secret?
  let host: String
  let limit: Duration

  func deliver(_ call: Call, acknowledge: @escaping Acknowledge) async throws(NotifierError) {
    let text = body?.filled(for: call, host: host) ?? call.json
    let now = Int(Date().timeIntervalSince1970)
    let request = Curl(
      url: try url.value(), headers: try self.headers(text, id: call.id, at: now), body: text, limit: limit)
    try await request.send()
  }

  func headers(
    _ text: String, id: String, at now: Int
  ) throws(NotifierError) -> [(name: String, value: String)] {
    var all = [("Content-Type", "application/json"), ("X-Outrider-Id", id)]
    if let secret {
      let code = HMAC.sha256(Array("\(now).\(text)".utf8), key: Array(try secret.value().utf8))
      all += [("X-Outrider-Time", "\(now)"), ("X-Outrider-Signature", "sha256=\(code)")]
    }
    for header in headers { all.append((header.name, try header.value.value())) }
    return all
  }
}
