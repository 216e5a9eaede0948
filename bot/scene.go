package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sort"

	"syncfix/diagnose"
)

// maxRecent is how many closed cases App Home lists.
const maxRecent = 10

// scene reads what an effect shows, in its newest state.
func (b *Bot) scene(ctx context.Context, e Effect) (Scene, error) {
	s := Scene{Now: b.Now(), Titles: map[string]string{}}
	for _, p := range b.Playbooks.Library().All() {
		s.Titles[p.ID] = p.Title
		if !slices.Contains(s.Systems, p.System) {
			s.Systems = append(s.Systems, p.System)
		}
	}
	sort.Strings(s.Systems)
	if e.Kind == ShowHome {
		s.Problems = b.Playbooks.Problems()
	}
	err := b.Store.View(ctx, func(tx Reader) error {
		if e.Case != "" {
			if err := b.caseScene(tx, e, &s); err != nil {
				return err
			}
		}
		return listScene(tx, e, &s)
	})
	if err != nil {
		return s, fmt.Errorf("reading the scene of %s: %w", e, err)
	}
	return s, nil
}

func (b *Bot) caseScene(tx Reader, e Effect, s *Scene) error {
	c, err := tx.Case(e.Case)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	s.Case = c
	if s.Playbook, err = b.stored.get(tx, c.Hash); err != nil {
		return err
	}
	s.Ranking = diagnose.Rank(s.Playbook, c.Evidence)
	if e.Kind == Brief || e.Kind == ShowCase {
		s.Events, err = tx.Events(c.ID)
	}
	return err
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
