package explain_test

import "testing"

// What somebody did himself, things of a kind and an offer to others are no
// refusal; what was done to whoever tells it is one.
func TestWhatNobodyMetIsNoRefusal(t *testing.T) {
	judge(t, map[string]bool{
		"I locked his account after he left, says our policy":                             false,
		"We've suspended two accounts of former interns this morning":                     false,
		"They suspended my account this morning":                                          true,
		"We have suspended your account":                                                  true,
		"The helpdesk gets 40 calls a week about locked accounts":                         false,
		"The helpdesk complains about locked accounts, my own account is locked too":      true,
		"Account locked? Call us, we open it within the hour":                             false,
		"Account locked? I typed my password only once":                                   true,
		"The old API key was revoked after the new one had been rolled out":               false,
		"My API key was revoked":                                                          true,
		"I removed the old user from my NAS, so he can't log in any longer":               false,
		"They removed my user from the NAS and I can't log in any longer":                 true,
		"I've been kicked out of my band because I was late":                              false,
		"I've been kicked out of my account again":                                        true,
		"The vet says my dog is not allowed to eat grapes":                                false,
		"It says my account is not allowed to open the folder":                            true,
		"Members who were banned can write to the board":                                  false,
		"Will I be logged out when I change my address?":                                  false,
		"Why am I logged out when I change my address? It keeps logging me out":           true,
		"Falls das Kennwort falsch ist, wird das Konto gesperrt.":                         false,
		"Wenn ich mich anmelde, steht da: Konto gesperrt":                                 true,
		"Is the account locked? No, and it never was":                                     false,
		"I think the wording \"invalid username or password\" is better than the old one": false,
	})
}
