package change

import (
	"bytes"
	"strings"
)

// A line that is taken out stays in the file behind a mark, and where it named other hosts too, a line
// with only those follows it:
//
//	# waymend k3f9 # 192.0.2.7 www.example.com other.example.com
//	192.0.2.7 other.example.com # waymend k3f9
//
// Restoring a mark gives the file back byte for byte.
const ours = "# waymend "

func markBefore(mark string) []byte { return []byte(ours + mark + " # ") }
func markAfter(mark string) []byte  { return []byte(" " + ours + mark) }

// commentHosts takes the host out of a hosts file (hosts(5)). lines are the ones taken out, as they
// were, without their ends.
func commentHosts(file []byte, name, mark string) (edited []byte, lines []string) {
	for line := range bytes.Lines(file) {
		body, end := cutEnd(line)
		rest, named := without(body, name)
		if !named {
			edited = append(edited, line...)
			continue
		}
		lines = append(lines, string(body))
		edited = append(edited, markBefore(mark)...)
		edited = append(edited, body...)
		if rest != "" {
			next := end
			if len(next) == 0 {
				next = []byte("\n")
			}
			edited = append(edited, next...)
			edited = append(edited, rest...)
			edited = append(edited, markAfter(mark)...)
		}
		edited = append(edited, end...)
	}
	return edited, lines
}

// restoreHosts takes back what commentHosts did under a mark. found says whether the mark was there.
func restoreHosts(file []byte, mark string) (edited []byte, found bool) {
	dropEnd := false // the line before had no end of its own before the edit
	for line := range bytes.Lines(file) {
		body, end := cutEnd(line)
		if bytes.HasSuffix(body, markAfter(mark)) && !bytes.HasPrefix(body, []byte(ours)) {
			if dropEnd && len(end) == 0 {
				edited = bytes.TrimSuffix(edited, []byte("\n"))
			}
			dropEnd = false
			continue
		}
		dropEnd = false
		if was, ok := bytes.CutPrefix(body, markBefore(mark)); ok {
			found, dropEnd = true, true
			edited = append(edited, was...)
			edited = append(edited, end...)
			continue
		}
		edited = append(edited, line...)
	}
	return edited, found
}

// cutEnd parts a line from its end, which may be "\n" or "\r\n" or missing.
func cutEnd(line []byte) (body, end []byte) {
	body, ended := bytes.CutSuffix(line, []byte("\n"))
	if ended {
		body = bytes.TrimSuffix(body, []byte("\r"))
	}
	return body, line[len(body):]
}

// without reports whether a line gives the host an address, and the line for the other hosts that it
// names; "" when there is none.
func without(body []byte, name string) (rest string, named bool) {
	text, _, _ := strings.Cut(strings.TrimPrefix(string(body), "\ufeff"), "#")
	words := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" \t\r\v\f", r) })
	if len(words) < 2 {
		return "", false
	}
	others := words[:1:1]
	for _, w := range words[1:] {
		if strings.TrimSuffix(strings.ToLower(w), ".") == name {
			named = true
		} else {
			others = append(others, w)
		}
	}
	if named && len(others) > 1 {
		rest = strings.Join(others, " ")
	}
	return rest, named
}
