package diagnose

import "testing"

func TestNormalize(t *testing.T) {
	const want = "sync did not finish successfully your login credentials are invalid expired"
	for name, text := range map[string]string{
		"as the article prints it": "Sync didn't finish successfully! Your login credentials are invalid/expired",
		"curly quote":              "Sync didn’t finish successfully! Your login credentials are invalid/expired",
		"written out":              "Sync did not finish successfully! Your login credentials are invalid/expired",
		"apostrophe lost":          "Sync didnt finish successfully. Your login credentials are invalid / expired",
		"apostrophe a space":       "Sync didn t finish successfully - Your login credentials are invalid-expired",
		"capitals":                 "SYNC DIDN'T FINISH SUCCESSFULLY! YOUR LOGIN CREDENTIALS ARE INVALID/EXPIRED",
		"entities":                 "Sync didn&#39;t finish successfully!&nbsp;Your login credentials are invalid&#x2F;expired",
		"bold and code":            "*Sync didn't* finish _successfully_! `Your login` ~credentials~ are ```invalid/expired```",
		"link with a label":        "<https://example.com/a-b-c|Sync didn't finish successfully!> Your login credentials are invalid/expired",
		"bare link goes":           "Sync didn't finish successfully! https://example.com/your-login-works Your login credentials are invalid/expired",
		"mentions go":              "<!channel> <@U123> Sync didn't finish successfully! <#C1|help> Your login credentials are invalid/expired",
		"line breaks and quoting":  "> Sync didn't\r\n> finish successfully!\n> Your login credentials are\n> invalid/expired",
		"quoting as entity":        "&gt; Sync didn't finish successfully!\n&gt; Your login credentials are invalid/expired",
		"zero width":               "Sy\u200bnc di\u2060dn't fin\ufeffish success\u00adfully! Your login credentials are invalid/expired",
		"ligature":                 "Sync didn't ﬁnish successfully! Your login credentials are invalid/expired",
		"full width":               "Ｓｙｎｃ didn't finish successfully！ Your login credentials are invalid／expired",
		"html":                     "<p>Sync didn't finish <b>successfully!</b><br/>Your login credentials are invalid/expired</p>",
	} {
		t.Run(name, func(t *testing.T) {
			if got := Normalize(text); got != want {
				t.Errorf("Normalize(%q)\n got %q\nwant %q", text, got, want)
			}
		})
	}
}

func TestNormalizeWords(t *testing.T) {
	for text, want := range map[string]string{
		"":                           "",
		"…!?":                        "",
		"Can't, won't, cannot":       "can not will not can not",
		"t":                          "t",
		"n t, login t, cant, wont":   "n t login t can not will not",
		"INVALID_LOGIN_CREDENTIALS.": "invalid_login_credentials",
		"_TWO_FA_REQD_":              "two_fa_reqd",
		"Error logging in : null.":   "error logging in null",
		"a < b and c > d":            "a b and c d",
		"__0 ___ _ a__":              "0 a",
		"<1234567_SB2>":              "1234567_sb2",
		"✅ Resolved":                 "white_check_mark resolved",
		"Größe ÉTÉ":                  "größe été",
		"<mailto:a@b.com|a@b.com>":   "a b com",
		"\xff\xfe":                   "",
	} {
		if got := Normalize(text); got != want {
			t.Errorf("Normalize(%q) = %q, want %q", text, got, want)
		}
	}
}
