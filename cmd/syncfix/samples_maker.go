package main

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"syncfix/bot/sandbox"
	"syncfix/diagnose"
)

// What a made message may tell beside the failure in its shapes.
const (
	shapeAgain   = "again"
	shapeSuccess = "success"
)

// storms are the numbers of accounts that can fail at once.
func storms() []int { return []int{5, 20, 50} }

// sampleMaker makes the messages of any playbook, in any shape and for as many
// accounts as is wanted.
func sampleMaker(playbooks []diagnose.Playbook) *sandbox.Maker {
	playbooks = slices.DeleteFunc(slices.Clone(playbooks), func(p diagnose.Playbook) bool { return len(p.Alerts.Match) == 0 })
	slices.SortStableFunc(playbooks, func(a, b diagnose.Playbook) int {
		return cmp.Or(cmp.Compare(rankOf(a), rankOf(b)), cmp.Compare(a.System, b.System), cmp.Compare(a.Title, b.Title))
	})
	m := &sandbox.Maker{Make: func(topic, shape, amount string) ([]sandbox.Sample, error) {
		i := slices.IndexFunc(playbooks, func(p diagnose.Playbook) bool { return p.ID == topic })
		who := amountOf(amount)
		if i < 0 || len(who) == 0 {
			return nil, fmt.Errorf("there is no alert %q for %q; reload the page", topic, amount)
		}
		return made(playbooks[i], shape, who)
	}}
	for _, p := range playbooks {
		name := p.Title
		if _, after, ok := strings.Cut(name, ": "); ok {
			name = after
		}
		m.Topics = append(m.Topics, sandbox.Choice{ID: p.ID, Group: p.System, Name: name})
	}
	for _, s := range shapes() {
		m.Shapes = append(m.Shapes, sandbox.Choice{ID: s.id, Name: s.name})
	}
	m.Shapes = append(m.Shapes, sandbox.Choice{ID: shapeAgain, Name: "It failed again"}, sandbox.Choice{ID: shapeSuccess, Name: "The sync succeeded"})
	for i, c := range customers() {
		m.Amounts = append(m.Amounts, sandbox.Choice{ID: "#" + strconv.Itoa(i+1), Name: c.String()})
	}
	for _, n := range storms() {
		m.Amounts = append(m.Amounts, sandbox.Choice{ID: strconv.Itoa(n), Name: fmt.Sprintf("A storm: %d accounts at once", n)})
	}
	return m
}

// rankOf puts the featured playbook's system first, and it first in that.
func rankOf(p diagnose.Playbook) int {
	switch {
	case p.ID == featured:
		return 0
	case strings.Contains(p.System, "NetSuite"):
		return 1
	}
	return 2
}

// amountOf is the customer "#2", or so many of them.
func amountOf(amount string) []customer {
	number, one := strings.CutPrefix(amount, "#")
	n, err := strconv.Atoi(number)
	switch {
	case err != nil || n < 1 || n > 500:
		return nil
	case one && n > len(customers()):
		return nil
	case one:
		return customers()[n-1 : n]
	}
	all := make([]customer, n)
	for i := range all {
		all[i] = customer{fmt.Sprintf("Customer %d", i+1), strconv.Itoa(8000001 + i)}
	}
	return all
}

// made writes the messages.
func made(p diagnose.Playbook, as string, who []customer) ([]sandbox.Sample, error) {
	b := newSampleBook(p)
	var all []sandbox.Sample
	for _, c := range who {
		switch as {
		case shapeSuccess:
			all = append(all, b.success(c))
		case shapeAgain:
			all = append(all, b.sample(as, "", "", "", p.Product, b.message("", c)))
		default:
			i := slices.IndexFunc(shapes(), func(s shape) bool { return s.id == as })
			if i < 0 {
				return nil, fmt.Errorf("there is no shape %q; reload the page", as)
			}
			all = append(all, b.sample(as, "", "", "", shapes()[i].author, b.message(as, c)))
		}
	}
	return all, b.err
}
