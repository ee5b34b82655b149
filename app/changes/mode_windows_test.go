package changes

// private is what Go makes of a file here; the access list of the folder keeps others out.
const private = 0o666
