import Foundation
import ImageFiles
import Raster
import Synchronization

/// The pictures of a report as JPEG, each made once: they are part of the page, and lie beside it.
final class PictureAlbum: Sendable {
  private let made = Mutex<[String: Data]>([:])

  /// The picture that the report has by a name.
  func jpeg(of picture: Picture, _ name: String) -> Data {
    if let known = made.withLock({ $0[name] }) { return known }
    let data = jpegData(of: picture)
    made.withLock { $0[name] = data }
    return data
  }

  /// The same as the address of an image inside the page.
  func address(of picture: Picture, _ name: String) -> String {
    dataAddress(of: jpeg(of: picture, name))
  }
}

/// A picture as the address of an image inside a page.
func dataAddress(of picture: Picture) -> String { dataAddress(of: jpegData(of: picture)) }

private func jpegData(of picture: Picture) -> Data {
  Data(JPEGEncoder.encode(picture, quality: 85))
}

private func dataAddress(of jpeg: Data) -> String {
  "data:image/jpeg;base64," + jpeg.base64EncodedString()
}
