package logs_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/authdoctor/authdoctor/internal/logs"
)

// An act is one record of a sign-in log of Entra.
type act struct {
	minute        int
	user, session string
	code          int
	source        string
}

func (a act) json() string {
	return fmt.Sprintf(`{"createdDateTime":"2026-05-30T10:%02d:00Z","userPrincipalName":%q,"appDisplayName":"Mail","ipAddress":%q,"correlationId":%q,"status":{"errorCode":%d,"failureReason":"x"}}`, a.minute, a.user, a.source, a.session, a.code)
}

func (a act) csv() string {
	word := "Failure"
	switch a.code {
	case 0:
		word = "Success"
	case 50074, 50140, 65001:
		word = "Interrupted"
	}
	return fmt.Sprintf(`2026-05-30T10:%02d:00Z,r,"Mozilla/5.0 (X11, ""quoted"")",%s,%s,Mail,%s,%s,%d,"x, y"`, a.minute, a.session, a.user, a.source, word, a.code)
}

const csvHeader = "\ufeffDate (UTC),Request ID,User agent,Correlation ID,Username,Application,IP address,Status,Sign-in error code,Failure reason\r\n"

// A question in the middle of a sign-in is no failure, unless nothing came
// after it; whether the log is written from its beginning or from its end.
func TestStepsOfASignIn(t *testing.T) {
	type m = map[string]int
	const home = "203.0.113.5"
	for _, tt := range []struct {
		name   string
		acts   []act
		causes m
		steps  int
	}{
		{"a code is asked for, and given", []act{{0, "ann", "s1", 50074, home}, {1, "ann", "s1", 0, home}}, m{}, 1},
		{"another session, at the same time", []act{{0, "ann", "s1", 50074, home}, {1, "ann", "s2", 0, home}}, m{}, 1},
		{"much later, another sign-in", []act{{0, "ann", "s1", 50074, home}, {40, "ann", "s2", 0, home}}, m{"mfa_required": 1}, 1},
		{"the same sign-in, much later", []act{{0, "ann", "s1", 50074, home}, {40, "ann", "s1", 0, home}}, m{}, 1},
		{"the code is wrong: one failure, its own", []act{{0, "ann", "s1", 50074, home}, {1, "ann", "s1", 500121, home}}, m{"mfa_failed": 1}, 1},
		{"nothing comes after it", []act{{0, "ann", "s1", 50074, home}}, m{"mfa_required": 1}, 1},
		{"several questions, then nothing", []act{{0, "ann", "s1", 50074, home}, {1, "ann", "s1", 50074, home}, {2, "ann", "s1", 50074, home}}, m{"mfa_required": 1}, 3},
		{"somebody else's success ends nothing", []act{{0, "ann", "s1", 50074, home}, {1, "bob", "s2", 0, home}}, m{"mfa_required": 1}, 1},
		{"stay signed in? and the window is closed", []act{{0, "ann", "s1", 50140, home}}, m{}, 1},
		{"nobody has agreed to the app", []act{{0, "ann", "s1", 65001, home}}, m{"consent_required": 1}, 1},
		{"a wrong password is no step", []act{{0, "ann", "s1", 50126, home}, {1, "ann", "s1", 0, home}}, m{"wrong_credentials": 1}, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var forth, back, table string
			for _, a := range tt.acts {
				forth += a.json() + "\n"
				back = a.json() + "\n" + back
				table = a.csv() + "\r\n" + table
			}
			for format, text := range map[string]string{"forth": forth, "back": back, "array": "[" + strings.ReplaceAll(strings.TrimSpace(back), "\n", ",\n") + "]", "csv": csvHeader + table} {
				r := read(t, logs.Options{}, text)
				if diff := cmp.Diff(tt.causes, flat(r.ByCause)); diff != "" || r.Interrupts != tt.steps || r.Unreadable != 0 {
					t.Errorf("%s: %d steps, %d unreadable, -want +got\n%s%+v", format, r.Interrupts, r.Unreadable, diff, r.Broken)
				}
			}
		})
	}
}

// Only the steps behind the password show that an attacker has it.
func TestAPasswordThatOnlyTheSecondStepProtects(t *testing.T) {
	spray := func(last act) string {
		var b strings.Builder
		for i := range 30 {
			b.WriteString(act{i, fmt.Sprintf("u%d@example.org", i), fmt.Sprintf("s%d", i), 50126, "203.0.113.66"}.json() + "\n")
		}
		return b.String() + last.json() + "\n"
	}
	for _, tt := range []struct {
		last act
		want string
	}{
		{act{40, "ann@example.org", "x", 50076, "203.0.113.66"}, logs.ReadKnown},
		{act{40, "ann@example.org", "x", 0, "203.0.113.66"}, logs.ReadTaken},
		{act{40, "ann@example.org", "x", 50058, "203.0.113.66"}, logs.ReadSpray},
		{act{40, "ann@example.org", "x", 50076, "203.0.113.5"}, logs.ReadSpray},
	} {
		r := read(t, logs.Options{}, spray(tt.last))
		if r.Verdict.Reading != tt.want {
			t.Errorf("%d from %s: %s, want %s", tt.last.code, tt.last.source, r.Verdict.Reading, tt.want)
		}
		if tt.want == logs.ReadKnown && !strings.Contains(r.Verdict.Summary, "ann@example.org was accepted at the attacking address 203.0.113.66 at 2026-05-30 10:40 UTC; the second step stopped it") {
			t.Error(r.Verdict.Summary)
		}
	}
}

// What other tools make of the same log.
func TestTablesOfSignIns(t *testing.T) {
	for name, text := range map[string]string{
		"semicolons, and times of a spreadsheet": "Date;User;Username;IP address;Status;Failure reason\n30/05/2026 10:00;Ann;ann@example.org;203.0.113.5;Failure;\"AADSTS50126: Error; validating\"\n",
		"months in front":                        "Date (UTC),Username,IP address,Status,Sign-in error code\n\"5/30/2026, 10:00:00 AM\",ann@example.org,203.0.113.5,Failure,50126\n",
		"Log Analytics":                          "TimeGenerated [UTC],UserPrincipalName,IPAddress,ResultType,ResultDescription\n2026-05-30T10:00:00Z,ann@example.org,203.0.113.5,50126,Invalid\n",
		"a reason over two lines":                "Date (UTC),Username,IP address,Sign-in error code,Failure reason\n2026-05-30T10:00:00Z,ann@example.org,203.0.113.5,50126,\"Invalid\nor so\"\n",
	} {
		r := read(t, logs.Options{}, text)
		if r.Files[0].Format != "csv" || r.Failures != 1 || r.Unreadable != 0 || r.ByUser[0].Key != "ann@example.org" || r.BySource[0].Key != "203.0.113.5" || r.ByCause[0].Key != "wrong_credentials" ||
			r.First == nil || r.First.Format("2006-01-02 15:04") != "2026-05-30 10:00" {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

// A broken row costs itself, and is shown.
func TestBrokenRows(t *testing.T) {
	good := act{1, "ann", "s", 50126, "203.0.113.5"}.csv() + "\r\n"
	r := read(t, logs.Options{}, csvHeader+good+"2026-05-30T10:00:00Z,too,few\r\n"+good+"2026-05-30T10:00:00Z,\"never closed,x\r\n"+good+good)
	want := []logs.Broken{
		{Place: "test.log:3", Reason: "3 columns, and the header has 10", Text: "2026-05-30T10:00:00Z,too,few"},
		{Place: "test.log:5", Text: "2026-05-30T10:00:00Z,\"never closed,x"},
	}
	if r.Unreadable != 2 || r.Failures != 4 || r.Lines != 6 || len(r.Broken) != 2 {
		t.Fatalf("%d unreadable, %d failures, %d rows: %+v", r.Unreadable, r.Failures, r.Lines, r.Broken)
	}
	if !strings.Contains(r.Broken[1].Reason, "\"") {
		t.Errorf("%q does not tell of the quote", r.Broken[1].Reason)
	}
	r.Broken[1].Reason = ""
	if diff := cmp.Diff(want, r.Broken); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if r := read(t, logs.Options{}, csvHeader); r.Lines != 0 || !r.Files[0].Empty || r.Verdict.Status != logs.StatusInconclusive {
		t.Errorf("a header alone: %d rows, %+v", r.Lines, r.Verdict)
	}
	if r := read(t, logs.Options{Format: "csv"}, "a,b\n1,2\n"); r.Verdict.Status != logs.StatusInconclusive {
		t.Errorf("a table without a header: %+v", r.Verdict)
	}
}

// Azure Monitor puts the record into another one.
func TestAzureMonitor(t *testing.T) {
	inner := act{0, "ann", "s", 50126, "203.0.113.5"}.json()
	program := strings.Replace(act{1, "x", "t", 7000215, "203.0.113.6"}.json(), `"userPrincipalName":"x"`, `"servicePrincipalName":"nightly"`, 1)
	text := fmt.Sprintf(`{"records":[{"time":"2026-05-30T10:00:00Z","category":"SignInLogs","properties":%s},{"category":"ServicePrincipalSignInLogs","properties":%s}]}`, inner, program)
	r := read(t, logs.Options{}, text)
	if diff := cmp.Diff(map[string]int{"ann": 1, "nightly": 1}, flat(r.ByUser)); diff != "" || r.Untimed != 0 {
		t.Errorf("%d without a time, -want +got\n%s", r.Untimed, diff)
	}
}
