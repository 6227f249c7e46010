package probe

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"time"

	"github.com/gosnmp/gosnmp"
)

// The library is used to write and to read messages, not to talk. What it
// makes of a refusal is one text without a type for a wrong key, an unknown
// user and an unsupported level alike (v1.47.0: "incoming packet is not
// authentic, discarding"), and it settles a time window without a word. The
// report itself tells them apart.

const (
	snmpSysUpTime = ".1.3.6.1.2.1.1.3.0"
	// snmpJunk datagrams that are no answer are passed over before an agent
	// counts as sending rubbish.
	snmpJunk = 64
)

// An snmpTalk exchanges datagrams with one agent until its context ends.
type snmpTalk struct {
	conn   net.Conn
	until  time.Time
	stop   func() bool
	waited time.Duration // the longest silence
}

func newSNMPTalk(ctx context.Context, conn net.Conn) *snmpTalk {
	until, _ := ctx.Deadline()
	return &snmpTalk{
		conn: conn, until: until.Add(-snmpReserve),
		stop: context.AfterFunc(ctx, func() { _ = conn.Close() }),
	}
}

// left is the time that is left for questions.
func (t *snmpTalk) left() time.Duration { return max(0, time.Until(t.until)) }

// ask sends a datagram and hears until read accepts one, for as long as wait.
// What read does not accept is rubbish, or somebody guessing. Where everything
// ended before the wait did, on a machine that was late, it was a silence too.
func (t *snmpTalk) ask(datagram []byte, wait time.Duration, read func([]byte) bool) error {
	started := time.Now()
	err := t.exchange(datagram, started.Add(wait), read)
	if errors.Is(err, net.ErrClosed) || errors.Is(err, io.ErrClosedPipe) {
		err = os.ErrDeadlineExceeded
	}
	if isSilence(err) {
		t.waited = max(t.waited, time.Since(started))
	}
	return err
}

func (t *snmpTalk) exchange(datagram []byte, until time.Time, read func([]byte) bool) error {
	if err := t.conn.SetDeadline(until); err != nil {
		return err
	}
	if _, err := t.conn.Write(datagram); err != nil {
		return err
	}
	buffer := make([]byte, 65535) // the largest datagram there is
	for junk := range snmpJunk {
		n, err := t.conn.Read(buffer)
		if err != nil && junk > 0 {
			return errRubbish
		}
		if err != nil {
			return err
		}
		if read(bytes.Clone(buffer[:n])) {
			return nil
		}
	}
	return errRubbish
}

// askCommunity asks with version 2c for the time since the agent started.
func (t *snmpTalk) askCommunity(community string, wait time.Duration) (*gosnmp.SnmpPacket, error) {
	id := snmpID()
	question := &gosnmp.SnmpPacket{
		Version: gosnmp.Version2c, Community: community, PDUType: gosnmp.GetRequest, RequestID: id, Variables: wantUpTime(),
	}
	datagram, err := question.MarshalMsg()
	if err != nil {
		return nil, err
	}
	var answer *gosnmp.SnmpPacket
	err = t.ask(datagram, wait, func(heard []byte) bool {
		answer, err = decodeSNMP(&gosnmp.GoSNMP{Version: gosnmp.Version2c}, heard)
		return err == nil && answer.Version == gosnmp.Version2c && answer.PDUType == gosnmp.GetResponse && answer.RequestID == id
	})
	return answer, err
}

// An snmpEngine is what an agent tells about itself: its name, how often it
// has started, and the seconds since.
type snmpEngine struct {
	id          string // 5 to 32 bytes
	boots, time uint32
}

func (e snmpEngine) tell(facts map[string]any) {
	facts["engine_id"] = hex.EncodeToString([]byte(e.id))
	facts["engine_boots"] = int64(e.boots)
	facts["engine_time_s"] = int64(e.time)
}

// valid: RFC 3411, 5, SnmpEngineID.
func (e snmpEngine) valid() bool { return len(e.id) >= 5 && len(e.id) <= 32 }

// discover asks an agent who it is, with neither user nor key (RFC 3414, 4).
// Agents answer with a report of either name.
func (t *snmpTalk) discover(wait time.Duration) (snmpEngine, error) {
	id := snmpID()
	question := &gosnmp.SnmpPacket{
		Version: gosnmp.Version3, MsgFlags: gosnmp.Reportable, SecurityModel: gosnmp.UserSecurityModel,
		SecurityParameters: &gosnmp.UsmSecurityParameters{}, PDUType: gosnmp.GetRequest, MsgID: id, RequestID: id,
	}
	datagram, err := question.MarshalMsg()
	if err != nil {
		return snmpEngine{}, err
	}
	var engine snmpEngine
	read := func(heard []byte) bool {
		packet, err := decodeSNMP(plainReader(), heard)
		if err != nil || packet.MsgID != id || packet.PDUType != gosnmp.Report {
			return false
		}
		engine = engineOf(packet)
		return engine.valid()
	}
	started := time.Now()
	for range 2 { // a datagram can get lost
		if err = t.ask(datagram, wait/2, read); err == nil || !isSilence(err) {
			break
		}
	}
	if isSilence(err) {
		t.waited = time.Since(started)
	}
	return engine, err
}

// An snmpReply is what an agent said: a response, or a report of what it did
// not like.
type snmpReply struct {
	packet *gosnmp.SnmpPacket
	report string // its object, such as notInTimeWindows; empty for a response
	signed bool   // with the user's authentication key
}

func (r snmpReply) engine() snmpEngine { return engineOf(r.packet) }

// askUser asks with version 3. A response counts only if it bears the level
// that was asked with; a report counts anyhow, for most are not signed.
func (t *snmpTalk) askUser(plan snmpPlan, level gosnmp.SnmpV3MsgFlags, engine snmpEngine, wait time.Duration) (snmpReply, error) {
	id := snmpID()
	user := plan.parameters(level, engine)
	question := &gosnmp.SnmpPacket{
		Version: gosnmp.Version3, MsgFlags: level | gosnmp.Reportable, SecurityModel: gosnmp.UserSecurityModel,
		SecurityParameters: user, ContextEngineID: engine.id, ContextName: plan.context,
		PDUType: gosnmp.GetRequest, MsgID: id, RequestID: id, Variables: wantUpTime(),
	}
	if err := user.InitSecurityKeys(); err != nil {
		return snmpReply{}, errors.New("the user's keys cannot be made")
	}
	datagram, err := question.MarshalMsg()
	if err != nil {
		return snmpReply{}, err
	}
	reader := &gosnmp.GoSNMP{
		Version: gosnmp.Version3, MsgFlags: level, SecurityModel: gosnmp.UserSecurityModel,
		SecurityParameters: plan.parameters(level, engine),
	}
	var reply snmpReply
	err = t.ask(datagram, wait, func(heard []byte) bool {
		reply = readReply3(reader, heard)
		switch {
		case reply.packet == nil || reply.packet.MsgID != id:
			return false
		case reply.report != "":
			return true
		}
		return reply.packet.PDUType == gosnmp.GetResponse && reply.packet.RequestID == id && reply.packet.MsgFlags&gosnmp.AuthPriv == level
	})
	return reply, err
}

// readReply3 reads a message that the user's key vouches for, or else a report
// in clear text. A reply without a packet is neither.
func readReply3(reader *gosnmp.GoSNMP, heard []byte) snmpReply {
	packet, err := safely(func() (*gosnmp.SnmpPacket, error) { return reader.UnmarshalTrap(bytes.Clone(heard), false) })
	if err == nil {
		signed := reader.MsgFlags&gosnmp.AuthNoPriv != 0
		return snmpReply{packet: packet, report: reportOf(packet), signed: signed}
	}
	packet, err = decodeSNMP(plainReader(), heard)
	if err == nil && packet.Version == gosnmp.Version3 && reportOf(packet) != "" {
		return snmpReply{packet: packet, report: reportOf(packet)}
	}
	return snmpReply{}
}

// parameters are the user's, for one message to that engine.
func (p snmpPlan) parameters(level gosnmp.SnmpV3MsgFlags, engine snmpEngine) *gosnmp.UsmSecurityParameters {
	user := &gosnmp.UsmSecurityParameters{
		UserName: p.user, AuthoritativeEngineID: engine.id,
		AuthoritativeEngineBoots: engine.boots, AuthoritativeEngineTime: engine.time,
		AuthenticationProtocol: gosnmp.NoAuth, PrivacyProtocol: gosnmp.NoPriv,
	}
	if level&gosnmp.AuthNoPriv != 0 {
		user.AuthenticationProtocol, user.AuthenticationPassphrase = p.auth.protocol, p.auth.Password.Reveal()
	}
	if level == gosnmp.AuthPriv {
		user.PrivacyProtocol, user.PrivacyPassphrase = p.privacy.protocol, p.privacy.Password.Reveal()
		user.PrivacyParameters = make([]byte, 8) // the salt of this message
		_, _ = rand.Read(user.PrivacyParameters) // never fails
	}
	return user
}

// plainReader reads messages without a key. The library wants some user name.
func plainReader() *gosnmp.GoSNMP {
	return &gosnmp.GoSNMP{
		Version: gosnmp.Version3, SecurityModel: gosnmp.UserSecurityModel,
		SecurityParameters: &gosnmp.UsmSecurityParameters{UserName: "none"},
	}
}

func decodeSNMP(reader *gosnmp.GoSNMP, heard []byte) (*gosnmp.SnmpPacket, error) {
	return safely(func() (*gosnmp.SnmpPacket, error) { return reader.SnmpDecodePacket(bytes.Clone(heard)) })
}

// safely reads rubbish as rubbish, whatever the library makes of it.
func safely(read func() (*gosnmp.SnmpPacket, error)) (packet *gosnmp.SnmpPacket, err error) {
	defer func() {
		if crash := recover(); crash != nil {
			packet, err = nil, fmt.Errorf("%w: %v", errRubbish, crash)
		}
	}()
	return read()
}

// engineOf is who sent a message of version 3.
func engineOf(packet *gosnmp.SnmpPacket) snmpEngine {
	user, ok := packet.SecurityParameters.(*gosnmp.UsmSecurityParameters)
	if !ok {
		return snmpEngine{}
	}
	return snmpEngine{id: user.AuthoritativeEngineID, boots: user.AuthoritativeEngineBoots, time: user.AuthoritativeEngineTime}
}

func reportOf(packet *gosnmp.SnmpPacket) string {
	if packet.PDUType != gosnmp.Report || len(packet.Variables) != 1 {
		return ""
	}
	return packet.Variables[0].Name
}

func wantUpTime() []gosnmp.SnmpPDU {
	return []gosnmp.SnmpPDU{{Name: snmpSysUpTime, Type: gosnmp.Null}}
}

// snmpID is a number that nobody can guess who does not see the question. Both
// ids have 31 bits: RFC 3412, 6, and RFC 3416, 3.
func snmpID() uint32 {
	var raw [4]byte
	_, _ = rand.Read(raw[:]) // never fails
	return binary.BigEndian.Uint32(raw[:]) & 0x7fffffff
}

// isSilence reports whether nothing at all came back.
func isSilence(err error) bool { return explainNet(err) == faultTimeout }
