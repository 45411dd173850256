import ArgumentParser
import Classification
import Foundation
import Golden
import ImageFiles
import Inspection
import Layout
import Networks
import Records
import Reports
import Service
import Simulation

/// What the exit code says.
enum ExitStatus: Int32 {
  case usage = 64
  case badData = 65
  case missingInput = 66
  case `internal` = 70
  case tryAgain = 75
}

extension ExitStatus: Comparable {
  static func < (one: ExitStatus, other: ExitStatus) -> Bool { one.rawValue < other.rawValue }
}

/// An error as the user is told of it: one sentence, and the exit code.
struct Failure: Error, Equatable {
  let status: ExitStatus
  let sentence: String

  init(_ status: ExitStatus, _ sentence: String) {
    (self.status, self.sentence) = (status, sentence.onOneLine)
  }

  /// The one place that maps errors to exit codes.
  init(_ error: any Error) {
    switch error {
    case let error as Failure: self = error
    case let error as ValidationError: self.init(.usage, error.message)
    case let error as RecipeError:
      self.init(error.code == .noSuchFile ? .missingInput : .badData, error.description)
    case let error as LayoutError: self.init(Self.status(of: error.code), error.description)
    case let error as ImageFileError: self.init(Self.status(of: error.code), error.description)
    case let error as InspectionError:
      self.init(Self.status(of: error.code), error.description)
    case let error as NetworkError: self.init(Self.status(of: error.code), error.description)
    case let error as ClassificationError:
      self.init(error.code == .noSuchFile ? .missingInput : .badData, error.description)
    case let error as TrainingError: self.init(.badData, error.description)
    case let error as ObjectiveError: self.init(.usage, error.description)
    case let error as RecordError: self.init(Self.status(of: error.code), error.description)
    case let error as ReportError: self.init(Self.status(of: error.code), error.description)
    case let error as ServiceError:
      self.init(error.code == .noSuchInbox ? .missingInput : .tryAgain, error.description)
    case let error as StoreError: self.init(Self.status(of: error.code), error.description)
    case let error as KLARFError:
      self.init(error.code == .noSuchFile ? .missingInput : .badData, error.description)
    case let error as SimulationError:
      self.init(error.code == .notEmpty ? .badData : .tryAgain, error.description)
    case let error as GoldenCacheError: self.init(.tryAgain, error.description)
    case let error as CocoaError where error.code == .fileWriteOutOfSpace:
      self.init(.tryAgain, error.localizedDescription)
    default: self.init(.internal, "internal error: \(error)")
    }
  }

  /// What kept a result from being written; a folder that is missing then is no missing input.
  init(writing error: ReportError) {
    self.init(error.code == .template ? .internal : .tryAgain, error.description)
  }

  private static func status(of code: InspectionError.Code) -> ExitStatus {
    switch code {
    case .sameName: .usage
    case .noSuchFile: .missingInput
    default: .badData
    }
  }

  private static func status(of code: NetworkError.Code) -> ExitStatus {
    switch code {
    case .noSuchFile: .missingInput
    case .cannotWrite: .tryAgain
    default: .badData
    }
  }

  private static func status(of code: LayoutError.Code) -> ExitStatus {
    switch code {
    case .noSuchFile: .missingInput
    case .unwritable: .tryAgain
    default: .badData
    }
  }

  private static func status(of code: ImageFileError.Code) -> ExitStatus {
    switch code {
    case .noSuchFile: .missingInput
    case .cannotWrite: .tryAgain
    default: .badData
    }
  }

  private static func status(of code: RecordError.Code) -> ExitStatus {
    switch code {
    case .badJSON, .unknownFormat: .badData
    // No file can bring these about.
    case .notFinite, .inconsistent: .internal
    }
  }

  private static func status(of code: StoreError.Code) -> ExitStatus {
    switch code {
    case .noSuchFile: .missingInput
    case .damaged, .newer, .unknown: .badData
    case .notWritable, .diskFull, .busy, .failed: .tryAgain
    }
  }

  private static func status(of code: ReportError.Code) -> ExitStatus {
    switch code {
    case .noSuchFile: .missingInput
    case .notWritable, .diskFull, .fileSystem: .tryAgain
    case .template: .internal
    }
  }

  /// Says it on standard error.
  func tell() { Console.tell(sentence) }

  /// Says it and ends the program.
  func exit() -> Never {
    tell()
    Foundation.exit(status.rawValue)
  }
}
