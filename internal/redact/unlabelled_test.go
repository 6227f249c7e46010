package redact

import (
	"bufio"
	"encoding/json"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Put together here, so that scanners of sources do not take them for real ones.
const (
	keyID     = "AKIA" + "IOSFODNN7EXAMPLE"
	accessKey = "wJalrXUtnFEMI/K7MDENG/" + "bPxRfiCYEXAMPLEKEY"
	otherKey  = "je7MtGbClwBF/2Zp9Utk/" + "h3yCo8nvbEXAMPLEK+9"
	setupKey  = "JBSWY3DP" + "EHPK3PXP"
	longKey   = "gezd gnbv gy3t qojq " + "gezd gnbv gy3t qojq"
)

func TestUnlabelled(t *testing.T) {
	for _, test := range []struct{ name, in, want string }{
		{"access key alone", accessKey, "[redacted:key]"},
		{"access key in a sentence", "it answers 403 with " + otherKey + ".", "it answers 403 with [redacted:key]."},
		{"beside its id", keyID + " " + accessKey, "[redacted:key] [redacted:key]"},
		{"before its id", accessKey + "," + keyID, "[redacted:key],[redacted:key]"},
		{"as a file of the console", "Access key ID,Secret access key\n" + keyID + "," + accessKey + "\n", "Access key ID,Secret access key\n[redacted:key],[redacted:key]\n"},
		{"as a file of s3fs", keyID + ":" + accessKey, "[redacted:key]:[redacted:key]"},
		{"credentials file", "[default]\naws_access_key_id=" + keyID + "\naws_secret_access_key=" + accessKey, "[default]\naws_access_key_id=[redacted:key]\naws_secret_access_key=[redacted:key]"},
		{"environment", "export AWS_SECRET_ACCESS_KEY=" + accessKey, "export AWS_SECRET_ACCESS_KEY=[redacted:key]"},
		{"environment without export", "$env:AWS_SECRET=\"" + accessKey + "\"", "$env:AWS_SECRET=\"[redacted:secret]\""},
		{"what aws configure asks", "AWS Secret Access Key [None]: " + accessKey, "AWS Secret Access Key [None]: [redacted:key]"},
		{"in an address", "s3://" + keyID + ":" + url.QueryEscape(accessKey) + "@bucket", "s3://" + "[redacted:key]:[redacted:password]@bucket"},
		{"encoded", "x=" + url.QueryEscape("/"+otherKey[1:]) + "&y=1", "x=[redacted:key]&y=1"},
		{"encoded in JSON", `{"x":"` + strings.ReplaceAll("/"+otherKey[1:], "/", `\/`) + `"}`, `{"x":"[redacted:key]"}`},
		{"behind a break that is spelt out", `"id ` + keyID + `\n` + accessKey + `\n"`, `"id [redacted:key]\n[redacted:key]\n"`},
		{"session token", "IQoJb3JpZ2lu" + strings.Repeat("X2VjEJv/+", 9) + "== expired", "[redacted:token] expired"},

		{"setup key alone", setupKey, "[redacted:secret]"},
		{"in small letters", strings.ToLower(setupKey), "[redacted:secret]"},
		{"with padding", "GEZDGNBVGY3TQOJQGEZDGNBVGY======", "[redacted:secret]"},
		{"in groups", longKey, "[redacted:secret]"},
		{"in groups of capitals", "JBSW Y3DP EHPK 3PXP", "[redacted:secret]"},
		{"in groups with dashes", "JBSW-Y3DP-EHPK-3PXP", "[redacted:secret]"},
		{"in groups with spaces that do not break", "jbsw\u00a0y3dp\u00a0ehpk\u00a03pxp", "[redacted:secret]"},
		{"groups that do not come out even", "MFRG GZDF MZTW Q2LK NB", "[redacted:secret]"},
		{"alone on its line", "This is it:\n  - " + setupKey + "\nand now?", "This is it:\n  - [redacted:secret]\nand now?"},
		{"behind a word", "Can't scan it? The setup key is " + setupKey, "Can't scan it? The setup key is [redacted:secret]"},
		{"behind a word, in groups", "Enter this key in the app: " + longKey + " (spaces don't matter)", "Enter this key in the app: [redacted:secret] (spaces don't matter)"},
		{"before a word", setupKey + " is what I typed as setup key", "[redacted:secret] is what I typed as setup key"},
		{"behind a key, in groups", "your secret: jbsw y3dp ehpk 3pxp, then go on", "your secret: [redacted:secret], then go on"},
		{"said, in groups", "my 2FA secret is 5ddv jnrc bgdv q2lk, I think", "my 2FA secret is [redacted:secret], I think"},
		{"app password in groups", "my app password: qwxz hjkl mnbv plok, still refused", "my app password: [redacted:password], still refused"},
		{"on the line behind the word", "Setup key\n" + setupKey, "Setup key\n[redacted:secret]"},
		{"between quotation marks", `the seed "` + setupKey + `" of the authenticator`, `the seed "[redacted:secret]" of the authenticator`},
	} {
		got := Text(test.in)
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: -want +got:\n%s", test.name, diff)
		}
		if again := Text(got); again != got {
			t.Errorf("%s: again: %q", test.name, again)
		}
	}
}

func TestUnlabelledLeavesAlone(t *testing.T) {
	const wrapped = "MIIBszCCAVmgAwIBAgIUc0Fq7x3B2mZk9Lr1Vt5Yw8Qh4JdTgNpRsWfXuEoKaCiH"
	for _, text := range []string{
		"da39a3ee5e6b4b0d3255bfef95601890afd80709",                     // a commit
		"DA39A3EE5E6B4B0D3255BFEF95601890AFD80709",                     // a fingerprint
		"com/microsoft/AzureStorageExplorer/issue",                     // 40 characters of an address
		"Resources/subscriptions/resourcegroups/w",                     //
		"TestExplainGoesOnAfterALineThatIsTooLong",                     // 40 characters of a name
		"TestSHA256WithRSAEncryptionAndX509KeysOk",                     // and with digits
		"aws s3 cp packages/example/secrets/db/versions/lat2",          //
		"sha256/" + "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",     // a pin
		wrapped + "\nq7Zt2Vb9Lk4Xn1Rw8Yc5Gh3Jm6Pd0SfT/aUe+IoQ\n",       // the last line of a certificate
		wrapped + `\nq7Zt2Vb9Lk4Xn1Rw8Yc5Gh3Jm6Pd0SfT/aUe+IoQ\n`,       //
		"SHA256:2Vb9Lk4Xn1Rw8Yc5Gh3Jm6Pd0SfTaUeIoQq7ZtWyBz1",           // of a key of SSH
		"nonce=\"q7Zt2Vb9Lk4Xn1Rw8Yc5Gh3Jm6Pd0SfT/aUe+IoQxyzA\"",       // longer
		"AUTHENTICATIONFAILED",                                         // codes
		"AUTHORIZATIONFAILED",                                          //
		"SHA256WITHRSAENCRYPTION",                                      //
		"HMACSHA256WITHAES256GCM",                                      //
		"invalid key: DATABASECHANGELOGLOCK",                           //
		"the key needs oauth2clientcredentials",                        //
		"key base64encodedstring",                                      //
		"principalId AROAJQABLZS4A3QDU576Q may not read the secret",    // ids of AWS
		"InvalidAccessKeyId; Request ID: H72X5BJ3YTBW2DKF; Host ID: x", //
		`the key is wrong, "requestId":"H72X5BJ3YTBW2DKF"`,             //
		"https://example.org/on/JBSWY3DPEHPK3PXP",                      // a path
		"user with such name", "quiz site they land", "bean with that name",
		"this code will work only once with your setup key",
		"smtp imap pop3 ldap",
		"set the key when your user does have some role with read only mode",
		"zyzyzyzyzyzyzyzyzyzyzyzyzyzyzyzy",
		"fefefefe2345abcdef23", "ABCD-EFGH", "WDJB-MJHT",
	} {
		if got := Text(text); got != text {
			t.Errorf("masked:\n %s\n %s", text, got)
		}
	}
}

// Secrets that a generator makes, wherever people put them: what is beside a
// word for it goes through in one of a hundred at most, what stands alone and
// has only 80 bits in one of fifteen.
func TestUnlabelledAtRandom(t *testing.T) {
	const base64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	r := rand.New(rand.NewPCG(7, 7))
	random := func(alphabet string, n int) string {
		b := make([]byte, n)
		for i := range b {
			b[i] = alphabet[r.IntN(len(alphabet))]
		}
		return string(b)
	}
	inGroups := func(s string) string {
		var b strings.Builder
		for i := range len(s) {
			if i > 0 && i%group == 0 {
				b.WriteByte(' ')
			}
			b.WriteByte(s[i])
		}
		return b.String()
	}
	for _, test := range []struct {
		name string
		most int // of 1000 that are not masked
		text func() string
	}{
		{"access key", 3, func() string { return random(base64, 40) }},
		{"access key in a sentence", 3, func() string { return "it says " + random(base64, 40) + " is wrong" }},
		{"access key beside its id", 0, func() string { return keyID + " / " + random(base64, 40) }},
		{"16 letters", 40, func() string { return random(base32Alphabet, 16) }},
		{"16 letters in groups", 70, func() string { return strings.ToLower(inGroups(random(base32Alphabet, 16))) }},
		{"16 letters behind a word", 10, func() string { return "the setup key is " + random(base32Alphabet, 16) + " here" }},
		{"32 letters", 5, func() string { return random(base32Alphabet, 32) }},
		{"32 letters in groups", 5, func() string { return strings.ToLower(inGroups(random(base32Alphabet, 32))) }},
		{"32 letters in groups behind a word", 2, func() string {
			return "enter this key: " + strings.ToLower(inGroups(random(base32Alphabet, 32))) + " (spaces don't matter)"
		}},
	} {
		missed := 0
		for range 1000 {
			if text := test.text(); Text(text) == text {
				missed++
			}
		}
		t.Logf("%-40s %d of 1000 not masked", test.name, missed)
		if missed > test.most {
			t.Errorf("%s: %d of 1000 are not masked, more than %d", test.name, missed, test.most)
		}
	}
}

const base32Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"

// None of the messages that explain is held to has such a secret in it, so
// that none may be masked.
func TestUnlabelledIsInNoMessage(t *testing.T) {
	files, err := filepath.Glob("../../testdata/explain/*/*.jsonl")
	if err != nil || len(files) == 0 {
		t.Fatal(err, len(files))
	}
	for _, name := range files {
		file, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		lines := bufio.NewScanner(file)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			var message struct{ Text string }
			if err := json.Unmarshal(lines.Bytes(), &message); err != nil {
				t.Fatal(err)
			}
			sc := scanner{s: message.Text}
			for i := 0; i < len(sc.s); i++ {
				if !inWord(sc.s[i]) {
					continue
				}
				w := sc.wordAt(i)
				if !strings.HasPrefix(sc.text(w), "AKIA") {
					sc.accessKey(w)
					sc.setupKey(w)
				}
				i = w.to
			}
			for _, span := range sc.spans {
				t.Errorf("%s: %q is taken for a %s", name, sc.s[span.from:span.to], span.kind)
			}
		}
		if err := lines.Err(); err != nil {
			t.Fatal(name, err)
		}
	}
}
