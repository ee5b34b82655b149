package platform

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"testing"
	"time"
)

// TestChanges changes a network namespace of its own and expects to be told of it, of nothing while
// nothing changes, and to end with the context.
func TestChanges(t *testing.T) {
	if os.Getenv("WAYMEND_ALONE") == "" {
		if exec.Command("unshare", "-n", "true").Run() != nil {
			t.Skip("needs a network namespace")
		}
		c := exec.CommandContext(t.Context(), "unshare", "-n", os.Args[0], "-test.run=^TestChanges$", "-test.v")
		c.Env = append(os.Environ(), "WAYMEND_ALONE=1")
		if out, err := c.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return
	}
	told := make(chan struct{}, 100)
	ended := make(chan error, 1)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() { ended <- changes(ctx, func() { told <- struct{}{} }) }()
	time.Sleep(200 * time.Millisecond)
	select {
	case <-told:
		t.Error("told of a change although there was none")
	default:
	}
	for _, command := range []string{
		"ip link add eth0 type veth peer name far", "ip link set eth0 up", "ip addr add 192.0.2.1/24 dev eth0",
		"ip link set far up", "ip route add default via 192.0.2.2", "ip link del eth0",
	} {
		for len(told) > 0 {
			<-told
		}
		if out, err := exec.Command("sh", "-c", command).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v %s", command, err, out)
		}
		select {
		case <-told:
		case <-time.After(5 * time.Second):
			t.Errorf("nobody told of %q", command)
		}
	}
	cancel()
	select {
	case err := <-ended:
		if !errors.Is(err, context.Canceled) {
			t.Errorf("ended with %v", err)
		}
	case <-time.After(5 * time.Second):
		t.Error("it goes on after its context")
	}
}

func TestSlept(t *testing.T) {
	before := slept()
	time.Sleep(10 * time.Millisecond)
	if after := slept(); before < 0 || after-before > 5*time.Millisecond || before-after > 5*time.Millisecond {
		t.Errorf("slept %s, then %s, while it was awake", before, after)
	}
}
