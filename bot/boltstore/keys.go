package boltstore

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"time"
	"unicode/utf8"

	"syncfix/bot"
)

// numberSize and timeSize are the lengths of a number and a time in a key.
const (
	numberSize = 8
	timeSize   = 12
)

// longestKey is the longest text that is a key as it is. Bolt allows 32 KiB; a
// page should hold a good number of them.
const longestKey = 512

// The first byte of a text as a key.
const (
	plainKey  = '='
	hashedKey = '#'
)

func number(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

func numberIn(key []byte) uint64 { return binary.BigEndian.Uint64(key) }

// instant is a time as 12 bytes that sort as times do, years before 1970
// included. The zone is lost.
func instant(t time.Time) []byte {
	b := binary.BigEndian.AppendUint64(nil, uint64(t.Unix())^1<<63)
	return binary.BigEndian.AppendUint32(b, uint32(t.Nanosecond()))
}

func instantIn(key []byte) time.Time {
	sec := binary.BigEndian.Uint64(key) ^ 1<<63
	return time.Unix(int64(sec), int64(binary.BigEndian.Uint32(key[8:]))).UTC()
}

// text is a text as a key: never empty, never too long, and different for
// different texts. What is not UTF-8 is replaced as JSON replaces it, so that a
// key that was read back from a row is still the same key.
func text(s string) []byte {
	if !utf8.ValidString(s) {
		s = string([]rune(s))
	}
	if len(s) <= longestKey {
		return append([]byte{plainKey}, s...)
	}
	sum := sha256.Sum256([]byte(s))
	return append([]byte{hashedKey}, sum[:]...)
}

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

// packEnvelope is an envelope's header as JSON, a newline (which JSON on one line
// can't contain), and its body. So a long body is neither escaped nor copied
// through base64.
func packEnvelope(e bot.Envelope) ([]byte, error) {
	body := e.Body
	e.Body = nil
	header, err := json.Marshal(e)
	if err != nil {
		return nil, err
	}
	return join(header, []byte{'\n'}, body), nil
}

var errNoBody = errors.New("there is no body after the header")

// unpackEnvelope is the reverse of packEnvelope; the envelope shares nothing
// with row.
func unpackEnvelope(row []byte) (bot.Envelope, error) {
	var e bot.Envelope
	header, body, ok := bytes.Cut(row, []byte{'\n'})
	if !ok {
		return e, errNoBody
	}
	if err := json.Unmarshal(header, &e); err != nil {
		return e, err
	}
	if len(body) > 0 {
		e.Body = bytes.Clone(body)
	}
	return e, nil
}

func decode[T any](row []byte) (T, error) {
	var v T
	err := json.Unmarshal(row, &v)
	return v, err
}
