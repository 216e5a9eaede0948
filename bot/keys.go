package bot

import (
	"strings"

	"syncfix/diagnose"
)

// Keys under which a case is found again (Tx.Bind, Reader.CaseAt).

// threadKey leads from a thread to the case whose card stands in it.
func threadKey(p Place) string {
	return "thread/" + p.Team + "/" + p.Channel + "/" + p.Root()
}

// messageKey leads from a message that reported a failure to its case, so that
// an edit of the message is not taken for another failure.
func messageKey(p Place) string {
	return "message/" + p.Team + "/" + p.Channel + "/" + p.TS
}

// pointerKey remembers that a channel was already told where a case stands.
func pointerKey(caseID, channel string) string {
	return "pointer/" + caseID + "/" + channel
}

// goneKey is under what the deletion of a message is noted.
func goneKey(p Place) string {
	return "gone/" + p.Team + "/" + p.Channel + "/" + p.TS
}

// overKeys are under what a success is noted, and found by an older failure: of
// the same thread, or the same account, company or record.
func overKeys(l Library, at Place, rec diagnose.Recognition) []string {
	keys := []string{threadKey(at)}
	if p, ok := l.Get(rec.Playbook); ok {
		keys = append(keys, scopeKeys(at.Team, p, rec.Account, rec.Company, rec.Subject)...)
	}
	for i := range keys {
		keys[i] = "over/" + keys[i]
	}
	return keys
}

// scopeKeys are the keys of one failure, the most telling first: by account,
// then by company. A connection is down as a whole, whichever words reported it;
// a record's failure is its own. None means that only the thread is known.
func scopeKeys(team string, p diagnose.Playbook, account, company, subject string) []string {
	base := "connection/" + team + "/" + fold(p.System)
	if p.Scope == diagnose.ScopeRecord {
		base = "record/" + team + "/" + fold(p.System) + "/" + p.ID + "/" + fold(subject)
	}
	var keys []string
	if account != "" {
		keys = append(keys, base+"/account/"+fold(account))
	}
	if company != "" {
		keys = append(keys, base+"/company/"+fold(company))
	}
	return keys
}

// fold makes two spellings of one name the same key: "Acme, Inc." and "ACME Inc".
func fold(s string) string {
	s = strings.NewReplacer("/", "_", ".", "", ",", "").Replace(strings.ToLower(s))
	return strings.Join(strings.Fields(s), " ")
}
