package slackio

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/slack-go/slack"
)

// maxAnswer bounds what is read of one answer, in bytes: 200 messages of the
// largest kind are less.
const maxAnswer = 32 << 20

// read calls a method that changes nothing and gives the answer as Slack wrote
// it: the library's own types would lose what they don't know, and a message from
// history must become the same envelope as the event. Errors are the library's.
func (c *Client) read(ctx context.Context, method string, form url.Values) (answer object, err error) {
	defer func() { c.Observer.SlackCalled(method, resultOf(err)) }()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.APIURL+method, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, fmt.Errorf("asking for %s: %w", method, withoutAddress(err))
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Authorization", "Bearer "+c.BotToken)
	response, err := c.http.Do(r)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, statusError(response)
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return nil, err
	}
	var short slack.SlackResponse
	if err := json.Unmarshal(body, &short); err != nil {
		return nil, fmt.Errorf("reading the answer to %s: %w", method, err)
	}
	if err := short.Err(); err != nil {
		return nil, err
	}
	return readObject(body)
}

// statusError is what an answer other than 200 means.
func statusError(answer *http.Response) error {
	if answer.StatusCode != http.StatusTooManyRequests {
		return slack.StatusCodeError{Code: answer.StatusCode, Status: answer.Status}
	}
	seconds, err := strconv.Atoi(answer.Header.Get("Retry-After"))
	if err != nil || seconds < 0 {
		return &slack.RateLimitedError{RetryAfter: unknownPause}
	}
	return &slack.RateLimitedError{RetryAfter: time.Duration(seconds) * time.Second}
}
