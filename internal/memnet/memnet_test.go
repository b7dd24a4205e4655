package memnet_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs/internal/memnet"
)

func TestListener_ConnectsBothEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := memnet.Listen()
		defer l.Close()
		go func() {
			c, err := l.Accept()
			if err != nil {
				t.Errorf("accept: %v", err)
				return
			}
			defer c.Close()
			_, _ = io.Copy(c, io.LimitReader(c, 4))
		}()
		c, err := l.DialContext(t.Context(), "tcp", "anything:443")
		require.NoError(t, err)
		defer c.Close()
		require.Equal(t, "127.0.0.1:80", c.RemoteAddr().String())
		require.Equal(t, "127.0.0.1:49152", c.LocalAddr().String())
		require.IsType(t, &net.TCPAddr{}, c.LocalAddr())
		_, err = io.WriteString(c, "ping")
		require.NoError(t, err)
		got, err := io.ReadAll(c)
		require.NoError(t, err)
		require.Equal(t, "ping", string(got))
	})
}

func TestListener_DialAfterCloseIsRefused(t *testing.T) {
	t.Parallel()
	l := memnet.Listen()
	require.NoError(t, l.Close())
	require.NoError(t, l.Close())
	_, err := l.DialContext(t.Context(), "tcp", "127.0.0.1:80")
	require.ErrorIs(t, err, syscall.ECONNREFUSED)
	var op *net.OpError
	require.ErrorAs(t, err, &op)
	require.Equal(t, "dial", op.Op)
	_, err = l.Accept()
	require.ErrorIs(t, err, net.ErrClosed)
}

func TestListener_CloseEndsPendingDial(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := memnet.Listen()
		time.AfterFunc(time.Second, func() { _ = l.Close() })
		start := time.Now()
		_, err := l.DialContext(t.Context(), "tcp", "")
		require.ErrorIs(t, err, syscall.ECONNREFUSED)
		require.Equal(t, time.Second, time.Since(start))
	})
}

func TestListener_DialHonoursContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := memnet.Listen()
		defer l.Close()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		start := time.Now()
		_, err := l.DialContext(ctx, "tcp", "")
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, time.Minute, time.Since(start))
		_, err = l.DialContext(ctx, "tcp", "")
		require.ErrorIs(t, err, context.DeadlineExceeded)
	})
}

func TestListener_CarriesHTTP(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := memnet.Listen()
		srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, r.RemoteAddr)
		})}
		go func() { _ = srv.Serve(l) }()
		tr := &http.Transport{DialContext: l.DialContext}
		defer srv.Close()
		defer tr.CloseIdleConnections()
		resp, err := (&http.Client{Transport: tr}).Get("http://127.0.0.1:8080/")
		require.NoError(t, err)
		defer resp.Body.Close()
		got, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		require.Equal(t, "127.0.0.1:49152", string(got))
	})
}
