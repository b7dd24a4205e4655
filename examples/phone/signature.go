package main

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
)

// signed reports whether Twilio has sent a request, to be reached by a scheme.
// Without a secret anybody may.
func (b *bridge) signed(r *http.Request, scheme string) bool {
	if b.secret == "" {
		return true
	}
	want := sign(b.secret, scheme+b.host(r)+r.URL.RequestURI(), r.PostForm)
	return hmac.Equal([]byte(want), []byte(r.Header.Get("X-Twilio-Signature")))
}

// sign returns Twilio's signature of a request: over its URL and, by name, the
// fields of its form.
func sign(secret, address string, form url.Values) string {
	mac := hmac.New(sha1.New, []byte(secret))
	_, _ = io.WriteString(mac, address)
	for _, name := range slices.Sorted(maps.Keys(form)) {
		for _, value := range slices.Sorted(slices.Values(form[name])) {
			_, _ = io.WriteString(mac, name+value)
		}
	}
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
