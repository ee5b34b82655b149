package resources

import _ "embed" // for the two tables of package edge

// Signatures is the table of stock answers: who writes them, and what they mean.
//
//go:embed signatures.json
var Signatures string

// Edges is the table of delivery networks, platforms and hosts.
//
//go:embed edges.json
var Edges string
