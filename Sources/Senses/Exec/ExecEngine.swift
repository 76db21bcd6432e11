import CLinux
import Glibc
import Synchronization

/// The thread of an `ExecListener`, and the way to reach it.
final class ExecEngine: Sendable {
  enum Order: Sendable {
    case follow(Int32, Int, Bool)
    case leave(Int)
    case adopt(Watchlist)
    case know(ProgramFiles)
    case end
  }

  private let orders = Mutex<[Order]>([])
  private let thread = Mutex<pthread_t?>(nil)
  private let bell: Int32
  private let usesConnector: Bool
  private let stop: @Sendable (Int32) -> Int32
  private let deliver: @Sendable ([ExecListener.Event]) -> Void

  init(
    usesConnector: Bool, stop: @escaping @Sendable (Int32) -> Int32,
    deliver: @escaping @Sendable ([ExecListener.Event]) -> Void
  ) {
    bell = bell_open()
    precondition(bell >= 0, "no descriptor is left for the exec listener")
    self.usesConnector = usesConnector
    self.stop = stop
    self.deliver = deliver
  }

  deinit {
    close(bell)
  }

  func start() {
    // The thread keeps the engine alive until it ends.
    let box = Unmanaged.passRetained(self).toOpaque()
    thread.withLock { thread in
      var new = pthread_t()
      let failure = pthread_create(&new, nil, runExecEngine, box)
      precondition(failure == 0, "no thread could be started for the exec listener")
      thread = new
    }
  }

  func send(_ order: Order) {
    orders.withLock { $0.append(order) }
    bell_ring(bell)
  }

  func join() {
    let ended = thread.withLock { thread in
      defer { thread = nil }
      return thread
    }
    if let ended { pthread_join(ended, nil) }
  }

  fileprivate func run() {
    name_thread("outrider-exec")
    // Before the desk, which judges what this one has stopped.
    _ = hurry_thread(2)
    var loop = ExecLoop(usesConnector: usesConnector, stop: stop)
    while true {
      var found = loop.wait(for: bell)
      bell_still(bell)
      for order in orders.withLock({ orders in
        defer { orders = [] }
        return orders
      }) {
        switch order {
        case .follow(let root, let tree, let isObserved): found += loop.follow(root, tree, isObserved)
        case .leave(let tree): loop.leave(tree)
        case .adopt(let watchlist): loop.watchlist = watchlist
        case .know(let originals): loop.originals = originals
        case .end:
          if !found.isEmpty { deliver(found) }
          return
        }
      }
      if !found.isEmpty { deliver(found) }
    }
  }
}

private func runExecEngine(_ box: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let box else { return nil }
  Unmanaged<ExecEngine>.fromOpaque(box).takeRetainedValue().run()
  return nil
}
