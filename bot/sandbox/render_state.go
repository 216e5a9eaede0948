package sandbox

import "encoding/json"

// enteredValues reads state.values: for each element, the values chosen or typed.
// https://docs.slack.dev/reference/views#fields
func enteredValues(state map[string]map[string]json.RawMessage) map[string]map[string][]string {
	out := map[string]map[string][]string{}
	for block, elements := range state {
		out[block] = map[string][]string{}
		for action, raw := range elements {
			var v struct {
				Value    string       `json:"value"`
				Option   *optionJSON  `json:"selected_option"`
				Options  []optionJSON `json:"selected_options"`
				Date     string       `json:"selected_date"`
				Time     string       `json:"selected_time"`
				User     string       `json:"selected_user"`
				Channel  string       `json:"selected_channel"`
				Conversa string       `json:"selected_conversation"`
			}
			if err := json.Unmarshal(raw, &v); err != nil {
				continue // drawn with its initial value, as if untouched
			}
			if v.Option != nil {
				v.Options = append(v.Options, *v.Option)
			}
			values := []string{}
			for _, o := range v.Options {
				values = append(values, o.Value)
			}
			if one := firstOf(v.Value, v.Date, v.Time, v.User, v.Channel, v.Conversa); one != "" {
				values = append(values, one)
			}
			out[block][action] = values
		}
	}
	return out
}
