package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"time"

	"syncfix/diagnose"
)

const (
	seedDays  = 30
	seedPause = 5 * time.Second    // at least, between two deeds: as fast as a channel may be posted in
	seedMost  = 40                 // deeds of one case
	seedOpen  = 4 * 24 * time.Hour // what is left undone before was done later
	seedTell  = 7                  // days between two words on how far it is
	seedAgent = "U0ANA"
	seedLead  = "U0LEO"
)

// seeder fills a sandbox with a month of cases, by doing what people and tools
// would have done: the bot works as ever, on a clock that is moved on.
type seeder struct {
	*player
	rand   *rand.Rand // the same month every time
	books  []diagnose.Playbook
	out    io.Writer
	queue  []deed // by time
	cases  []*seedCase
	number int
}

// deed is something that happens at a time.
type deed struct {
	at time.Time
	do func() error
}

// seedCase is a case of the month, from its alert on.
type seedCase struct {
	name     string
	playbook diagnose.Playbook
	who      customer
	channel  string
	agent    string // who works on it
	deeds    int
	failures int
	refused  bool // the agent may not do the next step
	left     bool // nobody does anything more
	closed   bool
}

func newSeeder(p *player, books []diagnose.Playbook) *seeder {
	// Any fixed numbers will do.
	return &seeder{player: p, rand: rand.New(rand.NewPCG(30, 7)), books: seedBooks(books), out: p.out}
}

// run does a month's deeds, and puts the clock to the present.
func (s *seeder) run(ctx context.Context) error {
	began := time.Now()
	fmt.Fprintf(s.out, "A month of cases is made up, on a faster clock …\n")
	s.plan()
	told := s.clock.Now()
	for len(s.queue) > 0 {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		next := s.queue[0]
		s.queue = s.queue[1:]
		if !next.at.Before(time.Now()) {
			break // that has not happened yet
		}
		if err := s.quiet(); err != nil {
			return err
		}
		s.clock.Move(max(next.at.Sub(s.clock.Now()), seedPause))
		if err := next.do(); err != nil {
			return fmt.Errorf("making up a month of cases: %w", err)
		}
		if at := s.clock.Now(); at.Sub(told) >= seedTell*24*time.Hour {
			told = at
			fmt.Fprintf(s.out, "  %s: %s\n", at.In(s.zone).Format("2 January"), count(len(s.cases), "case"))
		}
	}
	if err := s.settle(); err != nil {
		return err
	}
	s.clock.Move(time.Since(s.clock.Now()))
	if err := s.settle(); err != nil {
		return err
	}
	fmt.Fprintf(s.out, "%s in %s: App Home and %s history ACCOUNT show them.\n", count(len(s.cases), "case"), time.Since(began).Round(time.Second), slashCommand)
	return nil
}

// at puts a deed into the queue.
func (s *seeder) at(t time.Time, do func() error) {
	i, _ := slices.BinarySearchFunc(s.queue, t, func(d deed, t time.Time) int { return d.at.Compare(t) })
	s.queue = slices.Insert(s.queue, i, deed{t, do})
}

// plan puts the alerts of the month into the queue: some at night, by the syncs
// that run then, most in the hours of work, few on weekends.
func (s *seeder) plan() {
	first := s.clock.Now().In(s.zone)
	for day := range seedDays + 1 {
		date := time.Date(first.Year(), first.Month(), first.Day()+day, 0, 0, 0, 0, s.zone)
		alerts := 1 + s.rand.IntN(3)
		if weekend(date) {
			alerts = s.rand.IntN(2)
		}
		s.at(date.Add(9*time.Hour+time.Minute), s.settle) // what is due then is done then
		for range alerts {
			minute := 8*60 + s.rand.IntN(9*60)
			if s.rand.IntN(5) == 0 {
				minute = 2*60 + s.rand.IntN(4*60)
			}
			if t := date.Add(time.Duration(minute) * time.Minute); t.After(first) {
				s.at(t, s.alert)
			}
		}
	}
}

// lately says that it is nearly the present: what is left open now is still open.
func (s *seeder) lately() bool { return time.Since(s.clock.Now()) < seedOpen }

func weekend(t time.Time) bool { return t.Weekday() == time.Saturday || t.Weekday() == time.Sunday }

// alert opens a case of an account that has none, or has had one.
func (s *seeder) alert() error {
	c := &seedCase{playbook: s.books[s.skewed(len(s.books))], who: seedCustomers()[s.skewed(len(seedCustomers()))], channel: "support", agent: seedAgent}
	if slices.ContainsFunc(s.cases, func(o *seedCase) bool { return o.who == c.who && !o.closed }) {
		return nil
	}
	if s.rand.IntN(3) == 0 {
		c.agent = seedLead
	}
	if s.rand.IntN(4) == 0 {
		c.channel = "billing-alerts"
	}
	shape := shapes()[s.rand.IntN(len(shapes()))].id
	if opened, err := s.opens(c, shape); err != nil || !opened {
		return err
	}
	s.cases = append(s.cases, c)
	s.at(s.clock.Now().Add(31*time.Minute), s.settle) // the time to be reminded is not slept through
	s.later(c, 3, 40)
	return nil
}

// opens posts a case's alert, and says whether a case came of it: one that is open
// still takes in what else fails.
func (s *seeder) opens(c *seedCase, shape string) (bool, error) {
	s.number++
	c.name = fmt.Sprintf("seed-%d", s.number)
	if err := s.tells(c, shape); err != nil {
		return false, err
	}
	card, ok := s.card(s.messages[c.name])
	return ok && len(s.slack.Buttons(card.Channel, card.TS)) > 0, nil
}

// tells posts about a case's account, and waits for all that follows.
func (s *seeder) tells(c *seedCase, shape string) error {
	all, err := made(c.playbook, shape, []customer{c.who})
	if err != nil {
		return err
	}
	name := c.name
	if s.messages[name].ts != "" {
		name = "-"
	}
	if err := s.postRaw(name, c.channel, all[0].Author, all[0].Message); err != nil {
		return err
	}
	return s.settle()
}

// later has the case's agent look at it again, in the hours of work.
func (s *seeder) later(c *seedCase, from, to int) {
	t := s.clock.Now().Add(time.Duration(from+s.rand.IntN(to-from+1)) * time.Minute).In(s.zone)
	for weekend(t) || t.Hour() < 8 || t.Hour() >= 18 {
		if t.Hour() >= 18 || weekend(t) {
			t = t.AddDate(0, 0, 1)
		}
		t = time.Date(t.Year(), t.Month(), t.Day(), 8, s.rand.IntN(50), 0, 0, s.zone)
	}
	s.at(t, func() error { return s.work(c) })
}

// skewed is a number below n, the low ones more often.
func (s *seeder) skewed(n int) int {
	f := s.rand.Float64()
	return int(f * f * float64(n))
}

// seedBooks are some playbooks of every system, the featured one first.
func seedBooks(all []diagnose.Playbook) []diagnose.Playbook {
	var picked []diagnose.Playbook
	perSystem := map[string]int{}
	for _, topic := range sampleMaker(all).Topics {
		if perSystem[topic.Group]++; perSystem[topic.Group] <= 3 {
			i := slices.IndexFunc(all, func(p diagnose.Playbook) bool { return p.ID == topic.ID })
			picked = append(picked, all[i])
		}
	}
	return picked
}

// seedCustomers are those whose syncs fail in the month; the first more often.
func seedCustomers() []customer {
	names := []string{
		"Northwind Traders", "Harbour Logistics", "Juniper Dental", "Kestrel Aviation", "Larch & Sons", "Marlow Interiors", "Nimbus Software",
		"Orchard Catering", "Pinnacle Roofing", "Quarry Stone Co", "Riverside Clinic", "Saffron Foods", "Tamarind Travel", "Umbra Lighting",
		"Verdant Gardens", "Willow Press", "Yarrow Textiles", "Zephyr Cycles", "Alder Carpentry", "Birch Accounting", "Cedar Brewing", "Dune Surf Shop",
	}
	all := make([]customer, len(names))
	for i, n := range names {
		all[i] = customer{n, fmt.Sprint(5100011 + 137*i)}
	}
	return all
}
