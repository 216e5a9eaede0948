// Echo is the least that a Slack socket-mode bot can do: it acks each message
// and answers it in its thread, keeping nothing; with the argument "acks" it only
// acks. The benchmarks run it beside syncfix.
package main

import (
	"context"
	"encoding/json"
	"log"
	"os"
	"os/signal"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"
)

func main() {
	api := slack.New(os.Getenv("SLACK_BOT_TOKEN"), slack.OptionAppLevelToken(os.Getenv("SLACK_APP_TOKEN")), slack.OptionAPIURL(os.Getenv("SLACK_API_URL")))
	client := socketmode.New(api)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	go func() {
		for evt := range client.Events {
			if evt.Type == socketmode.EventTypeEventsAPI && evt.Request != nil {
				answer(ctx, api, client, *evt.Request)
			}
		}
	}()
	if err := client.RunContext(ctx); err != nil && ctx.Err() == nil {
		log.Fatal(err)
	}
}

func answer(ctx context.Context, api *slack.Client, client *socketmode.Client, req socketmode.Request) {
	if err := client.AckCtx(ctx, req.EnvelopeID, nil); err != nil {
		log.Print(err)
	}
	var p struct {
		Event struct {
			Type, Channel, TS string
			ThreadTS          string `json:"thread_ts"`
		}
	}
	if len(os.Args) > 1 && os.Args[1] == "acks" || json.Unmarshal(req.Payload, &p) != nil || p.Event.Type != "message" || p.Event.ThreadTS != "" {
		return
	}
	go func() {
		_, _, err := api.PostMessageContext(ctx, p.Event.Channel, slack.MsgOptionTS(p.Event.TS), slack.MsgOptionText("seen", false))
		if err != nil {
			log.Print(err)
		}
	}()
}
