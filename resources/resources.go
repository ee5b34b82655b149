// Package resources holds what the program carries inside itself as data: the catalogue of faults,
// the texts for people, the signatures of servers and networks. It is not a place for logic: it
// reads its own files, lazily, and nothing else.
package resources

import "embed"

// One variable for each embedded file or folder.
var (
	//go:embed faults.json
	faultsJSON []byte

	//go:embed translations/*.json
	translationFiles embed.FS
)
