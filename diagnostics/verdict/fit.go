package verdict

// away are remedies that reach the website over another network, and those for whoever runs the way
// there: a server on this computer, or in its own network, cannot be reached from elsewhere.
var away = []string{"try-hotspot", "use-other-network", "contact-provider", "restart-router"}

// unfit lists the catalogue's remedies of a fault that cannot help in this case.
func (c *Case) unfit(f Finding) (ids []string) {
	switch {
	case c.loopback():
		ids = append(ids, away...)
	case c.local() && f.Blame == Website: // its own router may well be at fault
		ids = append(ids, "try-hotspot", "use-other-network", "contact-provider")
	}
	if f.Fault == "site.unavailable" && f.Values["retry"] != "" {
		ids = append(ids, "start-application") // whoever says when to come back is at work on purpose
	}
	return ids
}
