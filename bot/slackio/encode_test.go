package slackio

import (
	"testing"

	"syncfix/bot"
)

func TestPressRoundtrip(t *testing.T) {
	for _, p := range []bot.Press{
		{Case: "SF-142", Offer: "o3", Action: bot.ActionAnswer, Choice: "yes"},
		{Case: "SF-142", Offer: "o3", Action: bot.ActionCannot},
		{Case: "SF-1", Action: bot.ActionMenu, Choice: string(bot.MenuHandOff)},
		{Action: bot.ActionForm, Choice: string(bot.FormStart)},
		{Case: "a|b%7C", Offer: "%|", Action: bot.ActionGate, Choice: "x|y%25"},
	} {
		id, value := EncodePress(p, 7)
		got, err := DecodePress(id, value)
		if err != nil || got != p {
			t.Errorf("DecodePress(%q, %q) = %+v, %v; want %+v", id, value, got, err, p)
		}
	}
}

func TestDecodePressRefusesWhatIsNotOurs(t *testing.T) {
	for _, in := range [][2]string{
		{"", ""}, {"answer", "SF-1|o1|yes"}, {"answer/", "SF-1|o1|yes"}, {"answer/x", "SF-1|o1|yes"}, {"launch/1", "SF-1|o1|yes"},
		{"answer/1", ""}, {"answer/1", "SF-1"}, {"answer/1", "SF-1|o1"}, {"answer/1", "|o1|yes"}, {"menu/1", "||handoff"},
	} {
		if p, err := DecodePress(in[0], in[1]); err == nil {
			t.Errorf("DecodePress(%q, %q) = %+v, want an error", in[0], in[1], p)
		}
	}
}

func TestFormRoundtrip(t *testing.T) {
	want := FormMeta{Case: "SF-1", Offer: "o2", Channel: "C1", TS: "1.2", Thread: "1.1"}
	kind, got, err := DecodeForm(string(bot.FormCannot), want.Encode())
	if err != nil || kind != bot.FormCannot || got != want {
		t.Errorf("DecodeForm = %v, %+v, %v", kind, got, err)
	}
	for _, in := range [][2]string{{"cannot", "{}"}, {"launch", `{"case":"SF-1"}`}, {"wait", ""}, {"wait", "[1]"}} {
		if _, _, err := DecodeForm(in[0], in[1]); err == nil {
			t.Errorf("DecodeForm(%q, %q): want an error", in[0], in[1])
		}
	}
}

func FuzzPress(f *testing.F) {
	f.Add("SF-1", "o1", "yes", "answer/1", "SF-1|o1|yes")
	f.Add("|%", "%7C|%25", "|", "menu/65535", "%257C||x")
	f.Fuzz(func(t *testing.T, caseID, offer, choice, rawID, rawValue string) {
		p := bot.Press{Case: caseID, Offer: offer, Action: bot.ActionForm, Choice: choice}
		id, value := EncodePress(p, 3)
		if got, err := DecodePress(id, value); err != nil || got != p {
			t.Errorf("roundtrip of %+v gave %+v, %v", p, got, err)
		}
		if got, err := DecodePress(rawID, rawValue); err == nil && !knownAction(got.Action) {
			t.Errorf("DecodePress(%q, %q) accepted action %q", rawID, rawValue, got.Action)
		}
	})
}
