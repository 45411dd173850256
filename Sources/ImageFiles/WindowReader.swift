import Dispatch
import Raster

/// Reads one window in the background.
///
/// Sendable is right: between ``begin(_:)`` and ``take()`` or ``wait()`` only the queue touches the file and the result.
final class WindowReader: @unchecked Sendable {
  private let file: ImageFile
  private let queue = DispatchQueue(label: "goldendie.read-ahead")
  private let group = DispatchGroup()
  private var result: Result<Picture, any Error>?

  init(file: ImageFile) { self.file = file }

  func begin(_ rect: PixelRect) {
    queue.async(group: group) { self.result = Result { try self.file.read(rect) } }
  }

  /// The window that was begun.
  func take() throws -> Picture {
    wait()
    guard let result else { preconditionFailure("a window is begun before it is taken") }
    self.result = nil
    return try result.get()
  }

  func wait() { group.wait() }
}

extension ImageFile.Storage {
  /// The same for the upright picture, `height` rows high.
  func seen(_ orientation: Orientation, height: Int) -> ImageFile.Storage {
    if orientation.keepsRows { return self }
    switch self {
    case .rows: return self
    case .tiles(let wide, let high):
      return orientation.swapsAxes ? .tiles(width: high, height: wide) : self
    case .strips(let high):
      return orientation.swapsAxes ? .tiles(width: high, height: height) : self
    }
  }
}
