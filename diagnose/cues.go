package diagnose

// A cue is a turn of phrase that says how a text means an error that it quotes.
type cue int

const (
	cueNone      cue = iota
	cueResolved      // an alert tool closes the alert
	cueOver          // somebody says that it is over
	cueTelling       // somebody explains what to do about it, right before the error's words
	cueCurious       // somebody asks about it, right before the error's words
	cueWondering     // somebody asks about it, right behind the error's words
	cuePast          // somebody tells of another day
	cueAgain         // but it fails again
	cueTalk          // the text is about errors, not about one that happens
	cueNow           // it happens now
	cueFailed        // a tool gives a status that isn't good
	cueKinds
)

// cueTurns is one cue and the turns of phrase that give it, as normalised words.
type cueTurns struct {
	cue   cue
	turns []string
}

// cueList is all turns of phrase. They are closed lists of plain English;
// playbooks add their own success notices as Recovery.
func cueList() []cueTurns { return append(errorCues(), talkCues()...) }

// errorCues is what is said of the error that a text quotes.
func errorCues() []cueTurns {
	return []cueTurns{
		{cueResolved, []string{
			"status resolved", "state resolved", "status ok", "state ok", "status closed", "state closed",
			"status recovered", "state recovered", "status success", "state success", "status green",
			"alert resolved", "alert closed", "alert cleared", "alert recovered", "alert is resolved", "alert has been resolved",
			"incident resolved", "incident closed", "incident is resolved", "incident has been resolved",
			"issue resolved", "problem resolved", "monitor recovered", "monitor resolved", "monitor is ok",
			"marked as resolved", "auto resolved", "automatically resolved", "back to normal", "has recovered", "resolved alert",
			"resolved incident", "connector healthy", "connection healthy", "sync healthy", "integration healthy", "recovery alert", "recovery notification", "service recovery", "sync ok", "sync is ok", "is back up", "is up and running", "sync is up", "is healthy again", "failed to ok", "error to ok", "down to up", "failed to resolved", "failed to success", "to resolved", "to ok", "to done", "progress to closed", "review to closed", "open to closed", "is resolved by",
		}},
		{cueOver, []string{
			"is resolved", "is now resolved", "has been resolved", "was resolved", "got resolved", "resolved now", "resolved itself",
			"is fixed", "is now fixed", "has been fixed", "was fixed", "got fixed", "fixed now", "fixed it", "is solved", "solved now",
			"was solved", "has been solved", "all good now", "is good now", "works again", "work again", "working again", "it works now", "this works now", "all works now", "everything works now", "sync works now",
			"is working now", "works fine now", "works fine again", "is over", "went away", "is gone now", "sorted now", "sorted out", "is sorted", "false alarm",
			"error is gone", "issue is gone", "problem is gone", "it is gone", "alert is gone", "all fine since", "all fine now", "all good since", "fine since then",
			"no issue since", "no problem since", "no error since", "never mind", "nevermind", "no longer happening", "no longer happens", "no longer see", "no longer seeing",
			"no longer get", "no longer getting", "no longer failing", "no longer fails", "syncing again", "syncs again",
			"can be ignored", "please ignore", "just a test", "only a test", "postmortem", "post mortem",
			"errors are gone", "alerts are gone", "errors went away", "went through clean", "went through cleanly", "went through fine", "synced clean", "synced cleanly",
			"closing the ticket", "closing this ticket", "closing this one", "closing it out", "ticket is closed", "closed the ticket", "we closed that", "closed that one",
			"was sorted", "got sorted", "nothing left to do", "nothing to do here", "nothing open", "customer confirmed", "turned out to be", "turned out it was", "can ignore it", "can ignore this", "ignore this",
			"ist behoben", "wurde behoben", "ist gelöst", "wurde gelöst", "ist erledigt", "hat sich erledigt", "läuft wieder", "geht wieder", "funktioniert wieder", "lief sauber",
			"está resuelto", "está solucionado", "ya funciona", "quedó resuelto", "vuelve a funcionar", "está resolvido", "voltou a funcionar", "est résolu", "est réglé", "fonctionne à nouveau", "is opgelost", "werkt weer",
			"all clear", "no more errors", "back in sync", "looks good now", "cleared up", "is history", "no longer shows", "no longer appears", "no longer comes up", "no longer there", "not show up any more", "not show up anymore",
			"that did it", "did the trick", "closing the loop", "closing as duplicate", "closing as a duplicate", "thanks it synced", "thank you it synced", "done and dusted", "ran through", "green since", "nothing is open", "nothing is open now",
		}},
		{cueTelling, []string{
			"if you see", "if you get", "if you ever see", "if you ever get", "if they see", "if they get", "if we see", "if we get",
			"if somebody gets", "if someone gets", "if a customer gets", "if a customer sees", "if customers see", "if customers get",
			"when you see", "when you get", "whenever you see", "when customers see", "when customers get", "when a customer sees", "when a customer gets",
			"how do we handle", "how do you handle", "how should we handle", "how to handle", "what to do when", "what to do if",
			"is there an article", "do we have an article", "article about", "article on", "documented", "docs for", "docs on",
			"write up", "what happens when", "what happens if", "training on", "for example", "such as", "errors like",
			"reply template", "documentation", "knowledge base", "example of", "training slide", "training material", "training deck", "training session", "for training",
			"how would we handle", "how would you handle", "what should we do", "what should i do when", "hypothetically", "release note", "changelog", "bug fix", "how does sync handle", "how does the sync handle", "suppose", "imagine",
		}},
		{cueCurious, []string{
			"what does", "what is", "what is the meaning", "how does", "how do", "can someone confirm", "can somebody confirm", "can you confirm", "how to fix", "how do i fix", "does anyone know", "can somebody explain", "can someone explain", "anyone seen",
		}},
		{cueWondering, []string{
			"is that normal", "is this normal", "is it normal", "should i", "should we", "what does that mean", "what does this mean", "what does it mean",
		}},
		{cuePast, []string{
			"last week", "last month", "last year", "last quarter", "weeks ago", "months ago", "last time", "used to get", "used to see", "back in", "yesterday we had", "we had yesterday", "we had last", "we had on", "they had on", "yesterday they had",
		}},
		{cueAgain, []string{
			"again now", "now again", "back again", "is back", "it is back", "happening again", "failing again", "failed again", "fails again", "but now", "but today",
			"still failing", "still fails", "still broken", "still get", "still getting", "still see", "still seeing", "came back", "not resolved", "not fixed",
			"not yet resolved", "not yet fixed", "not work again", "not working again", "again today", "broke again", "broken again", "same error again", "reopened", "re opened", "new alert",
		}},
	}
}

// talkCues is what tells a text about errors from one of an error that happens now.
func talkCues() []cueTurns {
	return []cueTurns{
		{cueTalk, []string{
			"release notes", "change log", "pull request", "merge request", "created a story", "created an epic", "user story", "acceptance criteria", "feature request",
			"as a customer i want", "as a user i want", "top errors", "top sync errors", "most common errors", "most frequent errors", "common sync errors", "weekly report", "monthly report", "quarterly report", "weekly summary", "monthly summary", "error report for", "error statistics",
			"made up", "dummy data", "sample data", "sample alert", "example alert", "may look like", "might look like", "would look like", "should look like",
			"draft for", "draft of", "draft reply", "canned response", "saved reply", "canned reply", "cheat sheet", "help article", "help page", "unit test", "test case", "test suite", "test fixture",
			"remember the", "remember when", "remember that", "back then", "years ago", "old days", "old screenshot", "always means", "usually means", "always meant", "lesson learned", "lessons learned", "case study",
			"deployed to", "rolled out", "rollout finished", "pushed to main", "test notification", "test alert", "test message", "dry run", "reading list", "standup", "new article",
			"top searches", "most searched", "last 7 days", "last 30 days", "last 90 days", "past 7 days", "past 30 days", "past 90 days", "down from", "this article explains", "this article describes", "this page explains", "what went well", "what went badly", "walk through", "walk you through", "we will cover", "learning goals", "no customer is affected", "nobody is affected", "no one is affected", "nothing is broken", "nothing broken",
			"which accounting system", "which system gives", "which system shows", "true or false", "multiple choice", "question of the day", "fun fact", "did you know",
		}},
		{cueFailed, []string{"octagonal_sign", "rotating_light", "red_circle", "status failed", "state failed", "status failure", "status error", "result failed", "result error", "outcome failed", "outcome failure"}},
		{cueNow, []string{
			"right now", "just now", "this morning", "just got", "just failed", "just in", "seit heute", "since this morning", "since today", "since yesterday", "since monday",
			"is failing", "are failing", "keeps failing", "can someone look", "can somebody look", "can anyone help", "can somebody help", "can someone help", "need help", "any idea",
			"they get", "they are getting", "is getting", "are getting", "customer gets", "customer sees", "customer says", "customer reports", "customer called", "is waiting", "are waiting", "on the phone", "on chat",
			"new ticket", "ticket created", "raised a request", "new conversation", "sync failed", "sync failure", "exit code", "job failed", "recipe failed", "status failed", "state failed",
			"level error", "severity error", "severity critical", "build as failure", "did not sync", "could not be synced",
		}},
	}
}

// opensResolved says whether a notice that begins with this word closes an alert.
func opensResolved(word string) bool {
	switch word {
	case "resolved", "recovered", "recovery", "closed", "cleared", "ok", "solved", "up", "success", "successful", "healthy", "green", "passed", "passing", "fixed", "white_check_mark", "large_green_circle", "heavy_check_mark":
		return true
	}
	return false
}

// opensFiring says whether a notice that begins with this word raises an alert.
func opensFiring(word string) bool {
	switch word {
	case "firing", "triggered", "alert", "alarm", "critical", "error", "failed", "down", "problem", "open", "reopened", "unresolved":
		return true
	}
	return false
}

// negates says whether the word turns what follows into its opposite, or into
// something that has not happened.
func negates(word string) bool {
	switch word {
	case "not", "never", "no", "without", "until", "unless", "if", "once", "when", "before", "failed", "hardly", "nothing":
		return true
	}
	return false
}

// isLight says whether a word is too common to tell one text from another.
func isLight(word string) bool {
	switch word {
	case "a", "an", "the", "is", "are", "was", "were", "be", "been", "to", "for", "in", "of", "on", "at", "by", "and", "or", "your", "you", "has", "have",
		"please", "this", "that", "it", "with", "from", "s":
		return true
	}
	return false
}
