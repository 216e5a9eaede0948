package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/joho/godotenv"
)

// environment is where settings come from: the environment, and behind it the
// lines of .env.
type environment struct {
	process  map[string]string
	file     map[string]string
	path     string // of the file
	problems problems
}

func environMap(environ []string) map[string]string {
	m := make(map[string]string, len(environ))
	for _, line := range environ {
		if name, value, ok := strings.Cut(line, "="); ok {
			m[name] = value
		}
	}
	return m
}

// readEnvironment adds the settings file to the environment. Without a path it
// is .env in the working directory, which need not be there.
func readEnvironment(process map[string]string, path string) environment {
	env := environment{process: process, path: path}
	if path == "" {
		env.path = ".env"
	}
	text, err := os.ReadFile(env.path)
	switch {
	case errors.Is(err, os.ErrNotExist) && path == "":
		return env
	case err != nil:
		env.problems = problems{{fmt.Sprintf("The settings file %s can't be read: %s.", env.path, reason(err)), "--env-file names a file of NAME=value lines"}}
		return env
	}
	env.file, err = godotenv.UnmarshalBytes(text)
	if err != nil { // its text may quote a token
		at := env.path
		if line := brokenLine(string(text)); line > 0 {
			at = fmt.Sprintf("%s, line %d", env.path, line)
		}
		env.problems = problems{{"The settings file can't be understood: " + at + ".", "write NAME=value, a setting a line; .env.example has them all"}}
	}
	return env
}

// brokenLine is the first line that can't stand by itself, counted from 1.
func brokenLine(text string) int {
	for i, line := range strings.Split(text, "\n") {
		if _, err := godotenv.Unmarshal(line); err != nil {
			return i + 1
		}
	}
	return 0
}

// look finds a setting; the environment comes first, even when it says nothing.
func (e environment) look(name string) string {
	if v, ok := e.process[name]; ok {
		return strings.TrimSpace(v)
	}
	return strings.TrimSpace(e.file[name])
}

// maxTokenFile bounds what is read of a token's file, in bytes.
const maxTokenFile = 4096

// value is a setting's value and the name it was found under: that of the
// variable or, for tokens, of its _FILE companion. Its error is a sentence.
func (e environment) value(name string) (value, from string, err error) {
	value = e.look(name)
	if !required(name) {
		return value, name, nil
	}
	companion := name + "_FILE"
	path := e.look(companion)
	switch {
	case path == "":
		return value, name, nil
	case value != "":
		return "", name, fmt.Errorf("%s and %s are both set: keep one.", name, companion)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return "", companion, fmt.Errorf("%s names %q, which can't be read: %s.", companion, path, reason(err))
	}
	value = strings.TrimSpace(string(text))
	if value == "" || len(value) > maxTokenFile {
		return "", companion, fmt.Errorf("%s names %q, which holds no token.", companion, path)
	}
	return value, companion, nil
}

// unknown are the SYNCFIX_ settings that nothing reads, each with the name it
// was probably meant to be.
func (e environment) unknown() problems {
	known := []string{"SLACK_BOT_TOKEN_FILE", "SLACK_APP_TOKEN_FILE"}
	for _, v := range variables() {
		known = append(known, v.name)
	}
	var names []string
	for _, m := range []map[string]string{e.process, e.file} {
		for name := range m {
			if strings.HasPrefix(name, "SYNCFIX_") && !slices.Contains(known, name) && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	var out problems
	for _, name := range names {
		advice := "syncfix run --help lists all settings"
		if near := nearest(name, known); near != "" {
			advice = "did you mean " + near + "?"
		}
		out = append(out, problem{name + " is no setting of syncfix.", advice})
	}
	return out
}

// nearest is the known name that was probably meant; empty if none is near.
func nearest(name string, known []string) string {
	best, at := "", 1+len(name)/4
	for _, k := range known {
		if d := distance(name, k); d < at {
			best, at = k, d
		}
	}
	return best
}

// distance is the number of letters to insert, delete or replace (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}
