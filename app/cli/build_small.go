package cli

// build names which of the two builds this is.
const build = "terminal"
