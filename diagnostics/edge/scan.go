package edge

// scanner finds which of many literals occur in a text in one pass, so that a
// hostile body costs no more than a harmless one (Aho and Corasick, 1975). Nodes
// keep their children as a list: nearly all have one, and the table stays small.
type scanner struct {
	nodes []node
	first [256]int32 // children of the root
	count int        // literals
}

type node struct {
	child, sibling int32 // 0: none
	fail           int32 // longest proper suffix that is also in the tree
	out            int32 // literal that ends here, -1: none
	more           int32 // nearest suffix with a literal, 0: none
	letter         byte
}

// newScanner builds a scanner; the literals' indexes are what scan reports.
func newScanner(literals []string) *scanner {
	s := &scanner{nodes: []node{{out: -1}}, count: len(literals)}
	for i, l := range literals {
		at := int32(0)
		for j := 0; j < len(l); j++ {
			next := s.child(at, l[j])
			if next == 0 {
				next = s.add(at, l[j])
			}
			at = next
		}
		s.nodes[at].out = int32(i)
	}
	s.link()
	return s
}

func (s *scanner) child(at int32, letter byte) int32 {
	if at == 0 {
		return s.first[letter]
	}
	for c := s.nodes[at].child; c != 0; c = s.nodes[c].sibling {
		if s.nodes[c].letter == letter {
			return c
		}
	}
	return 0
}

func (s *scanner) add(at int32, letter byte) int32 {
	n := int32(len(s.nodes))
	s.nodes = append(s.nodes, node{out: -1, letter: letter, sibling: s.nodes[at].child})
	s.nodes[at].child = n
	if at == 0 {
		s.first[letter] = n
	}
	return n
}

// link sets the suffix links, breadth first.
func (s *scanner) link() {
	queue := []int32{0}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		for c := s.nodes[at].child; c != 0; c = s.nodes[c].sibling {
			queue = append(queue, c)
			if at == 0 {
				continue
			}
			f := s.step(s.nodes[at].fail, s.nodes[c].letter)
			s.nodes[c].fail = f
			if s.nodes[f].out >= 0 {
				s.nodes[c].more = f
			} else {
				s.nodes[c].more = s.nodes[f].more
			}
		}
	}
}

// step is the state after one more letter.
func (s *scanner) step(at int32, letter byte) int32 {
	for {
		if c := s.child(at, letter); c != 0 {
			return c
		}
		if at == 0 {
			return 0
		}
		at = s.nodes[at].fail
	}
}

// scan says of each literal whether text holds it.
func (s *scanner) scan(text string) []bool {
	found := make([]bool, s.count)
	at := int32(0)
	for i := 0; i < len(text); i++ {
		at = s.step(at, text[i])
		n := at
		if s.nodes[n].out < 0 {
			n = s.nodes[n].more
		}
		for ; n != 0; n = s.nodes[n].more {
			found[s.nodes[n].out] = true
		}
	}
	return found
}
