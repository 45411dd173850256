import Foundation
import ImageFiles
import Raster

/// A picture as the address of an image inside the page.
func dataAddress(of picture: Picture) -> String {
  "data:image/jpeg;base64,"
    + Data(JPEGEncoder.encode(picture, quality: 85)).base64EncodedString()
}
