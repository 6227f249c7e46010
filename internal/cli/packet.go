package cli

import (
	"context"
	"fmt"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/report"
)

// offerPacket asks whether to pack the session for whoever must act now.
func (d *diagnosis) offerPacket(ctx context.Context, id string, r *diag.Report) error {
	to := "whoever can help"
	if r.HandOver != nil && r.HandOver.To != "" {
		to = r.HandOver.To
	}
	for {
		answer, err := d.wizard.Ask(ctx, diag.Question{
			ID: "packet", Text: "Make a file with all of this for " + to + "?",
			Help: "It says what was seen, measured and tried, and when. Passwords, codes, cookies and tokens are taken out wherever they are recognised, and e-mail addresses, public addresses and the names of computers and Wi-Fi get stand-ins. Look it through before you send it.",
			Choices: []diag.Choice{
				{ID: "yes", Text: "Yes, in this folder"}, {ID: "see", Text: "Let me see first what would be in it"}, {ID: "no", Text: "No", Unsure: true},
			},
		})
		if err != nil || len(answer.Choices) == 0 || answer.Choices[0] == "no" {
			return nil //nolint:nilerror // whoever stops here does not want it
		}
		packed, err := d.pastReport([]string{id}, false)
		if err != nil {
			return err
		}
		if answer.Choices[0] == "see" {
			if err := report.Preview(d.Stderr, packed); err != nil {
				return err
			}
			continue
		}
		return d.pack(d.packetName(packed), packed)
	}
}

// packetName is a name that no file has yet.
func (d *diagnosis) packetName(r *diag.Report) string {
	base := "authdoctor-" + r.Playbook.ID + "-" + d.Now().Format("2006-01-02")
	name := base + ".zip"
	for n := 2; ; n++ {
		f, err := d.OpenFile(name)
		if err != nil {
			return name
		}
		_ = f.Close()
		name = fmt.Sprintf("%s-%d.zip", base, n)
	}
}
