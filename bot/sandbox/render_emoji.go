package sandbox

import "strings"

// emojiAt reports the emoji that s starts with, as ":name:"; symbol is empty if there is none or it is not known here.
func emojiAt(s string) (name, symbol string) {
	if len(s) < 3 || s[0] != ':' {
		return "", ""
	}
	end := strings.IndexFunc(s[1:], func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '_' || r == '+' || r == '-')
	})
	if end <= 0 || s[1+end] != ':' {
		return "", ""
	}
	name = s[1 : 1+end]
	return name, emojiSymbol(name)
}

// emojiWords replaces the emoji names in s; unknown ones stay as they are.
func emojiWords(s string) string {
	if strings.Count(s, ":") < 2 {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		if name, symbol := emojiAt(s[i:]); symbol != "" {
			b.WriteString(symbol)
			i += len(name) + 2
			continue
		}
		b.WriteByte(s[i])
		i++
	}
	return b.String()
}

// emojiTable pairs Slack's names with their characters, for the names that people and tools commonly use.
const emojiTable = "" +
	":+1: 👍 :-1: 👎 :100: 💯 :alarm_clock: ⏰ :angry: 😠 :arrow_down: ⬇️ :arrow_forward: ▶️ :arrow_left: ⬅️ " +
	":arrow_right: ➡️ :arrow_up: ⬆️ :arrow_upper_right: ↗️ :arrows_counterclockwise: 🔄 :ballot_box_with_check: ☑️ " +
	":bangbang: ‼️ :bank: 🏦 :bar_chart: 📊 :bell: 🔔 :black_circle: ⚫ :black_large_square: ⬛ :blue_book: 📘 " +
	":blue_circle: 🔵 :blue_square: 🟦 :bookmark: 🔖 :books: 📚 :boom: 💥 :bow: 🙇 :broken_heart: 💔 :bug: 🐛 " +
	":building_construction: 🏗️ :bulb: 💡 :bust_in_silhouette: 👤 :busts_in_silhouette: 👥 :calendar: 📆 " +
	":chart_with_downwards_trend: 📉 :chart_with_upwards_trend: 📈 :clap: 👏 :clipboard: 📋 :clock1: 🕐 " +
	":closed_lock_with_key: 🔐 :cloud: ☁️ :construction: 🚧 :credit_card: 💳 :cry: 😢 :cyclone: 🌀 :dart: 🎯 :date: 📅 " +
	":desktop_computer: 🖥️ :dollar: 💵 :door: 🚪 :double_vertical_bar: ⏸️ :eight: 8️⃣ :electric_plug: 🔌 :email: ✉️ " +
	":envelope: ✉️ :envelope_with_arrow: 📩 :exclamation: ❗ :eyes: 👀 :face_with_monocle: 🧐 :fast_forward: ⏩ " +
	":file_folder: 📁 :fire: 🔥 :fire_engine: 🚒 :five: 5️⃣ :flashlight: 🔦 :four: 4️⃣ :gear: ⚙️ " +
	":globe_with_meridians: 🌐 :green_circle: 🟢 :green_heart: 💚 :green_square: 🟩 :grey_exclamation: ❕ " +
	":grey_question: ❔ :grin: 😁 :grinning: 😀 :hammer: 🔨 :hammer_and_wrench: 🛠️ :hand: ✋ :handshake: 🤝 :heart: ❤️ " +
	":heavy_check_mark: ✔️ :heavy_exclamation_mark: ❗ :heavy_minus_sign: ➖ :heavy_multiplication_x: ✖️ " +
	":heavy_plus_sign: ➕ :hourglass: ⌛ :hourglass_flowing_sand: ⏳ :house: 🏠 :inbox_tray: 📥 :incoming_envelope: 📨 " +
	":information_source: ℹ️ :joy: 😂 :key: 🔑 :keyboard: ⌨️ :label: 🏷️ :large_blue_circle: 🔵 :large_blue_square: 🟦 " +
	":large_green_circle: 🟢 :large_green_square: 🟩 :large_orange_circle: 🟠 :large_orange_square: 🟧 " +
	":large_purple_circle: 🟣 :large_purple_square: 🟪 :large_red_square: 🟥 :large_yellow_circle: 🟡 " +
	":large_yellow_square: 🟨 :left_speech_bubble: 🗨️ :link: 🔗 :lock: 🔒 :loudspeaker: 📢 :mag: 🔍 :mag_right: 🔎 " +
	":mega: 📣 :memo: 📝 :minidisc: 💽 :moneybag: 💰 :muscle: 💪 :mute: 🔇 :name_badge: 📛 " +
	":negative_squared_cross_mark: ❎ :new: 🆕 :nine: 9️⃣ :no_bell: 🔕 :no_entry: ⛔ :no_entry_sign: 🚫 :notebook: 📓 " +
	":octagonal_sign: 🛑 :ok: 🆗 :ok_hand: 👌 :one: 1️⃣ :open_file_folder: 📂 :orange_circle: 🟠 :orange_square: 🟧 " +
	":outbox_tray: 📤 :package: 📦 :page_facing_up: 📄 :paperclip: 📎 :partying_face: 🥳 :pause_button: ⏸️ :pencil: 📝 " +
	":pensive: 😔 :phone: ☎️ :point_down: 👇 :point_left: 👈 :point_right: 👉 :point_up: ☝️ :pray: 🙏 :purple_circle: 🟣 " +
	":purple_square: 🟪 :pushpin: 📌 :question: ❓ :rage: 😡 :raised_hand: ✋ :raised_hands: 🙌 :receipt: 🧾 :recycle: ♻️ " +
	":red_circle: 🔴 :red_square: 🟥 :repeat: 🔁 :rewind: ⏪ :robot: 🤖 :robot_face: 🤖 :rocket: 🚀 :rotating_light: 🚨 " +
	":round_pushpin: 📍 :satellite_antenna: 📡 :scream: 😱 :seedling: 🌱 :seven: 7️⃣ :shield: 🛡️ :shrug: 🤷 " +
	":simple_smile: 🙂 :six: 6️⃣ :slightly_frowning_face: 🙁 :slightly_smiling_face: 🙂 :small_blue_diamond: 🔹 " +
	":small_orange_diamond: 🔸 :smile: 😄 :smiley: 😃 :sos: 🆘 :sparkles: ✨ :speech_balloon: 💬 " +
	":spiral_calendar_pad: 🗓️ :star: ⭐ :stopwatch: ⏱️ :sunny: ☀️ :sweat_smile: 😅 :tada: 🎉 :telephone: ☎️ " +
	":test_tube: 🧪 :thinking_face: 🤔 :thread: 🧵 :three: 3️⃣ :thumbsdown: 👎 :thumbsup: 👍 :ticket: 🎫 " +
	":timer_clock: ⏲️ :tools: 🛠️ :traffic_light: 🚦 :trophy: 🏆 :twisted_rightwards_arrows: 🔀 :two: 2️⃣ :unlock: 🔓 " +
	":vertical_traffic_light: 🚦 :warning: ⚠️ :wastebasket: 🗑️ :wave: 👋 :waving_white_flag: 🏳️ :white_check_mark: ✅ " +
	":white_circle: ⚪ :white_flag: 🏳️ :white_large_square: ⬜ :wink: 😉 :wrench: 🔧 :writing_hand: ✍️ :x: ❌ " +
	":yellow_circle: 🟡 :yellow_square: 🟨 :zap: ⚡ :zero: 0️⃣ :zzz: 💤 "

// emojiSymbol is the character of Slack's emoji name; empty if it is not in the table.
func emojiSymbol(name string) string {
	_, after, found := strings.Cut(emojiTable, ":"+name+": ")
	if !found {
		return ""
	}
	symbol, _, _ := strings.Cut(after, " ")
	return symbol
}
