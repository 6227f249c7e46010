package lab

import (
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"
)

// slapdConfig takes passwords only over encryption, and has the password
// policy that locks after three failures.
const slapdConfig = `
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload ppolicy
pidfile @DIR@/pid
@GLOBAL@
database mdb
suffix dc=lab
rootdn cn=admin,dc=lab
rootpw admin-of-the-lab
directory @DIR@/db
maxsize 10485760
overlay ppolicy
ppolicy_default cn=policy,dc=lab
ppolicy_use_lockout
`

const slapdTLS = `
TLSCertificateFile @CERT@
TLSCertificateKeyFile @KEY@
security simple_bind=128
`

// slapdUsers all have the password "open-sesame". alice is well; bob gets
// locked by the test; dave's password ran out in 2020; erin's was reset by an
// administrator; frank's runs out within the hour.
const slapdUsers = `
dn: dc=lab
objectClass: dcObject
objectClass: organization
o: lab
dc: lab

dn: cn=policy,dc=lab
objectClass: device
objectClass: pwdPolicy
cn: policy
pwdAttribute: userPassword
pwdLockout: TRUE
pwdMaxFailure: 3
pwdMaxAge: 86400
pwdMustChange: TRUE

dn: cn=short,dc=lab
objectClass: device
objectClass: pwdPolicy
cn: short
pwdAttribute: userPassword
pwdMaxAge: 3600
pwdExpireWarning: 3600

dn: uid=alice,dc=lab
objectClass: inetOrgPerson
cn: alice
sn: a
userPassword: open-sesame

dn: uid=bob,dc=lab
objectClass: inetOrgPerson
cn: bob
sn: b
userPassword: open-sesame

dn: uid=dave,dc=lab
objectClass: inetOrgPerson
cn: dave
sn: d
userPassword: open-sesame
pwdChangedTime: 20200101000000Z

dn: uid=erin,dc=lab
objectClass: inetOrgPerson
cn: erin
sn: e
userPassword: open-sesame
pwdReset: TRUE

dn: uid=frank,dc=lab
objectClass: inetOrgPerson
cn: frank
sn: f
userPassword: open-sesame
pwdChangedTime: @NOW@
pwdPolicySubentry: cn=short,dc=lab
`

// A slapd is one that runs: an LDAP directory.
type slapd struct {
	*process
	plain, secure string // host:port
	ca            string
}

// startSlapd starts one with lines in the global part of its configuration.
func startSlapd(t *testing.T, global string) slapd {
	t.Helper()
	return startSlapdWith(t, newCert(t), global)
}

// startSlapdWith starts one with a certificate.
func startSlapdWith(t *testing.T, cert labCert, global string) slapd {
	t.Helper()
	path := program(t, "slapd", "slapd")
	add := program(t, "slapadd", "slapd")
	for range 5 {
		dir := sharedDir(t)
		ports := freePorts(t, 2)
		if err := exec.Command("mkdir", dir+"/db").Run(); err != nil {
			t.Fatal(err)
		}
		config := fill(fill(slapdConfig, "@GLOBAL@", global), "@DIR@", dir, "@CERT@", cert.cert, "@KEY@", cert.key)
		file := write(t, dir, "slapd.conf", config)
		users := write(t, dir, "users.ldif", fill(slapdUsers, "@NOW@", time.Now().Add(-time.Minute).UTC().Format("20060102150405Z")))
		if out, err := exec.Command(add, "-f", file, "-l", users).CombinedOutput(); err != nil {
			t.Fatalf("slapadd: %v\n%s", err, out)
		}
		s := slapd{plain: "127.0.0.1:" + ports[0], secure: "127.0.0.1:" + ports[1], ca: cert.ca}
		listen := "ldap://" + s.plain
		if strings.Contains(global, "TLSCertificateFile") {
			listen += " ldaps://" + s.secure
		}
		s.process = start(t, path, "-d", "256", "-f", file, "-h", listen) // 256: one line for each operation
		if s.accepts(t.Context(), s.plain) {
			return s
		}
		t.Logf("slapd did not start:\n%s", s.said.String())
	}
	t.Fatal("slapd does not start")
	return slapd{}
}

// lock makes wrong tries until the account is locked.
func (s slapd) lock(t *testing.T, dn string) {
	t.Helper()
	for range 3 {
		conn, err := ldap.DialURL("ldap://" + s.plain)
		if err != nil {
			t.Fatal(err)
		}
		if err := conn.StartTLS(trusting(t, s.ca)); err != nil {
			t.Fatal(err)
		}
		_ = conn.Bind(dn, "not-this-one")
		_ = conn.Close()
	}
}

// binds counts the sign-ins with a password in slapd's own log: one line for
// the request, and a second one when it was taken.
func (s slapd) binds() int { return strings.Count(s.said.String(), " method=128\n") }
