print("goldendie")
