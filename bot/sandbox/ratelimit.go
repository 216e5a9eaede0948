package sandbox

import "time"

// tier is how often a method may be called: by the minute and workspace, or, for perChannel, by the second and channel.
// Figures: https://docs.slack.dev/apis/web-api/rate-limits. How large a burst Slack bears is not documented; here it is a
// minute's worth for tiers, and burstPerChannel for posts.
type tier int

const (
	unlimited  tier = 0 // "special" tiers of hundreds a minute, and apps.connections.open
	tier2      tier = 20
	tier3      tier = 50
	tier4      tier = 100
	perChannel tier = -1
)

const (
	burstPerChannel   = 5
	postsPerMinute    = 300 // "several hundred" a workspace
	postsPerMinuteMax = 100 // burst of those
)

// bucket is a token bucket on the workspace's clock.
type bucket struct {
	left float64
	at   time.Time
	// until is when the Retry-After of the last refusal ends.
	until time.Time
}

// limiter holds the buckets by method, and by method and channel. Server.mu guards it.
type limiter struct{ buckets map[string]*bucket }

func newLimiter() limiter { return limiter{buckets: map[string]*bucket{}} }

// take takes one token, or says how long to wait; early means that the caller came before an earlier wait had ended.
func (l *limiter) take(key string, perSecond, burst float64, now time.Time) (wait time.Duration, early bool) {
	b := l.buckets[key]
	if b == nil {
		b = &bucket{left: burst, at: now}
		l.buckets[key] = b
	}
	b.left = min(burst, b.left+now.Sub(b.at).Seconds()*perSecond)
	b.at = now
	if now.Before(b.until) {
		return b.until.Sub(now), true
	}
	if b.left >= 1 {
		b.left--
		return 0, false
	}
	// Whole seconds, as Retry-After says them: who waits that long must not be refused for a fraction.
	wait = time.Duration((1 - b.left) / perSecond * float64(time.Second))
	wait = (wait + time.Second - 1).Truncate(time.Second)
	b.until = now.Add(wait)
	return wait, false
}

// limited charges the call to its buckets; above zero it is refused for that long.
func (s *Server) limited(call *apiCall, t tier) time.Duration {
	if s.opts.NoRateLimits || t == unlimited {
		return 0
	}
	now := s.now()
	if t != perChannel {
		return s.charge(call.method, float64(t)/60, float64(t), now)
	}
	if wait := s.charge(call.method+" in "+call.params.str("channel"), 1, burstPerChannel, now); wait > 0 {
		return wait
	}
	return s.charge(call.method, postsPerMinute/60, postsPerMinuteMax, now)
}

func (s *Server) charge(key string, perSecond, burst float64, now time.Time) time.Duration {
	wait, early := s.limiter.take(key, perSecond, burst, now)
	if early {
		s.violation("%s: called again before Retry-After had passed", key)
	}
	return wait
}
