import Foundation

/// eˣ, apart from the networks' own `Operation` that Foundation has a namesake of.
func exponential(_ x: Double) -> Double { exp(x) }
