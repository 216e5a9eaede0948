package memstore_test

import (
	"testing"

	"syncfix/bot"
	"syncfix/bot/memstore"
	"syncfix/bot/storetest"
)

func TestContract(t *testing.T) {
	storetest.Run(t, func(*testing.T) bot.Store { return memstore.New() }, nil)
}
