//go:build !race

package diagnose_test

// slowdown is how much longer everything may take.
const slowdown = 1
