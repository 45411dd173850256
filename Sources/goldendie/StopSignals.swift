import Dispatch
import Foundation
import Synchronization

/// The wish that the program ends: SIGINT or SIGTERM once between two scans, twice at once.
final class StopSignals {
  private final class Wish: Sendable {
    let isAsked = Atomic(false)
  }

  private let wish = Wish()
  private var sources: [any DispatchSourceSignal] = []

  /// Takes over both signals.
  ///
  /// - Parameter told: called, on a queue of its own, when the first comes.
  init(told: @escaping @Sendable () -> Void) {
    let wish = wish
    // Whoever started the program may have kept signals from its threads, and a mask is handed on.
    var signals = sigset_t()
    sigemptyset(&signals)
    for number in [SIGINT, SIGTERM] { sigaddset(&signals, number) }
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    sources = [SIGINT, SIGTERM].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler {
        if wish.isAsked.exchange(true, ordering: .relaxed) { Foundation.exit(128 + number) }
        told()
      }
      source.resume()
      return source
    }
  }

  /// Whether the program should end.
  var isStopped: Bool { wish.isAsked.load(ordering: .relaxed) }
}
