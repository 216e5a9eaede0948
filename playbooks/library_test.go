package playbooks

import "testing"

func TestEmbeddedPlaybooksLoad(t *testing.T) {
	l, err := Load("")
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := l.Get("oracle-netsuite-login"); !ok {
		t.Fatal("oracle-netsuite-login is not embedded")
	}
}
