//go:build linux

package wire

// frame is a frame under way; seq orders frames that fall due together.
type frame struct {
	due, seq int64
	bytes    []byte
}

func (f frame) before(g frame) bool { return f.due < g.due || f.due == g.due && f.seq < g.seq }

// queue is a binary heap of frames, the next one due in front.
type queue []frame

func (q *queue) push(f frame) {
	*q = append(*q, f)
	h := *q
	for i := len(h) - 1; i > 0; {
		up := (i - 1) / 2
		if !h[i].before(h[up]) {
			return
		}
		h[i], h[up] = h[up], h[i]
		i = up
	}
}

// pop takes the next frame of a queue that is not empty.
func (q *queue) pop() frame {
	h := *q
	first, n := h[0], len(h)-1
	h[0], h[n] = h[n], frame{}
	h = h[:n]
	*q = h
	for i := 0; ; {
		c := 2*i + 1
		if c >= n {
			return first
		}
		if c+1 < n && h[c+1].before(h[c]) {
			c++
		}
		if !h[c].before(h[i]) {
			return first
		}
		h[i], h[c] = h[c], h[i]
		i = c
	}
}
