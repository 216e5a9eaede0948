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
// # The language
//
// A file holds one playbook. The full form has causes, questions that tell them
// apart, and fixes:
//
//	version: 1
//	id: oracle-netsuite-login           # lower case; names the playbook for good
//	title: "Oracle NetSuite: …"
//	system: Oracle NetSuite             # where the error comes from
//	product: Cashflow360                # what syncs with it
//	scope: connection                   # or record: one case per record
//	sources: [{title: …, url: https://…}]
//	alerts:
//	  phrases:                          # any of them makes an alert
//	    - the error's words             # sure by themselves
//	    - text: other words             # or pattern: an RE2 expression over normalised words
//	      sure: false                   # only likely: offered, not taken
//	      needs: [netsuite]             # one of these must stand in the message too
//	      unless: [salesforce]          # none of these may
//	      says: The alert says …        # as a reason for people
//	      speaks: {credentials: for}    # what it says about causes
//	  not: [words that make it something else]
//	  extract: [{account: 'Konto (\d+)'}]  # account, company or subject; usual notations are known
//	  recovery: [words of a success notice]
//	  samples:                          # checked whenever the file is read
//	    match: [a whole alert]
//	    no_match: [something near]
//	causes:
//	  - {id: credentials, name: Wrong login, statement: One sentence., frequency: common}
//	questions:
//	  - id: login
//	    text: Does the login work in NetSuite itself?
//	    where: The sign-in page         # where to look
//	    who: customer                   # or support
//	    takes: 5m
//	    answers:                        # "Not sure" is always there
//	      - {id: refused, text: "No", says: NetSuite refuses it, speaks: {credentials: confirms}}
//	      - {id: works, text: "Yes", says: The login works, speaks: {credentials: rules_out}}
//	procedures:                         # steps that return, with places to fill in
//	  - {id: disconnect, params: [in_hand], steps: [{text: "Have {in_hand} ready."}]}
//	fixes:
//	  - id: reconnect
//	    title: Reconnect with a login that works
//	    solves: {credentials: 0.95}     # how well
//	    takes: 15m
//	    failed_try: 60m                 # what a failed try costs on top
//	    destructive: true               # disconnects, deletes or lowers security
//	    offer_at: 0.8                   # how likely to work before it is offered
//	    needs: [what must be in hand]
//	    stale: [login]                  # answers that no longer hold afterwards
//	    requires: [{fix: other, cannot: not_offered}]  # or {question: …, answer: …}
//	    warnings: [shown with the steps]
//	    steps:
//	      - {use: disconnect, with: {in_hand: the login}}
//	      - text: Press Save.
//	        where: Cashflow360
//	        path: Save
//	        note: Once is enough.
//	        basis: documented           # or inferred
//	        destructive: true
//	        gate: {kind: reconnect, button: Saved, confirm: Has a sync started?}
//	        cannot: [{id: stuck, text: It can't be saved, hand: why a human is needed}]  # or fix: another
//	verify: {wait: 2h, text: what counts}
//	escalation: {to: whom, attach: [what they need]}
//
// Words of evidence: confirms, strongly_for, for, against, strongly_against,
// rules_out. Words of frequency: common, occasional, rare. Times are written 30m
// or 2h. Kinds of gates: before and disconnect, then reconnect; risk; done.
// Anchors, aliases and tags of YAML are not part of the language.
//
// The short form is for an error with one known cause and nothing to ask: match
// (phrases), samples, why, steps, and what a fix has besides (takes, needs,
// destructive, warnings), in place of alerts, causes, questions and fixes.
package playbooks
