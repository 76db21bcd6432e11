import Foundation
import Processes
import Testing

@testable import Journal

@Suite struct SHA256Tests {
  // The examples of FIPS 180-2, appendix B, and the lengths around the block's.
  @Test(
    "The digest of the standard's messages is the standard's",
    arguments: [
      ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
      ),
      (
        String(repeating: "a", count: 1_000_000),
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
      ),
    ])
  func standard(message: String, digest: String) {
    #expect(Digest(of: Array(message.utf8)).description == digest)
  }

  @Test("Messages of every length around a block agree with sha256sum")
  func lengths() throws {
    let scratch = try Scratch()
    for length in Array(54...66) + [119, 120, 127, 128, 129] {
      let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ length) }
      try scratch.write(bytes, to: scratch.directory + "/\(length)")
    }
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", "cd '\(scratch.directory)' && sha256sum *"]
    process.standardOutput = output
    try process.start()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    let rows = text.split(separator: "\n").map { $0.split(separator: " ") }
    #expect(rows.count == 18)
    for row in rows {
      let bytes = try scratch.bytes(scratch.directory + "/\(row[1])")
      #expect(Digest(of: bytes).description == String(row[0]), "\(row[1]) bytes")
    }
  }

  @Test("A digest is read back from its digits and from nothing else")
  func hexadecimal() {
    let digest = Digest(of: [1, 2, 3])
    #expect(Digest(hex: digest.description) == digest)
    #expect(Digest(hex: String(repeating: "0", count: 64)) == Digest.none)
    for text in ["", "00", String(repeating: "g", count: 64), String(repeating: "A", count: 64)] {
      #expect(Digest(hex: text) == nil)
    }
  }
}
