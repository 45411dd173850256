import Dispatch
import Foundation
import Synchronization

/// The wish that the program ends, told by SIGINT or SIGTERM: first when it suits, then at once.
final class StopSignals {
  private final class Wish: Sendable {
    let count = Atomic(0)
  }

  private let wish = Wish()
  private var sources: [any DispatchSourceSignal] = []

  /// Takes over both signals.
  ///
  /// - Parameter told: what is called, on a queue of its own, at the first signal, at the second, and so on; one more signal
  ///   ends the program.
  init(told: [@Sendable () -> Void] = [{}]) {
    let wish = wish
    // Whoever started the program may have kept signals from its threads, and a mask is handed on.
    var signals = sigset_t()
    sigemptyset(&signals)
    for number in [SIGINT, SIGTERM] { sigaddset(&signals, number) }
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    sources = [SIGINT, SIGTERM].map { number in
      signal(number, SIG_IGN)
      // Work at hand may keep all threads of the usual class busy.
      let source = DispatchSource.makeSignalSource(
        signal: number, queue: .global(qos: .userInteractive))
      source.setEventHandler {
        let before = wish.count.wrappingAdd(1, ordering: .relaxed).oldValue
        // Nothing is taken down that other threads may still be using.
        if before >= told.count { _exit(128 + number) }
        told[before]()
      }
      source.resume()
      return source
    }
  }

  /// Whether the program should end.
  var isStopped: Bool { wish.count.load(ordering: .relaxed) > 0 }
}
