package main

import (
	"syncfix/bot/schedule"
)

// checkDigest checks the digest's time, which means something only together with
// its time zone.
func checkDigest(c *config) problems {
	if c.digest == "off" {
		c.digest = ""
		return nil
	}
	if c.digest == "" {
		return nil
	}
	if err := schedule.Parse(c.digest, c.settings.DigestZone); err != nil {
		return problems{{"SYNCFIX_DIGEST " + wrong(c.digest, err.Error()).Error() + ".", digestWhere}}
	}
	return nil
}
