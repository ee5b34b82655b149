//go:build lab && linux

package route

import (
	"fmt"
	"time"
)

// Chain is a row of routers: r1, r2 … with the computer "client" before and the target as the last.
// Link i leads to hop i and has the networks 10.0.i.0/24 and fd00:0:0:i::/64; the hop is .2 on it.
type Chain struct {
	*Network
	Client, Target *Node
	Hops           []*Node // Hops[i-1] is at distance i
}

// TargetV4 and TargetV6 are the target's addresses.
const (
	TargetV4 = "203.0.113.1"
	TargetV6 = "2001:db8::1"
)

// HopV4 and HopV6 are the addresses that a hop answers from.
func HopV4(i int) string { return fmt.Sprintf("10.0.%d.2", i) }

// HopV6 is HopV4 for IPv6.
func HopV6(i int) string { return fmt.Sprintf("fd00:0:0:%x::2", i) }

// NewChain builds a row of n hops; cable gives the words for each link, from 1, and may be nil.
func NewChain(n int, seed uint64, cable func(i int) []string) (c *Chain, err error) {
	c = &Chain{Network: NewNetwork(seed)}
	defer func() {
		if err != nil {
			c.Close()
		}
	}()
	if c.Client, err = c.Node("client"); err != nil {
		return c, err
	}
	before := c.Client
	for i := 1; i <= n; i++ {
		hop, err := c.Node(fmt.Sprintf("r%d", i))
		if err != nil {
			return c, err
		}
		var words []string
		if cable != nil {
			words = cable(i)
		}
		if err := c.Link(before, hop, "east", "west", words...); err != nil {
			return c, err
		}
		if err := c.address(before, hop, i); err != nil {
			return c, err
		}
		c.Hops, before = append(c.Hops, hop), hop
	}
	c.Target = before
	return c, c.targetRoutes()
}

// address gives the link to hop i its addresses, and both nodes their routes.
func (c *Chain) address(before, hop *Node, i int) error {
	err := before.Do(
		fmt.Sprintf("ip addr add 10.0.%d.1/24 dev east", i), fmt.Sprintf("ip addr add fd00:0:0:%x::1/64 dev east nodad", i), "ip link set east up",
		fmt.Sprintf("ip route add 203.0.113.0/24 via 10.0.%d.2", i), fmt.Sprintf("ip route add 2001:db8::/32 via fd00:0:0:%x::2 dev east", i),
	)
	if err != nil {
		return err
	}
	lines := []string{
		fmt.Sprintf("ip addr add 10.0.%d.2/24 dev west", i), fmt.Sprintf("ip addr add fd00:0:0:%x::2/64 dev west nodad", i), "ip link set west up",
		"sysctl net.ipv6.conf.west.accept_dad=0",
	}
	if i > 1 {
		lines = append(lines, fmt.Sprintf("ip route add 10.0.0.0/16 via 10.0.%d.1", i), fmt.Sprintf("ip route add fd00::/48 via fd00:0:0:%x::1 dev west", i))
	}
	return hop.Do(lines...)
}

func (c *Chain) targetRoutes() error {
	if err := c.Target.Do("ip addr add "+TargetV4+"/32 dev lo", "ip addr add "+TargetV6+"/128 dev lo nodad"); err != nil {
		return err
	}
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		_, err := c.Client.Output("ping", "-c1", "-W2", "-n", TargetV4)
		if err == nil {
			_, err = c.Client.Output("ping", "-6", "-c1", "-W2", "-n", TargetV6)
		}
		if err == nil || time.Now().After(end) {
			return err
		}
	}
}

// Set changes the link to hop i, which has to be one with words.
func (c *Chain) Set(i int, words ...string) error { return set(c.cables[i-1], words) }

// Answers undoes Silent and Limited.
func (x *Node) Answers() error { return x.Do("iptables -F OUTPUT", "ip6tables -F OUTPUT") }

// Silent makes a hop keep its ICMP errors to itself.
func (x *Node) Silent() error {
	return x.Do(
		"iptables -A OUTPUT -p icmp --icmp-type time-exceeded -j DROP",
		"ip6tables -A OUTPUT -p icmpv6 --icmpv6-type time-exceeded -j DROP",
	)
}

// Limited makes a hop send at most so many ICMP errors a second, and so many at once.
func (x *Node) Limited(perSecond, burst int) error {
	limit := fmt.Sprintf("-m limit --limit %d/second --limit-burst %d -j ACCEPT", perSecond, burst)
	return x.Do(
		"iptables -A OUTPUT -p icmp --icmp-type time-exceeded "+limit, "iptables -A OUTPUT -p icmp --icmp-type time-exceeded -j DROP",
		"ip6tables -A OUTPUT -p icmpv6 --icmpv6-type time-exceeded "+limit, "ip6tables -A OUTPUT -p icmpv6 --icmpv6-type time-exceeded -j DROP",
	)
}

// Reference is the path that the figures of speed are taken on: 12 hops, the fifth silent, the eighth
// limited to two ICMP errors a second, 41 ms to the end and as much back. Without delays its links are
// plain.
func Reference(delays bool) (*Chain, error) {
	tenths := []int{5, 10, 10, 20, 30, 50, 100, 100, 50, 20, 10, 5}
	c, err := NewChain(len(tenths), 1, func(i int) []string {
		if !delays {
			return nil
		}
		return []string{fmt.Sprintf("delay=%dus", tenths[i-1]*100)}
	})
	if err == nil {
		err = c.Hops[4].Silent()
	}
	if err == nil {
		err = c.Hops[7].Limited(2, 1)
	}
	return c, err
}
