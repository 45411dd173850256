// swift-tools-version: 6.2
import PackageDescription

let house: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

/// A module of the product; its dependencies point down the design's table and nowhere else.
func module(_ name: String, uses dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: house)
}

/// The tests of one module.
func tests(
  of name: String, uses dependencies: [Target.Dependency] = [], excluding fixtures: [String] = []
) -> Target {
  .testTarget(
    name: name + "Tests",
    dependencies: [.init(stringLiteral: name), "TestSupport"] + dependencies,
    exclude: fixtures,
    swiftSettings: house)
}

let package = Package(
  name: "goldendie",
  products: [.executable(name: "goldendie", targets: ["goldendie"])],
  dependencies: [
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.0.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.8.0"),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.0.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.0.0"),
  ],
  targets: [
    .target(name: "CKernels", cSettings: [.unsafeFlags(["-O3", "-Wall", "-Werror"])]),
    .target(
      name: "CImageCodecs",
      cSettings: [.unsafeFlags(["-Wall", "-Werror"])],
      linkerSettings: [
        .linkedLibrary("png16"), .linkedLibrary("jpeg"), .linkedLibrary("tiff"),
        .linkedLibrary("z"), .linkedLibrary("deflate"),
      ]),
    .target(
      name: "CDNNL", cSettings: [.unsafeFlags(["-O2", "-Wall", "-Werror"])],
      linkerSettings: [.linkedLibrary("dnnl")]),
    .systemLibrary(
      name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    module("Networks", uses: ["CDNNL", "CKernels", "COpenBLAS"]),
    module("Raster", uses: ["CKernels"]),
    module("ImageFiles", uses: ["CImageCodecs", "CKernels", "Raster"]),
    module("Layout", uses: ["CImageCodecs", "CKernels", "Raster"]),
    module(
      "Golden",
      uses: [
        "CKernels", "Layout", "Networks", "Raster",
        .product(name: "Crypto", package: "swift-crypto"),
      ]),
    module("Classification", uses: ["Networks", "Raster"]),
    module("Explanations", uses: ["Networks"]),
    module("Matching", uses: ["CKernels", "Raster"]),
    module("Simulation", uses: ["ImageFiles", "Layout", "Raster"]),
    module(
      "Records",
      uses: [
        "Raster", .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "GRDB", package: "GRDB.swift"),
      ]),
    module(
      "Reports",
      uses: [
        "Records", "ImageFiles", "Raster", .product(name: "Mustache", package: "swift-mustache"),
      ]),
    module(
      "Inspection",
      uses: [
        "Classification", "Explanations", "Golden", "ImageFiles", "Layout", "Matching", "Networks",
        "Raster", "Records", "Reports", "Simulation",
        .product(name: "Crypto", package: "swift-crypto"), "Yams",
      ]),
    module(
      "Service",
      uses: [
        "Inspection", "Raster", "Records", "Reports",
        .product(name: "Logging", package: "swift-log"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ]),
    .executableTarget(
      name: "bench",
      dependencies: [
        "Classification", "Explanations", "Golden", "ImageFiles", "Layout", "Matching",
        "Networks", "Raster",
      ], exclude: ["peers"], swiftSettings: house),
    .executableTarget(
      name: "goldendie",
      dependencies: [
        "Classification", "Explanations", "Golden", "ImageFiles", "Inspection", "Layout",
        "Matching",
        "Networks", "Raster", "Records", "Reports", "Service", "Simulation",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
      ],
      swiftSettings: house),
    .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: house),
    .testTarget(
      name: "CommandLineTests",
      dependencies: [
        "goldendie", "Golden", "ImageFiles", "Layout", "Raster", "Records", "TestSupport",
      ],
      swiftSettings: house),
    .testTarget(
      name: "EndToEndTests", dependencies: ["Inspection", "Raster", "Records", "TestSupport"],
      swiftSettings: house),
    .testTarget(
      name: "FuzzTests",
      dependencies: ["ImageFiles", "Inspection", "Layout", "Raster", "TestSupport"],
      swiftSettings: house),
    tests(of: "Classification", uses: ["Explanations", "Networks", "Raster"]),
    tests(of: "Explanations", uses: ["Networks"]),
    tests(
      of: "Golden", uses: ["Layout", "Networks", "Raster"],
      excluding: ["Fixtures", "Objectives/Fixtures"]),
    tests(of: "ImageFiles", uses: ["Raster"], excluding: ["Fixtures"]),
    tests(
      of: "Inspection",
      uses: ["ImageFiles", "Layout", "Matching", "Raster", "Records", "Reports"]),
    tests(of: "Layout", uses: ["Raster"], excluding: ["Fixtures"]),
    tests(of: "Matching", uses: ["Raster"]),
    tests(of: "Networks", excluding: ["Fixtures"]),
    tests(of: "Raster"),
    tests(of: "Records", uses: ["Raster", .product(name: "GRDB", package: "GRDB.swift")]),
    tests(of: "Reports", uses: ["Records", "Raster"]),
    tests(
      of: "Service",
      uses: [
        "ImageFiles", "Inspection", "Raster", "Records", "Reports",
        .product(name: "Logging", package: "swift-log"),
      ]),
    tests(of: "Simulation", uses: ["ImageFiles", "Layout", "Raster"]),
  ],
  swiftLanguageModes: [.v6]
)
