package logs

import "testing"

// A name is taken out of a text as a whole: who is called ann is not in "cannot".
func TestANameIsNoPartOfAWord(t *testing.T) {
	for text, want := range map[string]string{
		"cannot find ann: ann's key, (ann)": "cannot find x: x's key, (x)",
		"annann ann":                        "annann x",
		"ann":                               "x",
		"nothing":                           "nothing",
		"ann1 ann-a":                        "x1 x-a",
	} {
		if got := withoutName(text, "ann"); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
	if got := withoutName("from 10.0.0.1:22 and x10.0.0.1y", "10.0.0.1"); got != "from x:22 and xxy" {
		t.Errorf("an address: %q", got)
	}
}
