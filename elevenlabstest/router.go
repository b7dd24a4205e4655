package elevenlabstest

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// An endpoint is what one method of one path does.
type endpoint struct {
	// read takes the body and checks it against the schema. It may return a
	// job besides a failure, so that a scripted refusal knows the family.
	read func(*call) (job, *failure)
	// anonymous is what a request without a key is told; nil for the usual.
	anonymous *failure
	// permission is the scope that a key needs; empty for one that all have.
	permission string
	// open endpoints do not look at the key.
	open bool
	// token is the type of single-use token that stands in for a key; empty for
	// none.
	token string
}

// A route is an endpoint with its method and path, {name} standing for one
// segment of it.
type route struct {
	method   string
	segments []string
	endpoint endpoint
}

func routeTo(method, path string, ep endpoint) route {
	return route{method: method, segments: strings.Split(path, "/"), endpoint: ep}
}

// routes lists all endpoints, a fixed segment before a {name} in its place.
func routes() []route {
	return slices.Concat(
		ttsRoutes(), sttRoutes(), transcriptRoutes(), modelRoutes(), voiceRoutes(), userRoutes(), historyRoutes(),
		tokenRoutes(), dictionaryRoutes(), usageRoutes(), dialogueRoutes(), recordingRoutes(), soundRoutes(), realtimeRoutes(),
		speechSocketRoutes(), dialogueSocketRoutes(),
	)
}

// match returns the variables of a path, and whether it matches.
func (rt *route) match(segments []string) (map[string]string, bool) {
	if len(segments) != len(rt.segments) {
		return nil, false
	}
	vars := make(map[string]string)
	for i, want := range rt.segments {
		name, isVar := strings.CutPrefix(want, "{")
		switch {
		case isVar && segments[i] != "":
			vars[strings.TrimSuffix(name, "}")] = segments[i]
		case want != segments[i]:
			return nil, false
		}
	}
	return vars, true
}

// route finds the endpoint of a call and sets its variables.
func (c *call) route() (*endpoint, *failure) {
	segments := strings.Split(c.r.URL.EscapedPath(), "/")
	for i, s := range segments {
		if u, err := url.PathUnescape(s); err == nil {
			segments[i] = u
		}
	}
	var methods []string
	for i := range c.e.routes {
		rt := &c.e.routes[i]
		vars, ok := rt.match(segments)
		if ok && rt.method == c.r.Method {
			c.vars = vars
			return &rt.endpoint, nil
		}
		if ok {
			methods = append(methods, rt.method)
		}
	}
	if len(methods) > 0 {
		c.w.Header().Set("Allow", strings.Join(methods, ", "))
		return nil, plainFailure(http.StatusMethodNotAllowed)
	}
	if upgrades(c.r) {
		return nil, plainFailure(http.StatusForbidden)
	}
	return nil, plainFailure(http.StatusNotFound)
}

// lookup is an endpoint that takes no slot, costs nothing and answers with
// what find returns.
func lookup(find func(*call) (any, *failure)) endpoint {
	return endpoint{read: func(*call) (job, *failure) { return &lookupJob{find: find}, nil }}
}

type lookupJob struct {
	find  func(*call) (any, *failure)
	found any
}

func (j *lookupJob) check(c *call) (fail *failure) {
	j.found, fail = j.find(c)
	return fail
}

func (j *lookupJob) charge() charge { return charge{} }

func (j *lookupJob) answer(c *call) { c.sendJSON(http.StatusOK, j.found) }
