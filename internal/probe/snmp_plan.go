package probe

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/gosnmp/gosnmp"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// longestCommunity is what the library can put into a message. RFC 3584 sets
// no limit, and nobody types more.
const longestCommunity = 127

// An snmpPlan says whom to ask, and with what.
type snmpPlan struct {
	address   string // host:port
	version   gosnmp.SnmpVersion
	community diag.Secret
	user      string
	level     gosnmp.SnmpV3MsgFlags
	auth      snmpKey[gosnmp.SnmpV3AuthProtocol]
	privacy   snmpKey[gosnmp.SnmpV3PrivProtocol]
	context   string
}

// An snmpKey is a password and the protocol that it is for.
type snmpKey[P any] struct {
	Password diag.Secret
	protocol P
	name     string
}

// bare: no credential was given.
func (p snmpPlan) bare() bool { return p.version == gosnmp.Version3 && p.user == "" }

// levelName is the security level as RFC 3411 calls it.
func (p snmpPlan) levelName() string {
	switch p.level {
	case gosnmp.AuthPriv:
		return "authPriv"
	case gosnmp.AuthNoPriv:
		return "authNoPriv"
	}
	return "noAuthNoPriv"
}

func snmpAuthProtocols() map[string]gosnmp.SnmpV3AuthProtocol {
	return map[string]gosnmp.SnmpV3AuthProtocol{
		"MD5": gosnmp.MD5, "SHA": gosnmp.SHA, "SHA224": gosnmp.SHA224,
		"SHA256": gosnmp.SHA256, "SHA384": gosnmp.SHA384, "SHA512": gosnmp.SHA512,
	}
}

// AES192C and AES256C extend the key as some makers do (draft-reeder), AES192
// and AES256 as others (draft-blumenthal). Neither became a standard.
func snmpPrivacyProtocols() map[string]gosnmp.SnmpV3PrivProtocol {
	return map[string]gosnmp.SnmpV3PrivProtocol{
		"DES": gosnmp.DES, "AES": gosnmp.AES, "AES192": gosnmp.AES192, "AES256": gosnmp.AES256,
		"AES192C": gosnmp.AES192C, "AES256C": gosnmp.AES256C,
	}
}

// planSNMP reads the parameters, and the secrets that they name.
func planSNMP(env Env, with Params) (snmpPlan, error) {
	address, err := completeAddress(with["address"], snmpPort)
	if err != nil {
		return snmpPlan{}, fmt.Errorf("address: %w", err)
	}
	plan := snmpPlan{address: address, version: gosnmp.Version3, user: with["user"], context: with["context"]}
	if err := plan.chooseVersion(with); err != nil {
		return plan, err
	}
	if plan.version == gosnmp.Version2c {
		plan.community, err = readSNMPSecret(env, "community-file", with["community-file"])
		if n := len(plan.community.Reveal()); err == nil && n > longestCommunity {
			err = fmt.Errorf("community-file: a community of %d bytes cannot be sent, %d is the most", n, longestCommunity)
		}
		return plan, err
	}
	return plan, plan.readKeys(env, with)
}

// snmpPort is where an agent listens: RFC 3417.
const snmpPort = "161"

// chooseVersion holds the parameters against each other.
func (p *snmpPlan) chooseVersion(with Params) error {
	community := with["community-file"] != ""
	version := with["version"]
	if version == "" {
		version = "3"
		if community && p.user == "" {
			version = "2c"
		}
	}
	switch {
	case version != "2c" && version != "3":
		return errors.New("version: must be 2c or 3")
	case version == "2c" && !community:
		return errors.New("version 2c needs --community-file")
	case version == "3" && community:
		return errors.New("version 3 has users, not communities: leave --community-file away")
	case version == "2c" && (p.user != "" || with["auth-file"] != "" || with["privacy-file"] != ""):
		return errors.New("version 2c has communities, not users: leave --user, --auth-file and --privacy-file away")
	case with["privacy-file"] != "" && with["auth-file"] == "":
		return errors.New("a user with --privacy-file needs --auth-file as well: privacy without authentication does not exist")
	case with["auth-file"] != "" && p.user == "":
		return errors.New("--auth-file needs --user")
	}
	if version == "2c" {
		p.version = gosnmp.Version2c
	}
	return nil
}

// readKeys reads the passwords of a v3 user, which also say at which level to
// ask.
func (p *snmpPlan) readKeys(env Env, with Params) (err error) {
	if p.auth, err = snmpKeyOf(env, with, "auth", snmpUsual["auth"], snmpAuthProtocols()); err != nil {
		return err
	}
	if p.privacy, err = snmpKeyOf(env, with, "privacy", snmpUsual["privacy"], snmpPrivacyProtocols()); err != nil {
		return err
	}
	p.level = gosnmp.NoAuthNoPriv
	if with["auth-file"] != "" {
		p.level = gosnmp.AuthNoPriv
	}
	if with["privacy-file"] != "" {
		p.level = gosnmp.AuthPriv
	}
	return nil
}

// snmpUsual are the protocols that are taken where none is given.
var snmpUsual = map[string]string{"auth": "SHA256", "privacy": "AES"}

func snmpKeyOf[P any](env Env, with Params, kind, otherwise string, protocols map[string]P) (snmpKey[P], error) {
	name := strings.ToUpper(strings.ReplaceAll(with[kind+"-protocol"], "-", ""))
	switch name {
	case "":
		name = otherwise
	case "SHA1":
		name = "SHA"
	case "AES128":
		name = "AES"
	}
	protocol, ok := protocols[name]
	if !ok {
		return snmpKey[P]{}, fmt.Errorf("%s-protocol: must be one of %s", kind, strings.Join(sortedKeys(protocols), ", "))
	}
	key := snmpKey[P]{protocol: protocol, name: name}
	if with[kind+"-file"] == "" {
		return key, nil
	}
	var err error
	key.Password, err = readSNMPSecret(env, kind+"-file", with[kind+"-file"])
	return key, err
}

func sortedKeys[P any](m map[string]P) []string {
	var names []string
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func readSNMPSecret(env Env, param, source string) (diag.Secret, error) {
	secret, err := env.secret(source)
	if err == nil && secret.Reveal() == "" {
		err = errors.New("it is empty")
	}
	if err != nil {
		return diag.Secret{}, fmt.Errorf("%s: %w", param, err)
	}
	return secret, nil
}
