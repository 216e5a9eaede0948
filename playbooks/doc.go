// Package playbooks reads playbooks: what is known about each failure, written
// by people in YAML, checked strictly, and turned into values of package
// diagnose.
//
// Invariant: a Library holds only playbooks without a problem. A field that the
// language doesn't know, an id that nothing has, a destructive step without a
// gate, a sample that the playbook's own words don't recognise: each is refused
// with file, line, column and what to write instead, and all of them at once.
//
//	library, err := playbooks.Load("/etc/syncfix/playbooks") // "" for the embedded ones alone
//	if err != nil {
//		return err // a line for every problem of every file
//	}
//	found := library.Recognizer().Recognize(text)
//	p, ok := library.Get(found.Playbook)
//
// The language is taught by README.md in this folder, one page with an example
// of every field; a test keeps it true, and the JSON Schema (see Schema) with it.
//
// # What is here
//
//   - Load and Decode read files; a Shelf holds the library in force and takes
//     over a folder that changes.
//   - Lint finds what loads and yet is wrong: a question never asked, causes that
//     nothing tells apart, a phrase that no sample proves. Figures say how a
//     playbook does: they walk every way its cases can go (walk.go).
//   - Rehearse plays the conversations that stand beside a playbook, on a Desk
//     that the program makes of the real bot.
//   - Show and Mermaid draw the tree of questions and fixes. Offers lists what
//     a case can come to.
//
// The folders hold the built-in playbooks, one folder for each accounting system.
package playbooks
