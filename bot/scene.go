package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sort"
	"time"

	"syncfix/diagnose"
)

// maxRecent is how many closed cases App Home lists.
const maxRecent = 10

// scene reads what an effect shows, in its newest state.
func (b *Bot) scene(ctx context.Context, e Effect) (s Scene, err error) {
	err = b.Store.View(ctx, func(tx Reader) error {
		s, err = readScene(tx, e, b.Playbooks.Library(), b.stored, b.Now())
		return err
	})
	if err != nil {
		return s, fmt.Errorf("reading the scene of %s: %w", e, err)
	}
	if e.Kind == ShowHome {
		s.Problems = slices.Concat(b.Playbooks.Problems(), s.Problems)
	}
	return s, nil
}

// ReadScene reads what an effect shows, in its newest state, for somebody who
// does not send it.
func ReadScene(tx Reader, e Effect, library Library, now time.Time) (Scene, error) {
	return readScene(tx, e, library, newPlaybookCache(), now)
}

func readScene(tx Reader, e Effect, library Library, stored *playbookCache, now time.Time) (Scene, error) {
	s := Scene{Now: now, Titles: map[string]string{}}
	for _, p := range library.All() {
		s.Titles[p.ID] = p.Title
		if !slices.Contains(s.Systems, p.System) {
			s.Systems = append(s.Systems, p.System)
		}
	}
	sort.Strings(s.Systems)
	if e.Case != "" {
		if err := caseScene(tx, e, stored, &s); err != nil {
			return s, err
		}
	}
	return s, listScene(tx, e, &s)
}

func caseScene(tx Reader, e Effect, stored *playbookCache, s *Scene) error {
	c, err := tx.Case(e.Case)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	s.Case = c
	if s.Playbook, err = stored.get(tx, c.Hash); err != nil {
		return err
	}
	s.Ranking = diagnose.Rank(s.Playbook, c.Evidence)
	if e.Kind == Brief || e.Kind == ShowCase {
		s.Events, err = tx.Events(c.ID)
	}
	return err
}

// deadProblem tells whoever looks that something could not be posted.
func deadProblem(tx Reader) ([]string, error) {
	all, err := tx.Deliveries()
	dead := 0
	for _, d := range all {
		if d.Dead {
			dead++
		}
	}
	switch {
	case err != nil || dead == 0:
		return nil, err
	case dead == 1:
		return []string{"One message could not be posted and was given up. Whoever runs syncfix can see it with “syncfix deliveries --dead”."}, nil
	}
	return []string{fmt.Sprintf("%d messages could not be posted and were given up. Whoever runs syncfix can see them with “syncfix deliveries --dead”.", dead)}, nil
}

func listScene(tx Reader, e Effect, s *Scene) error {
	switch e.Kind {
	case ShowList, ShowHome:
		if e.Kind == ShowHome && e.Text != "" { // a refusal
			return nil
		}
		open, err := tx.OpenCases()
		if err != nil {
			return err
		}
		s.Cases = slices.DeleteFunc(open, func(c Case) bool {
			return c.State == Proposed || e.List == ListMine && c.Owner.ID != e.To
		})
		if e.Kind == ShowHome {
			recent, err := tx.Recent(5 * maxRecent)
			if err != nil {
				return err
			}
			recent = slices.DeleteFunc(recent, func(c Case) bool { return c.State.Open() })
			s.Recent = recent[:min(len(recent), maxRecent)]
			s.Problems, err = deadProblem(tx)
			return err
		}
	case ShowDigest:
		for _, id := range e.Cases {
			c, err := tx.Case(id)
			if err != nil {
				return err
			}
			if c.State.Open() {
				s.Cases = append(s.Cases, c)
			}
		}
	}
	return nil
}
