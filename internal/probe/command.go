package probe

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"time"
)

// mostCommandBytes bounds what a command may say.
const mostCommandBytes = 64 << 10

// runCommand runs a program of this computer, in English and in UTC, and gives
// the beginning of what it says. It ends with ctx, whatever the program does.
func runCommand(ctx context.Context, name string, args ...string) ([]byte, error) {
	said := &boundedBuffer{most: mostCommandBytes}
	c := exec.CommandContext(ctx, name, args...)
	c.Env = append(os.Environ(), "LC_ALL=C", "TZ=UTC")
	c.Stdout = said
	c.WaitDelay = 100 * time.Millisecond // for children that keep its output open
	err := c.Run()
	return said.kept.Bytes(), err
}

// A boundedBuffer keeps the beginning of what is written and lets go of the
// rest. It has no other method than Write: whoever copies into it would use
// that of the buffer inside, which keeps everything.
type boundedBuffer struct {
	kept bytes.Buffer
	most int
}

// Write never fails: whoever writes need not know that nobody reads on.
func (b *boundedBuffer) Write(p []byte) (int, error) {
	_, _ = b.kept.Write(p[:min(len(p), max(0, b.most-b.kept.Len()))])
	return len(p), nil
}
