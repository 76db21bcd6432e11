import CLinux
import Glibc

/// Why the kernel does not tell of executions here.
public struct ExecError: Error, Equatable, CustomStringConvertible {
  public let errno: Int32

  public init(errno: Int32) {
    self.errno = errno
  }

  /// What is in the way, and what to do.
  public var description: String {
    switch errno {
    case EPERM:
      "this kernel tells of executions only with CAP_NET_ADMIN; Linux 6.6 needs no privilege, before that run: "
        + "sudo setcap cap_net_admin+ep OUTRIDER"
    case ENOTSUP:
      "in this container (another pid or user namespace) the kernel does not tell of executions; run outrider "
        + "outside of it, or start the container with --pid=host --userns=host --network=host"
    case ECONNREFUSED:
      "in this container (another network namespace) the kernel does not tell of executions; run outrider "
        + "outside of it, or start the container with --network=host --pid=host"
    case EPROTONOSUPPORT, EAFNOSUPPORT:
      "this kernel was built without CONFIG_PROC_EVENTS; use one that has it, as those of all distributions do"
    default:
      "the kernel does not tell of executions (\(String(cString: strerror(errno)))); see that sockets of the "
        + "family AF_NETLINK are allowed"
    }
  }
}

/// Two sockets of the kernel's process connector.
///
/// One wakes its reader at every execution. The other fills with forks and exits and wakes nobody: it is read
/// when an execution has to be understood, and now and then, so that a storm of processes costs their makers next
/// to nothing.
struct ProcessEventStream: ~Copyable {
  let executions: Int32
  let lives: Int32

  static let buffer: Int32 = 16 << 20

  init() throws(ExecError) {
    let opened = Self.open()
    (lives, executions) = opened
    guard executions >= 0 else { throw ExecError(errno: -executions) }
  }

  private static func open() -> (lives: Int32, executions: Int32) {
    let lives = process_events_open(PROCESS_FORKED | PROCESS_EXITED, buffer)
    guard lives >= 0 else { return (-1, lives) }
    let executions = process_events_open(PROCESS_EXECUTED, buffer)
    if executions < 0 { close(lives) }
    return (executions < 0 ? -1 : lives, executions)
  }

  deinit {
    if lives >= 0 { close(lives) }
    if executions >= 0 { close(executions) }
  }
}

extension ExecListener {
  /// Whether the kernel tells of executions here; nil when it does, else what is in the way and what to do.
  public static func obstacle() -> ExecError? {
    do throws(ExecError) {
      _ = try ProcessEventStream()
      return nil
    } catch {
      return error
    }
  }
}
