//go:build race

package diagnose_test

// slowdown is how much longer everything may take: five to ten times in most
// programs, and here twice that (https://go.dev/doc/articles/race_detector).
const slowdown = 20
