package boltstore

// OpenWithEras is Open with eras of another size.
func OpenWithEras(path string, size uint64) (*Store, error) {
	s, err := Open(path, Options{})
	if err == nil {
		s.eraSize = size
	}
	return s, err
}
