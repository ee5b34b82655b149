//go:build lab && linux

package route

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// Topology is a random network: routers in a row, some of them in parallel, some with a fault. The
// client is at its beginning and the target at its end.
type Topology struct {
	*Network
	Client  *Node
	Story   []string // what it consists of
	Loops   bool
	Refuses bool
	links   int
}

// end is one end of a link as its neighbour sees it.
type end struct {
	dev    string
	v4, v6 string // the neighbour's addresses
}

// NewTopology builds the network that belongs to a seed.
func NewTopology(seed uint64) (t *Topology, err error) {
	rng := rand.New(rand.NewPCG(seed, 7))
	t = &Topology{Network: NewNetwork(seed)}
	defer func() {
		if err != nil {
			t.Close()
		}
	}()
	if t.Client, err = t.Node("client"); err != nil {
		return t, err
	}
	before := t.Client
	segments := 3 + rng.IntN(5)
	fault := rng.IntN(4) // 0: loop, 1: prohibit, else none
	for i := range segments {
		var after *Node
		if after, err = t.Node(fmt.Sprintf("n%d", i)); err != nil {
			return t, err
		}
		parallel := i > 0 && rng.IntN(3) == 0
		if parallel {
			err = t.diamond(before, after, i)
		} else {
			err = t.straight(before, after, rng)
		}
		// A limited router answers the first probe only; where it comes from depends on its way, and in a
		// loop it is asked too often.
		if which := rng.IntN(6); err == nil && i > 0 && i < segments-1 && (which != limits || !parallel && fault > 0) {
			err = t.feature(after, which)
		}
		if err != nil {
			return t, err
		}
		if last := i == segments-2; last && fault < 2 {
			return t, t.fault(after, before, fault)
		}
		before = after
	}
	return t, before.Do("ip addr add "+TargetV4+"/32 dev lo", "ip addr add "+TargetV6+"/128 dev lo nodad")
}

// link joins two nodes and gives both their addresses.
func (t *Topology) link(a, b *Node) (toB, toA end, err error) {
	t.links++
	k := t.links
	dev := fmt.Sprintf("l%d", k)
	if err = t.Link(a, b, dev, dev); err != nil {
		return
	}
	for i, x := range []*Node{a, b} {
		err = x.Do(fmt.Sprintf("ip addr add 10.0.%d.%d/24 dev %s", k, i+1, dev), fmt.Sprintf("ip addr add fd00:0:0:%x::%d/64 dev %s nodad", k, i+1, dev), "ip link set "+dev+" up")
		if err != nil {
			return
		}
	}
	toB = end{dev, fmt.Sprintf("10.0.%d.2", k), fmt.Sprintf("fd00:0:0:%x::2", k)}
	toA = end{dev, fmt.Sprintf("10.0.%d.1", k), fmt.Sprintf("fd00:0:0:%x::1", k)}
	return
}

// there and back lead a node's packets to the target's networks, and to the client.
func there(x *Node, to ...end) error {
	four, six := "ip route replace 203.0.113.0/24", "ip route replace 2001:db8::/32"
	if len(to) == 1 {
		return x.Do(four+" via "+to[0].v4, six+" via "+to[0].v6+" dev "+to[0].dev)
	}
	for _, e := range to {
		four += " nexthop via " + e.v4 + " dev " + e.dev
		six += " nexthop via " + e.v6 + " dev " + e.dev
	}
	return x.Do(four, six)
}

func back(x *Node, to end) error {
	return x.Do("ip route replace 10.0.0.0/16 via "+to.v4, "ip route replace fd00::/48 via "+to.v6+" dev "+to.dev)
}

func (t *Topology) straight(a, b *Node, rng *rand.Rand) error {
	toB, toA, err := t.link(a, b)
	if err == nil {
		err = there(a, toB)
	}
	if err == nil {
		err = back(b, toA)
	}
	if err == nil && a != t.Client && rng.IntN(4) == 0 {
		t.Story = append(t.Story, a.Name+" takes only 1300 bytes further")
		err = a.Do("ip link set " + toB.dev + " mtu 1300")
	}
	return err
}

// diamond leads from a to b by two routers in parallel.
func (t *Topology) diamond(a, b *Node, i int) error {
	var ways []end
	for _, side := range []string{"x", "y"} {
		m, err := t.Node(fmt.Sprintf("m%d%s", i, side))
		if err != nil {
			return err
		}
		toM, fromM, err := t.link(a, m)
		if err == nil {
			err = back(m, fromM)
		}
		if err != nil {
			return err
		}
		toB, fromB, err := t.link(m, b)
		if err == nil {
			err = there(m, toB)
		}
		if err == nil {
			err = back(b, fromB)
		}
		if err != nil {
			return err
		}
		ways = append(ways, toM)
	}
	t.Story = append(t.Story, "two ways from "+a.Name+" to "+b.Name)
	return there(a, ways...)
}

// Features of routers; other numbers stand for none.
const (
	silent = iota
	limits
)

func (t *Topology) feature(x *Node, which int) error {
	switch which {
	case silent:
		t.Story = append(t.Story, x.Name+" is silent")
		return x.Silent()
	case limits:
		t.Story = append(t.Story, x.Name+" limits its answers")
		return x.Limited(2, 1)
	}
	return nil
}

// fault ends the way: packets go back where they came from, or are refused.
func (t *Topology) fault(x, before *Node, which int) error {
	if which == 1 {
		t.Refuses = true
		t.Story = append(t.Story, x.Name+" refuses")
		return x.Do("ip route replace prohibit 203.0.113.0/24", "ip route replace prohibit 2001:db8::/32")
	}
	t.Story, t.Loops = append(t.Story, x.Name+" sends back to "+before.Name), true
	routes, err := x.Output("sh", "-c", "ip -o route show 10.0.0.0/16; ip -6 -o route show fd00::/48")
	if err != nil {
		return err
	}
	for _, line := range strings.Split(strings.TrimSpace(routes), "\n") {
		words := strings.Fields(line) // 10.0.0.0/16 via A dev D …
		if len(words) < 5 || words[1] != "via" {
			return fmt.Errorf("%s: no way back in %q", x.Name, line)
		}
		to := "203.0.113.0/24"
		if strings.Contains(words[0], ":") {
			to = "2001:db8::/32"
		}
		if err := x.Do("ip route replace " + to + " via " + words[2] + " dev " + words[4]); err != nil {
			return err
		}
	}
	return nil
}
