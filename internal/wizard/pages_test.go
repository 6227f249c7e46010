package wizard

import (
	"time"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// at is a fixed time for every clock in the tests.
func at() time.Time {
	return time.Date(2026, 3, 18, 14, 3, 7, 250e6, time.FixedZone("EST", -5*3600))
}

func symptomsQuestion() diag.Question {
	return diag.Question{
		ID: diag.AskSymptoms, Text: "What do you see?", Multi: true,
		Help: "Each thing that you tick makes some causes likelier and others less likely. Tick all that you have seen; leave the rest.",
		Choices: []diag.Choice{
			{ID: "rejected", Text: "The app says authentication failed when I sign in"},
			{ID: "drops", Text: "It signs me in, then signs me out again"},
			{ID: "stopped", Text: "My saved login suddenly stopped working"},
			{ID: "code", Text: "The two-factor code never arrives, is refused, or comes round again"},
			{ID: "roles", Text: "I am signed in but cannot arm, unlock or see cameras"},
			{ID: "changed", Text: "It began after a password was changed"},
		},
	}
}

func whereQuestion() diag.Question {
	return diag.Question{
		ID: diag.AskWhere, Text: "Where does it fail?", Help: "Every check measures this computer.",
		Choices: []diag.Choice{
			{ID: "here", Text: "On this computer"},
			{ID: "same-network", Text: "On another device on this network, such as a phone"},
			{ID: "elsewhere", Text: "In another place, such as on mobile data or on a server"},
			{ID: "everywhere", Text: "Everywhere I tried"},
			{ID: "not-sure", Text: "Not sure"},
		},
	}
}

func timeQuestion(known bool) diag.Question {
	q := diag.Question{
		ID: "phone-time", Text: "Does your phone show the same time, to the second?", Show: "corrected-time", OffsetKnown: known,
		Help: "A phone that is half a minute off makes codes that are refused.",
		Choices: []diag.Choice{
			{ID: "same", Text: "The same, within 2 seconds"}, {ID: "ahead", Text: "My phone is ahead"}, {ID: "behind", Text: "My phone is behind"},
		},
	}
	if known {
		q.OffsetSeconds = 94
	}
	return q
}

func serverQuestion() diag.Question {
	return diag.Question{ID: "server", Text: "Which mail server?", Choices: []diag.Choice{
		{ID: "known", Text: "The one of my provider"},
		{ID: "other", Text: "Another one", Input: "Name of the mail server, such as imap.example.org:"},
	}}
}

func repairQuestion() diag.Question {
	return diag.Question{
		ID: diag.AskRepair, Text: "What now?", Careful: []string{"your password. What fails here comes before it."},
		Finding: &diag.Check{
			Title: "Name lookup", Status: diag.Fail, Code: "dns.nxdomain", Summary: "no such name: www.alarm.com",
			Remedy: "Try the phone's mobile data, or restart the router; then run this again.",
		},
		Choices: []diag.Choice{
			{ID: "again", Text: "Check again"},
			{ID: "elsewhere", Text: "It fails on another device, away from this network"},
			{ID: "stop", Text: "Stop here"},
		},
	}
}

func pauseQuestion() diag.Question {
	return diag.Question{
		ID: diag.AskContinue, Text: "Only somebody else can mend this: the provider is down. What now?",
		Help:    "Wait for the provider; their status page says when it is over.",
		Finding: &diag.Check{Title: "Sign-in page", Status: diag.Warn, Code: "http.rate_limited", Reason: "asked to wait 60 s", Remedy: "Wait."},
		Choices: []diag.Choice{{ID: "stop", Text: "Stop here and wait"}, {ID: "continue", Text: "Continue anyway"}},
	}
}

func worseStep() diag.Instruction {
	step := passwordStep()
	step.Worse = []string{"Stop trying. No more passwords, on any device.", "Switch off whatever signs in by itself."}
	return step
}

func passwordStep() diag.Instruction {
	return diag.Instruction{
		ID: "confirm", Title: "Make sure of the password", Number: 1, Of: 5, Minutes: 6, Surface: "website", Highlight: true, PFix: .31,
		Do: []string{
			"Open a private window in a web browser. Type the address yourself; do not use a search result.",
			"Open the page where you pay your alarm company, or www.alarm.com/login",
			"Type login name and password by hand. The login name is often not the e-mail address.",
			"If it is refused, stop after the second try and choose \"Login Help\".",
			"If it lets you in, sign out again.",
			"Then open the app and sign in there, typing everything by hand.",
		},
		Why:     "If the web page takes it, the password is right and must not be changed.",
		Careful: []string{"A few failed tries can lock the account for some time."},
		More:    []string{"Reset the password:", "1. Choose Login Help on the login page.", "Careful: every device must sign in again after that."},
		Outcomes: []diag.Choice{
			{ID: diag.DidFixed, Text: "It works now"},
			{ID: "web-only", Text: "The web page let me in, but the app still refuses me"},
			{ID: "web-refused", Text: "The web page refuses me too"},
			{ID: diag.DidWorse, Text: "It got worse"},
			{ID: diag.DidUnverifiable, Text: "I could not try, or cannot tell"},
		},
	}
}

// skippableStep is unlikely to help, and begins with the way past it.
func skippableStep() diag.Instruction {
	s := passwordStep()
	s.Highlight, s.Unlikely, s.PFix = false, true, .01
	s.Outcomes = append([]diag.Choice{{ID: diag.DidUnverifiable, Text: "Skip this step"}}, s.Outcomes[:4]...)
	return s
}

func satisfiedStep() diag.Instruction {
	s := passwordStep()
	s.Satisfied, s.Proof, s.Highlight, s.Outcomes = true, "the web page let you in, so the password is right", false, nil
	return s
}

// likelyStep comes in the likeliest order, and says why.
func likelyStep() diag.Instruction {
	s := passwordStep()
	s.Now = "This comes first because it is the likeliest to help for its time: 31 in 100, 6 minutes."
	return s
}

func handOver() diag.Question {
	return diag.Question{
		ID: diag.AskHandOver, Text: "No step that is left is worth its time. What now?",
		Help:    "Turn to your alarm company. The likeliest of the steps is “Give the app a fresh session”: 2 in 100, 5 minutes.",
		Choices: []diag.Choice{{ID: diag.ChoiceStop, Text: "Hand over now"}, {ID: diag.ChoiceContinue, Text: "Go on with the steps"}},
	}
}

func retestStep() diag.Instruction {
	return diag.Instruction{
		ID: "retest", Title: "Prove that it works", Number: 5, Of: 5, Minutes: 25,
		Why:     "Only a whole round shows that it is really cured.",
		Careful: []string{"If you are not sure that you may arm the system, ask the alarm company for test mode first."},
		Checkpoints: []diag.Checkpoint{
			{ID: "sign-in", Title: "Sign in the way that failed before"},
			{ID: "arm", Title: "Arm the system with Stay, then disarm it", Before: []string{
				"Everyone is out of the sensors' way, doors and windows are shut.", "You have the keypad code in your hand.", "Use Stay, never Away.",
			}},
			{ID: "stays", Title: "Open the app again: you are still signed in", Minutes: 20, Postpone: true},
		},
	}
}

func someOpinion() *diag.Opinion {
	return &diag.Opinion{
		Leader:   diag.Ranked{ID: "changed", Title: "your password was changed on another device", Probability: .71},
		RunnerUp: diag.Ranked{ID: "stale", Title: "the app's stored sign-in is no longer valid", Probability: .18},
		PriorDB:  -4.8, PosteriorDB: 6,
		Weights: []diag.Weight{
			{Text: "it began after a password was changed", Decibans: 11.2},
			{Text: "it happens on one phone only", Decibans: -2.9},
			{Text: "the saved login stopped working", Decibans: 2.5},
			{Text: "the clock is right", Decibans: .1},
		},
		WouldChange: []diag.Change{{Text: "the code never arrives", LeaderTitle: "the code is delayed or blocked"}},
	}
}

// allPages is every kind of page there is, by name.
func allPages() map[string]page {
	w := New(Options{Now: at})
	return map[string]page{
		"symptoms":      w.questionPage(symptomsQuestion()),
		"where":         w.questionPage(whereQuestion()),
		"time":          w.questionPage(timeQuestion(true)),
		"time-unknown":  w.questionPage(timeQuestion(false)),
		"repair":        w.questionPage(repairQuestion()),
		"pause":         w.questionPage(pauseQuestion()),
		"step":          stepPage(passwordStep()),
		"step-likely":   stepPage(likelyStep()),
		"hand-over":     w.questionPage(handOver()),
		"satisfied":     satisfiedPage(satisfiedStep()),
		"retest":        retestPage(retestStep()),
		"checkpoint":    checkpointPage(retestStep(), 1, ""),
		"checkpoint-20": checkpointPage(retestStep(), 2, ""),
		"worse":         worsePage(worseStep()),
		"opinion":       opinionPage(someOpinion()),
		"message":       messagePage(),
		"entry":         entryPage("Name of the mail server, such as imap.example.org:"),
	}
}
