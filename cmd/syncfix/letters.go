package main

import (
	"context"
	"sync"

	"syncfix/bot"
)

// letters deals with deliveries that were given up: through the bot once there is
// one, which then carries them out, and until Slack can be reached in the store
// alone, from which the bot takes them when it begins.
type letters struct {
	store bot.Store
	clock bot.Clock

	mu  sync.Mutex
	bot *bot.Bot // nil: there is none yet
}

var _ deadLetters = (*letters)(nil)

// handTo leaves them to the bot, which has not begun yet.
func (l *letters) handTo(b *bot.Bot) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.bot = b
}

// Retry implements deadLetters.
func (l *letters) Retry(ctx context.Context, ids []string) ([]bot.Verdict, error) {
	return l.change(ctx, ids, (*bot.Bot).Retry, revive(l.clock.Now))
}

// Discard implements deadLetters.
func (l *letters) Discard(ctx context.Context, ids []string) ([]bot.Verdict, error) {
	return l.change(ctx, ids, (*bot.Bot).Discard, bot.DiscardDead)
}

// change holds the bot up until what is done without it is in the store.
func (l *letters) change(ctx context.Context, ids []string, with func(*bot.Bot, context.Context, []string) ([]bot.Verdict, error), without func(bot.Tx, []string) ([]bot.Verdict, error)) (verdicts []bot.Verdict, err error) {
	l.mu.Lock()
	if b := l.bot; b != nil {
		l.mu.Unlock()
		return with(b, ctx, ids)
	}
	defer l.mu.Unlock()
	err = l.store.Update(ctx, func(tx bot.Tx) (err error) {
		verdicts, err = without(tx, ids)
		return err
	})
	return verdicts, err
}
