package diagnose_test

import (
	"syscall"
	"time"
)

// rusageThread asks getrusage(2) for the calling thread alone.
const rusageThread = 1

// cpuTime is how long the calling thread has worked: what others do on a busy
// machine doesn't count.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(rusageThread, &u); err != nil {
		return time.Since(began)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
