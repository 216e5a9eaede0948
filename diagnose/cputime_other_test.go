//go:build !linux

package diagnose_test

import "time"

// cpuTime is the time that has passed, where a thread's own isn't to be had.
func cpuTime() time.Duration { return time.Since(began) }
