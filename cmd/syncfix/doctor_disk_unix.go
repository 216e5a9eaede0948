//go:build linux || darwin

package main

import "syscall"

// freeBytes is how much room a folder's disk has for this user.
func freeBytes(dir string) (bytes uint64, known bool) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return 0, false
	}
	return s.Bavail * uint64(s.Bsize), true
}
