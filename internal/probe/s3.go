package probe

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// s3Region is what servers that have no regions answer to.
const s3Region = "us-east-1"

// longestKey bounds the keys of an S3 service; session tokens are longer.
const longestKey = 1024

var s3Probe = Probe{
	Kind: "s3",
	Doc:  "an S3 service; without keys only whether one answers and what time it has, with them one signed request",
	Example: `  authdoctor probe s3 --url https://s3.eu-central-1.amazonaws.com
  authdoctor probe s3 --url https://s3.eu-central-1.amazonaws.com --region eu-central-1 --access-key-file id.txt --secret-key-file key.txt
  authdoctor probe s3 --url https://minio.example.com --bucket backups --access-key-file env:AWS_ACCESS_KEY_ID --secret-key-file env:AWS_SECRET_ACCESS_KEY`,
	Params: []Param{
		{Name: "url", Target: true, Required: true, Form: pageForm, Doc: "the service's address, such as https://s3.eu-central-1.amazonaws.com"},
		{Name: "region", Form: lettersOf(alphanumeric+"-", 64, "a region is letters, digits and hyphens", "eu-central-1"), Doc: "region that the signature is for; " + s3Region + " unless given"},
		{Name: "bucket", Form: lettersOf(alphanumeric+"-._", 255, "the name of a bucket is letters, digits, dots and hyphens", "backups"), Doc: "bucket to look into; without one, the list of buckets is asked for"},
		{Name: "access-key-file", Secret: true, FlagOnly: true, Form: secretForm, Doc: "file that holds the access key id"},
		{Name: "secret-key-file", Secret: true, FlagOnly: true, Form: secretForm, Doc: "file that holds the secret access key"},
		{Name: "session-token-file", Secret: true, FlagOnly: true, Form: secretForm, Doc: "file that holds the session token of temporary keys"},
		{Name: "insecure", FlagOnly: true, Form: Form{"yes", onlyYes}, Doc: "yes: sign also over http://, where whoever listens can repeat the request"},
		{Name: "ca-file", Form: pemForm, Doc: "file of certificates (PEM) to trust besides the system's own"},
	},
	Ready: func(env Env, with Params) error {
		if err := second(planS3(env, with)); err != nil {
			return err
		}
		return serverTrust(env, with)
	},
	Run: runS3,
}

// An s3Plan is one request, and what it is signed with.
type s3Plan struct {
	page   *url.URL
	region string
	keys   bool // a key was given, so the request is signed
	ID     diag.Secret
	Key    diag.Secret
	Token  diag.Secret
}

func runS3(ctx context.Context, env Env, with Params) diag.Finding {
	plan, err := planS3(env, with)
	if err != nil {
		return unknown(nil, "%s", err)
	}
	if env.Roots, err = trustedRoots(env.Roots, with["ca-file"]); err != nil {
		return unknown(nil, "%s", err)
	}
	ctx, cancel := context.WithTimeout(ctx, longestWait)
	defer cancel()
	header := http.Header{}
	signed := env.Now()
	if plan.keys {
		if err := env.attempt(ctx, plan.account()); err != nil {
			return unknown(nil, "%s", err)
		}
		signed = env.Now()
		if header, err = plan.sign(ctx, signed); err != nil {
			return unknown(nil, "the request cannot be signed")
		}
	}
	// A redirect is an answer here: a signature is for one address.
	v := visitPage(ctx, env, plan.page, call{header: header, stay: true, most: mostDocumentBytes})
	said := hearS3(plan, v, signed)
	if plan.keys && said.outcome() == "rate_limited" {
		env.heldBack(ctx, plan.account(), env.Now().Add(said.wait(env.Now())))
	}
	return said.judge()
}

// account is what attempts are counted for.
func (p s3Plan) account() string { return fmt.Sprintf("s3 %s %s", p.page.Host, p.ID.Reveal()) }

// planS3 reads the parameters, and the keys that they name.
func planS3(env Env, with Params) (s3Plan, error) {
	page, err := parsePage(with["url"])
	if err != nil {
		return s3Plan{}, err
	}
	if page.RawQuery != "" {
		return s3Plan{}, errors.New("url: must have no ? in it; a bucket is given by --bucket")
	}
	plan := s3Plan{page: s3Page(page, with["bucket"]), region: cmp.Or(with["region"], s3Region)}
	if with["access-key-file"] == "" && with["secret-key-file"] == "" && with["session-token-file"] == "" {
		return plan, nil
	}
	if with["access-key-file"] == "" || with["secret-key-file"] == "" {
		return plan, errors.New("a signature needs both --access-key-file and --secret-key-file")
	}
	if page.Scheme == "http" && !thisComputer(page.Hostname()) && with["insecure"] != "yes" {
		return plan, errors.New("url: a signed request goes over https only; --insecure yes sends it over http all the same")
	}
	plan.keys = true
	return plan, plan.readKeys(env, with)
}

func (p *s3Plan) readKeys(env Env, with Params) (err error) {
	if p.ID, err = s3Key(env, "access-key-file", with["access-key-file"], longestKey); err != nil {
		return err
	}
	if p.Key, err = s3Key(env, "secret-key-file", with["secret-key-file"], longestKey); err != nil {
		return err
	}
	if with["session-token-file"] != "" {
		p.Token, err = s3Key(env, "session-token-file", with["session-token-file"], mostHeaderBytes/4)
	}
	return err
}

// s3Key reads a key, which has no blanks: one that came along with it would be
// signed with, and the service would rightly refuse it.
func s3Key(env Env, param, source string, most int) (diag.Secret, error) {
	secret, err := env.secret(source)
	if err != nil {
		return secret, fmt.Errorf("%s: %w", param, err)
	}
	text := secret.Reveal()
	switch {
	case text == "":
		err = errors.New("it is empty")
	case len(text) > most:
		err = fmt.Errorf("it is longer than %d bytes, which no key is", most)
	case strings.ContainsFunc(text, func(c rune) bool { return c <= ' ' || c > '~' }):
		err = errors.New("there is a blank, a line end or a foreign character in it, which no key has")
	}
	if err != nil {
		return diag.Secret{}, fmt.Errorf("%s: %w", param, err)
	}
	return secret, nil
}

// s3Page is where the request goes: the list of buckets, or the first name in
// one. The port that is understood stands in no signature, so it must not
// stand in the request either.
func s3Page(base *url.URL, bucket string) *url.URL {
	page := *base
	if port := page.Port(); port == "443" && page.Scheme == "https" || port == "80" && page.Scheme == "http" {
		page.Host = joinPort(page.Hostname(), "")
	}
	page.Path, page.RawPath = strings.TrimSuffix(page.Path, "/")+"/", ""
	if bucket != "" {
		page.Path += bucket
		page.RawQuery = "list-type=2&max-keys=1"
	}
	return &page
}

// sign makes the headers of a signed request (AWS Signature Version 4).
func (p s3Plan) sign(ctx context.Context, at time.Time) (http.Header, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, p.page.String(), nil)
	if err != nil {
		return nil, err
	}
	nothing := sha256.Sum256(nil)
	body := hex.EncodeToString(nothing[:])
	request.Header.Set("X-Amz-Content-Sha256", body)
	signer := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true }) // S3 alone wants that
	keys := aws.Credentials{AccessKeyID: p.ID.Reveal(), SecretAccessKey: p.Key.Reveal(), SessionToken: p.Token.Reveal()}
	err = signer.SignHTTP(ctx, keys, request, body, "s3", p.region, at)
	return request.Header, err
}
