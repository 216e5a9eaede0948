//go:build !linux && !darwin

package main

// freeBytes can't be told here.
func freeBytes(string) (bytes uint64, known bool) { return 0, false }
